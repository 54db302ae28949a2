//! Who a router is over TLS: the certificate that is pinned for it, or one that the CA of the settings signed for its
//! address. "Accept anything" does not exist. No clock, store or network is touched while a handshake waits.
// Invariant: no password is sent before the certificate is judged
// (test `a_changed_certificate_is_refused_before_the_password`).

use super::super::key::hex_pairs;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// By what a certificate is judged.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Trust {
    /// Only the certificate with this fingerprint. None: no certificate at all, the first one is only looked at.
    Pin(Option<String>),
    /// Signed by the CA of the settings.
    Ca,
}

/// The provider and the CA, shared by all devices.
pub(super) struct Judges {
    provider: Arc<CryptoProvider>,
    ca: Option<Arc<dyn ServerCertVerifier>>,
}

/// The router showed a certificate that is not the pinned one. It travels inside the error of the handshake.
#[derive(Debug, thiserror::Error)]
#[error("not the pinned certificate")]
pub(super) struct NotPinned {
    pub offered: String,
}

/// SHA-256 of the DER, as browsers and `openssl x509 -fingerprint -sha256` write it: `AB:CD:...`.
pub(super) fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    hex_pairs(&Sha256::digest(certificate))
}

impl Judges {
    pub fn new(ca: &[CertificateDer<'static>]) -> Judges {
        // Named, and not the default of the process: a library must not choose another one for us.
        let provider = Arc::new(ring::default_provider());
        let mut roots = RootCertStore::empty();
        let (taken, left) = roots.add_parsable_certificates(ca.iter().cloned());
        tracing::debug!(taken, left, "certificates of the CA");
        let judge = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build();
        // Without a root there is no judge, and then nothing is trusted.
        Judges { provider, ca: judge.ok().map(|judge| judge as Arc<dyn ServerCertVerifier>) }
    }

    /// None: the device wants the CA, and the settings name none.
    pub fn config(&self, trust: &Trust) -> Option<ClientConfig> {
        let judge = match trust {
            Trust::Pin(pinned) => {
                Arc::new(Pinned { pinned: pinned.clone(), provider: self.provider.clone() })
                    as Arc<dyn ServerCertVerifier>
            }
            Trust::Ca => self.ca.clone()?,
        };
        let builder = ClientConfig::builder_with_provider(self.provider.clone());
        let builder = builder.with_safe_default_protocol_versions().ok()?;
        let builder = builder.dangerous().with_custom_certificate_verifier(judge);
        let mut config = builder.with_no_client_auth();
        // Every connection shows its certificate; with keep-alive that is rare.
        config.resumption = Resumption::disabled();
        Some(config)
    }
}

/// Whoever shows a router's certificate and cannot sign with its key is not that router.
fn no_key(_: Error) -> Error {
    CertificateError::ApplicationVerificationFailure.into()
}

/// Takes one certificate and no other. Its dates and names do not count: routers sign their own.
#[derive(Debug)]
struct Pinned {
    pinned: Option<String>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let offered = fingerprint(end_entity);
        match self.pinned.as_ref() == Some(&offered) {
            true => Ok(ServerCertVerified::assertion()),
            false => {
                let why = OtherError(Arc::new(NotPinned { offered }));
                Err(Error::InvalidCertificate(CertificateError::Other(why)))
            }
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms).map_err(no_key)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms).map_err(no_key)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
