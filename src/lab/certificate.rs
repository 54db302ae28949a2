//! The certificates of the lab: each router's own, as IOS makes it for itself, or one from the lab's CA; and what TLS
//! needs to serve with one. Kept as PEM text.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SanType,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio_rustls::TlsAcceptor;

use super::error::LabError;

/// A certificate (ECDSA P-256, for speed) and its key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identity {
    pub certificate: String,
    key: String,
    /// Whether the lab's CA signed it.
    pub signed: bool,
}

/// The lab's CA: one for a lab, kept in its folder.
#[derive(Clone, Debug)]
pub(crate) struct Authority {
    pub certificate: String,
    key: String,
}

const FILE: &str = "lab-ca.pem";

impl Identity {
    /// What a router makes for itself: `IOS-Self-Signed-Certificate-<number>`, and no other name.
    pub fn of_router(authority: Option<&Authority>, address: IpAddr) -> Result<Identity, LabError> {
        let mut number = [0; 4];
        getrandom::fill(&mut number).map_err(LabError::certificate)?;
        let name = format!("IOS-Self-Signed-Certificate-{}", u32::from_be_bytes(number));
        match authority {
            None => Identity::made(named(&name), None),
            Some(_) => {
                let mut request = named(&name);
                request.subject_alt_names = vec![SanType::IpAddress(address)];
                Identity::made(request, authority)
            }
        }
    }

    /// For a server with names: this address and `localhost`.
    pub fn of_server(
        name: &str,
        authority: Option<&Authority>,
        address: IpAddr,
    ) -> Result<Identity, LabError> {
        let mut request = named(name);
        let localhost = "localhost".try_into().map_err(LabError::certificate)?;
        request.subject_alt_names = vec![SanType::IpAddress(address), SanType::DnsName(localhost)];
        Identity::made(request, authority)
    }

    fn made(request: CertificateParams, authority: Option<&Authority>) -> Result<Identity, LabError> {
        let key = KeyPair::generate().map_err(LabError::certificate)?;
        let certificate = match authority {
            None => request.self_signed(&key).map_err(LabError::certificate)?,
            Some(authority) => {
                let signer = KeyPair::from_pem(&authority.key).map_err(LabError::certificate)?;
                let issuer = Issuer::new(authority_request(), signer);
                request.signed_by(&key, &issuer).map_err(LabError::certificate)?
            }
        };
        Ok(Identity { certificate: certificate.pem(), key: key.serialize_pem(), signed: authority.is_some() })
    }

    /// `SHA256:` and the base64, without padding, of the SHA-256 of the DER.
    pub fn fingerprint(&self) -> String {
        let der = CertificateDer::from_pem_slice(self.certificate.as_bytes());
        let hash = Sha256::digest(der.as_deref().unwrap_or_default());
        format!("SHA256:{}", STANDARD_NO_PAD.encode(hash))
    }

    /// TLS 1.2 and 1.3, always with ring: a process may have no default, or another one.
    pub fn acceptor(&self, protocols: &[&str]) -> Result<TlsAcceptor, LabError> {
        let certificate =
            CertificateDer::from_pem_slice(self.certificate.as_bytes()).map_err(LabError::certificate)?;
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes()).map_err(LabError::certificate)?;
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(ring)
            .with_safe_default_protocol_versions()
            .map_err(LabError::certificate)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .map_err(LabError::certificate)?;
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        // A thousand routers each with a cache of sessions would be most of the lab's memory.
        config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

impl Authority {
    pub fn read_or_make(folder: Option<&Path>) -> Result<Authority, LabError> {
        let file = folder.map(|folder| folder.join(FILE));
        if let Some(text) = file.as_deref().and_then(|file| std::fs::read_to_string(file).ok()) {
            return Authority::parse(&text)
                .ok_or_else(|| LabError::certificate(format!("{FILE} is not the lab's CA; delete it")));
        }
        let key = KeyPair::generate().map_err(LabError::certificate)?;
        let certificate = authority_request().self_signed(&key).map_err(LabError::certificate)?.pem();
        let authority = Authority { certificate, key: key.serialize_pem() };
        if let Some(file) = &file {
            let text = format!("{}{}", authority.certificate, authority.key);
            super::saved::write(file, text.as_bytes())
                .map_err(|source| LabError::File { path: file.clone(), source })?;
        }
        Ok(authority)
    }

    fn parse(text: &str) -> Option<Authority> {
        let at = text.match_indices("-----BEGIN").nth(1)?.0;
        let (certificate, key) = text.split_at_checked(at)?;
        KeyPair::from_pem(key).ok()?;
        Some(Authority { certificate: certificate.to_owned(), key: key.to_owned() })
    }
}

fn named(name: &str) -> CertificateParams {
    let mut request = CertificateParams::default();
    request.distinguished_name = DistinguishedName::new();
    request.distinguished_name.push(DnType::CommonName, name);
    request
}

fn authority_request() -> CertificateParams {
    let mut request = named("Patchbay lab CA");
    request.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    request.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    request
}
