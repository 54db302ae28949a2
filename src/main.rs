//! The command line: it reads the words, hands them to one of `cli`'s files, prints the one error
//! and exits.

use clap::Parser;
use patchbay::cli::{self, Arguments};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match cli::run(arguments) {
        Ok(code) => code,
        Err(error) => {
            cli::complain(&error);
            ExitCode::from(2)
        }
    }
}
