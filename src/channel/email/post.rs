//! The conversation with the mail server (RFC 5321): a letter goes in, and what became of it comes
//! out as a type. Nothing is said in clear but the greeting and STARTTLS (RFC 3207, RFC 8314); the
//! password is spoken only inside TLS. One connection carries one letter to one address.

use super::letter::Letter;
use crate::model::SendError;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use std::error::Error as _;
use std::time::Duration;
use tokio::time::timeout;

/// How long until the server has let us in.
const ENTRY: Duration = Duration::from_secs(30);
/// How long it may think about a letter: some read it for viruses before they answer.
const READING: Duration = Duration::from_secs(80);
/// A farewell is a courtesy.
const FAREWELL: Duration = Duration::from_secs(2);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    StartTls,
    Implicit,
}

impl Tls {
    pub fn usual_port(self) -> u16 {
        match self {
            Tls::StartTls => 587,
            Tls::Implicit => 465,
        }
    }
}

pub struct Post {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub trust: TlsParameters,
    pub login: Option<Credentials>,
}

impl Post {
    /// Ok means that the server answers for the letter from now on.
    pub async fn hand_over(&self, letter: &Letter) -> Result<(), SendError> {
        let mut line = match timeout(ENTRY, self.entered()).await {
            Ok(entered) => entered?,
            Err(_elapsed) => return Err(later("the mail server did not answer in time")),
        };
        match timeout(READING, line.send(&letter.envelope, &letter.bytes)).await {
            Ok(Ok(_taken)) => {
                let _ = timeout(FAREWELL, line.quit()).await;
                Ok(())
            }
            Ok(Err(error)) => Err(refused(&error)),
            Err(_elapsed) => Err(later("the mail server took too long to answer for the mail")),
        }
    }

    /// A line on which letters may be sent. Whatever stands in the way here is not the letter's fault,
    /// so no error is final.
    async fn entered(&self) -> Result<AsyncSmtpConnection, SendError> {
        let (us, server) = (ClientId::default(), (self.host.as_str(), self.port));
        let at_once = match self.tls {
            Tls::Implicit => Some(self.trust.clone()),
            Tls::StartTls => None,
        };
        let connected = AsyncSmtpConnection::connect_tokio1(server, Some(ENTRY), &us, at_once, None).await;
        let mut line = connected.map_err(|error| later(unreached(&error)))?;
        if self.tls == Tls::StartTls {
            if !line.can_starttls() {
                line.abort().await;
                return Err(later(
                    "the mail server offers no STARTTLS, so nothing was sent; an admin must look at host, \
                     port and tls",
                ));
            }
            line.starttls(self.trust.clone(), &us).await.map_err(|error| later(unreached(&error)))?;
        }
        self.log_in(&mut line).await?;
        Ok(line)
    }

    async fn log_in(&self, line: &mut AsyncSmtpConnection) -> Result<(), SendError> {
        let Some(login) = &self.login else { return Ok(()) };
        // Invariant: the password leaves only inside TLS. Test: `without_starttls_nothing_is_said`.
        if !line.is_encrypted() {
            return Err(later("the line to the mail server is not encrypted, so nothing was sent"));
        }
        match line.auth(&[Mechanism::Plain, Mechanism::Login], login).await {
            Ok(_welcome) => Ok(()),
            Err(error) if error.is_client() => {
                line.abort().await;
                Err(later("the mail server offers no login that I know (PLAIN or LOGIN)"))
            }
            Err(error) if error.is_permanent() => {
                line.abort().await;
                Err(later("the mail server refused my login; an admin must look at user and password"))
            }
            Err(_) => Err(later("the mail server could not check my login")),
        }
    }
}

/// The channel's patience says when.
fn later(why: impl Into<String>) -> SendError {
    SendError::Later { after: Duration::ZERO, why: why.into() }
}

fn never(why: impl Into<String>) -> SendError {
    SendError::Never { why: why.into() }
}

/// Why the server did not let us as far as a letter.
fn unreached(error: &Error) -> String {
    match certificate_fault(error) {
        Some(fault) => fault.to_owned(),
        None => match error.status() {
            Some(code) => format!("the mail server sent me away ({code})"),
            None => "the mail server cannot be reached".to_owned(),
        },
    }
}

/// A line that broke counts as 451 (RFC 5321 3.8); the letter may have arrived, which its Message-ID
/// makes harmless.
fn refused(error: &Error) -> SendError {
    match error.status() {
        Some(code) => answered(u16::from(code)),
        None if error.is_client() => never("the mail server cannot take such an address or such a mail"),
        None => later("the line to the mail server broke"),
    }
}

/// RFC 5321 4.2.1: what got 4yz may go well another time, what got 5yz will not.
pub(super) fn answered(code: u16) -> SendError {
    match code {
        // RFC 4954 6: about the login, not about the mail.
        530 | 534 | 535 | 538 => later(format!("the mail server wants a login ({code})")),
        550 | 551 | 553 => never(format!("the mail server does not take mail for this address ({code})")),
        552 => never("the mailbox is full or the mail is too long (552)"),
        500.. => never(format!("the mail server refused the mail ({code})")),
        _ => later(format!("the mail server wants to be asked again later ({code})")),
    }
}

/// What is wrong with the server's certificate, or with its TLS at all.
fn certificate_fault(error: &Error) -> Option<&'static str> {
    use rustls::CertificateError as Fault;
    match tls_error(error)? {
        rustls::Error::InvalidCertificate(Fault::NotValidForName | Fault::NotValidForNameContext { .. }) => {
            Some("the mail server's certificate is for another name than host, so nothing was sent")
        }
        rustls::Error::InvalidCertificate(Fault::Expired | Fault::ExpiredContext { .. }) => {
            Some("the mail server's certificate has expired, so nothing was sent")
        }
        rustls::Error::InvalidCertificate(_) => Some(
            "the mail server's certificate is not trusted, so nothing was sent; an admin must look at \
             ca_file",
        ),
        _ => Some("the mail server and I could not agree on TLS, so nothing was sent"),
    }
}

/// It hides in an IO error, which hides in the library's own.
fn tls_error(error: &Error) -> Option<&rustls::Error> {
    let mut cause = error.source();
    while let Some(inner) = cause {
        let io = inner.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let found = io.and_then(|inner| inner.downcast_ref());
        if found.is_some() {
            return found;
        }
        cause = inner.source();
    }
    None
}
