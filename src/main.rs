//! The command line: it reads the words, hands them to one of `cli`'s files, prints the one error
//! and exits.

use clap::Parser;
use patchbay::cli::{self, Arguments};
use std::process::ExitCode;

fn main() -> ExitCode {
    // Libraries that ask for "the" TLS provider get the one that this program is built with. It fails only when
    // there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let arguments = Arguments::parse();
    match cli::run(arguments) {
        Ok(code) => code,
        Err(error) => {
            cli::complain(&error);
            ExitCode::from(2)
        }
    }
}
