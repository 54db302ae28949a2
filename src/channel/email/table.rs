//! The settings table of mail: keys in, checked values out, or every mistake with its line. There is
//! no way to send without TLS, and none to leave a certificate unchecked.

use super::super::Setup;
use super::leave::Leave;
use super::post::{Post, Tls};
use crate::model::Secret;
use crate::model::written::Fields;
use lettre::Address;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, TlsParameters};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

pub struct Settings {
    pub from: Mailbox,
    pub to: Vec<String>,
    pub leave: Option<Leave>,
    pub post: Post,
}

/// None when something is wrong, which is told then.
pub fn read(table: &Setup<'_>) -> Option<Settings> {
    let fields = table.fields;
    let host = fields.required("host", "say host = \"smtp.example.net\", your mail server");
    let tls = tls(fields);
    let port = fields.number("port", 1..=65_535).and_then(|port| u16::try_from(port).ok());
    let login = login(table);
    let from = from(fields);
    let to = to(fields);
    let leave = leave(fields);
    let trust = trust(table, &host);
    let post = Post { port: port.unwrap_or(tls.usual_port()), tls, trust: trust?, login: login.ok()?, host };
    Some(Settings { from: from?, to: to?, leave: leave.ok()?, post })
}

fn tls(fields: &Fields<'_>) -> Tls {
    let known = [("starttls", Tls::StartTls), ("implicit", Tls::Implicit)];
    fields.choice("tls", &known).unwrap_or(Tls::StartTls)
}

/// Both or neither; one alone is a slip.
fn login(table: &Setup<'_>) -> Result<Option<Credentials>, ()> {
    let fields = table.fields;
    let named = fields.has("password_file") || fields.has("password_env");
    match (fields.text("user"), table.secrets.get("password").map(Secret::reveal)) {
        (Some(user), Some(password)) => Ok(Some(Credentials::new(user, password.to_owned()))),
        (None, None) if !named => Ok(None),
        // The password could not be read, which is told already.
        (Some(_), None) if named => Err(()),
        (Some(_), None) => {
            let what = format!("{} has no password", fields.name("user"));
            fields.wrong("user", what, "say password_file or password_env, or take user out");
            Err(())
        }
        (None, _) => {
            let what = format!("{} is missing beside its password", fields.name("user"));
            fields.wrong("user", what, "say who logs in, or take the password out");
            Err(())
        }
    }
}

fn from(fields: &Fields<'_>) -> Option<Mailbox> {
    let typed = fields.required("from", "say from = \"Patchbay <patchbay@example.net>\"");
    let mailbox = typed.parse().ok().filter(|_| !typed.contains(char::is_control));
    if mailbox.is_none() && !typed.trim().is_empty() {
        let what = format!("{} {typed:?} is no mail address", fields.name("from"));
        fields.wrong("from", what, "write it as Patchbay <patchbay@example.net>");
    }
    mailbox
}

fn to(fields: &Fields<'_>) -> Option<Vec<String>> {
    let hint = "write to = [\"noc@example.net\"]";
    let typed = fields.texts("to").unwrap_or_default();
    if typed.is_empty() && !fields.has("to") {
        fields.wrong("to", format!("{} is missing", fields.name("to")), hint);
    } else if typed.is_empty() {
        fields.wrong("to", format!("{} names nobody", fields.name("to")), hint);
    }
    let mut good = !typed.is_empty();
    for address in typed.iter().filter(|address| self::address(address).is_none()) {
        fields.wrong("to", format!("{} {address:?} is no mail address", fields.name("to")), hint);
        good = false;
    }
    good.then_some(typed)
}

/// None where nothing is said.
fn leave(fields: &Fields<'_>) -> Result<Option<Leave>, ()> {
    let Some(typed) = fields.text("leave") else { return Ok(None) };
    match Leave::read(&typed) {
        Some(leave) => Ok(Some(leave)),
        None => {
            let what = format!("{} {typed:?} is neither a mail address nor a page", fields.name("leave"));
            fields.wrong("leave", what, "write mailto:leave@example.net or https://example.net/leave");
            Err(())
        }
    }
}

/// `noc@example.net`, and no name around it.
pub fn address(typed: &str) -> Option<Address> {
    typed.parse().ok().filter(|_| !typed.contains(|c: char| c.is_control() || c.is_whitespace()))
}

/// The system's roots, or those of `ca_file` and no others.
fn trust(table: &Setup<'_>, host: &str) -> Option<TlsParameters> {
    let fields = table.fields;
    let told = |what: String, hint: &str| {
        fields.wrong("ca_file", what, hint);
        None
    };
    let builder = TlsParameters::builder(host.to_owned());
    let builder = match table.files.get("ca") {
        None if fields.has("ca_file") => return None,
        None => builder,
        Some(pem) => match certificate(pem) {
            Some(root) => builder.certificate_store(CertificateStore::None).add_root_certificate(root),
            None => {
                let what = format!("{} holds no certificate", fields.name("ca_file"));
                return told(what, "give the authority's certificate as PEM");
            }
        },
    };
    match builder.build_rustls() {
        Ok(trust) => Some(trust),
        Err(_) => {
            let what = format!("{} holds a certificate that cannot be used", fields.name("ca_file"));
            told(what, "give the authority's certificate as PEM")
        }
    }
}

fn certificate(pem: &str) -> Option<Certificate> {
    let found = CertificateDer::pem_slice_iter(pem.as_bytes()).filter_map(Result::ok).count();
    Certificate::from_pem(pem.as_bytes()).ok().filter(|_| found > 0)
}
