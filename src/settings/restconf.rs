//! `[restconf]`: deadlines and limits of the polls, and the CA whose certificates routers may show.

use super::{Reading, above_zero};
use crate::model::written::Fields;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restconf {
    pub connect: Duration,
    pub answer: Duration,
    /// The CA of routers that have `tls=ca`; empty when no file is named.
    pub ca: Vec<CertificateDer<'static>>,
    /// Polls at the same time, over all routers.
    pub polls: usize,
}

impl Default for Restconf {
    fn default() -> Self {
        Restconf {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(30),
            ca: Vec::new(),
            polls: 100,
        }
    }
}

impl Reading<'_> {
    pub(super) fn restconf(&self, root: &Fields<'_>, defaults: Restconf) -> Restconf {
        let Some(table) = root.table("restconf") else { return defaults };
        let polls = table.number("polls", 1..=10_000).and_then(|number| usize::try_from(number).ok());
        let restconf = Restconf {
            connect: above_zero(&table, "connect").unwrap_or(defaults.connect),
            answer: above_zero(&table, "answer").unwrap_or(defaults.answer),
            ca: self.ca(&table).unwrap_or(defaults.ca),
            polls: polls.unwrap_or(defaults.polls),
        };
        table.done();
        restconf
    }

    fn ca(&self, table: &Fields<'_>) -> Option<Vec<CertificateDer<'static>>> {
        let typed = table.text("ca_file")?;
        let read = self.outside.text(&self.folder.join(&typed)).and_then(|text| certificates(&text));
        if let Err(why) = &read {
            let what = format!("{}: the file {typed} {why}", table.name("ca_file"));
            table.wrong("ca_file", what, "name a PEM file with the certificate of your CA");
        }
        read.ok()
    }
}

/// Every certificate of a PEM file; each must be fit to sign others. The error ends a sentence that began with the
/// file's name.
fn certificates(text: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).collect();
    let found = found.map_err(|_| "is no whole PEM file".to_owned())?;
    if found.is_empty() {
        return Err("holds no certificate".to_owned());
    }
    let mut roots = RootCertStore::empty();
    match found.iter().all(|certificate| roots.add(certificate.clone()).is_ok()) {
        true => Ok(found),
        false => Err("holds a certificate that can't be used".to_owned()),
    }
}
