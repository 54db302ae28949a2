//! Why there is no answer, in plain words: an error of the HTTPS libraries goes in, a [`Broken`] or a strange
//! certificate comes out. Names of libraries and numbers of the operating system stay in the log.

use super::certificate::NotPinned;
use crate::model::Broken;
use rustls::{CertificateError, OtherError};
use std::error::Error;
use std::io;

#[derive(Debug, PartialEq)]
pub(super) enum Trouble {
    /// Another certificate than the pinned one.
    Offered(String),
    Broken(Broken),
}

impl From<Broken> for Trouble {
    fn from(broken: Broken) -> Trouble {
        Trouble::Broken(broken)
    }
}

impl Trouble {
    pub fn of(error: &reqwest::Error) -> Trouble {
        tracing::debug!(error = error as &dyn Error, "no RESTCONF answer");
        if error.is_dns() {
            return Broken::NoAddress.into();
        }
        match causes(error).find_map(known) {
            Some(trouble) => trouble,
            None if error.is_connect() && error.is_timeout() => no("no connection in time"),
            None if error.is_connect() => no("no connection"),
            None => no("the connection was cut in the middle of an answer"),
        }
    }
}

fn no(why: impl Into<String>) -> Trouble {
    Broken::NoRestconf { why: why.into() }.into()
}

/// The error and all that stand behind it. An `io::Error` hides the one that it holds from `source`.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let first: &(dyn Error + 'static) = error;
    std::iter::successors(Some(first), |error| behind(*error))
}

fn behind<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(held) => Some(held),
        None => error.source(),
    }
}

fn known(cause: &(dyn Error + 'static)) -> Option<Trouble> {
    if let Some(error) = cause.downcast_ref::<rustls::Error>() {
        return Some(tls(error));
    }
    if cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse) {
        return Some(no("what answers there does not speak HTTP"));
    }
    let error = cause.downcast_ref::<io::Error>()?;
    match error.kind() {
        _ if error.get_ref().is_some() => None,
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
            Some(no("the connection was cut"))
        }
        // `connection refused`: the plain words of the standard library.
        kind => Some(no(kind.to_string())),
    }
}

fn tls(error: &rustls::Error) -> Trouble {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(why))) => {
            match why.downcast_ref::<NotPinned>() {
                Some(strange) => Trouble::Offered(strange.offered.clone()),
                None => refused("it can't be checked"),
            }
        }
        rustls::Error::InvalidCertificate(why) => refused(certificate(why)),
        rustls::Error::InvalidMessage(_) => no("what answers there does not speak TLS"),
        rustls::Error::PeerIncompatible(_) | rustls::Error::AlertReceived(_) => {
            no("no TLS version or cipher in common, so it may know old ones only")
        }
        _ => no("the TLS handshake failed"),
    }
}

fn refused(why: &str) -> Trouble {
    Broken::CertificateRefused { why: why.to_owned() }.into()
}

fn certificate(why: &CertificateError) -> &'static str {
    match why {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "the CA of the settings did not sign it"
        }
        CertificateError::ApplicationVerificationFailure => "whoever shows it does not hold its key",
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another name or address"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "it is not valid yet",
        _ => "it is not well made",
    }
}
