//! Which SSH algorithms are offered, by transport profile (devices.md A8). A device gets weak ones only when somebody
//! chose `legacy` or `ancient` for it. The client's order wins, so fast and strong stands first.

use crate::model::Profile;
use russh::keys::{Algorithm, EcdsaCurve, HashAlg};
use russh::{Preferred, cipher, compression, kex, mac};
use std::borrow::Cow;

/// These four are no algorithms: they switch on strict key exchange (the answer to the Terrapin attack) and the list
/// of signature algorithms. A list of one's own that leaves them out loses both without a word.
const EXTENSIONS: [kex::Name; 4] = [
    kex::EXTENSION_SUPPORT_AS_CLIENT,
    kex::EXTENSION_SUPPORT_AS_SERVER,
    kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT,
    kex::EXTENSION_OPENSSH_STRICT_KEX_AS_SERVER,
];

const KEX: [(Profile, &[kex::Name]); 3] = [
    (
        Profile::Modern,
        &[
            kex::CURVE25519,
            kex::CURVE25519_PRE_RFC_8731,
            kex::ECDH_SHA2_NISTP256,
            kex::ECDH_SHA2_NISTP384,
            kex::ECDH_SHA2_NISTP521,
            kex::MLKEM768X25519_SHA256,
            kex::DH_G14_SHA256,
            kex::DH_GEX_SHA256,
            kex::DH_G16_SHA512,
            kex::DH_G15_SHA512,
            kex::DH_G17_SHA512,
            kex::DH_G18_SHA512,
        ],
    ),
    (Profile::Legacy, &[kex::DH_G14_SHA1]),
    // Group exchange stands after the fixed group: old routers take seconds to find a group.
    (Profile::Ancient, &[kex::DH_GEX_SHA1, kex::DH_G1_SHA1]),
];

const CIPHERS: [(Profile, &[cipher::Name]); 3] = [
    (
        Profile::Modern,
        &[
            cipher::CHACHA20_POLY1305,
            cipher::AES_256_GCM,
            cipher::AES_128_GCM,
            cipher::AES_256_CTR,
            cipher::AES_192_CTR,
            cipher::AES_128_CTR,
        ],
    ),
    (Profile::Legacy, &[cipher::AES_256_CBC, cipher::AES_192_CBC, cipher::AES_128_CBC]),
    (Profile::Ancient, &[cipher::TRIPLE_DES_CBC]),
];

const MACS: [(Profile, &[mac::Name]); 3] = [
    (Profile::Modern, &[mac::HMAC_SHA512_ETM, mac::HMAC_SHA256_ETM, mac::HMAC_SHA512, mac::HMAC_SHA256]),
    (Profile::Legacy, &[mac::HMAC_SHA1_ETM, mac::HMAC_SHA1]),
    (Profile::Ancient, &[]),
];

const fn ecdsa(curve: EcdsaCurve) -> Algorithm {
    Algorithm::Ecdsa { curve }
}

const KEYS: [(Profile, &[Algorithm]); 3] = [
    (
        Profile::Modern,
        &[
            Algorithm::Ed25519,
            ecdsa(EcdsaCurve::NistP256),
            ecdsa(EcdsaCurve::NistP384),
            ecdsa(EcdsaCurve::NistP521),
            Algorithm::Rsa { hash: Some(HashAlg::Sha512) },
            Algorithm::Rsa { hash: Some(HashAlg::Sha256) },
        ],
    ),
    (Profile::Legacy, &[Algorithm::Rsa { hash: None }]),
    (Profile::Ancient, &[]),
];

/// Everything that the profile offers.
pub(super) fn preferred(profile: Profile) -> Preferred {
    let mut kex = up_to(profile, &KEX);
    kex.extend(EXTENSIONS);
    Preferred {
        kex: Cow::Owned(kex),
        key: Cow::Owned(up_to(profile, &KEYS)),
        host_key_certificates: Cow::Borrowed(&[]),
        cipher: Cow::Owned(up_to(profile, &CIPHERS)),
        mac: Cow::Owned(up_to(profile, &MACS)),
        compression: Cow::Borrowed(&[compression::NONE]),
    }
}

/// The first profile that has one of the algorithms a device offers.
pub(super) fn fitting(theirs: &[String]) -> Option<Profile> {
    Profile::ALL.into_iter().find(|profile| {
        let ours = preferred(*profile);
        let kex =
            ours.kex.iter().filter(|name| !EXTENSIONS.contains(name)).map(|name| name.as_ref().to_owned());
        let keys = ours.key.iter().map(|name| name.as_str().to_owned());
        let ciphers = ours.cipher.iter().map(|name| name.as_ref().to_owned());
        let macs = ours.mac.iter().map(|name| name.as_ref().to_owned());
        kex.chain(keys).chain(ciphers).chain(macs).any(|name| theirs.contains(&name))
    })
}

fn up_to<T: Clone>(profile: Profile, lists: &[(Profile, &[T])]) -> Vec<T> {
    let reach = rank(profile);
    lists.iter().filter(|(of, _)| rank(*of) <= reach).flat_map(|(_, names)| names.iter().cloned()).collect()
}

fn rank(profile: Profile) -> u8 {
    match profile {
        Profile::Modern => 0,
        Profile::Legacy => 1,
        Profile::Ancient => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_key_exchange_is_never_lost() {
        for profile in Profile::ALL {
            let kex = preferred(profile).kex;
            assert!(EXTENSIONS.iter().all(|name| kex.contains(name)), "{profile:?}");
        }
    }

    #[test]
    fn weak_algorithms_need_their_profile() {
        for (name, profile) in [
            ("curve25519-sha256", Some(Profile::Modern)),
            ("ecdh-sha2-nistp256", Some(Profile::Modern)),
            ("diffie-hellman-group14-sha1", Some(Profile::Legacy)),
            ("hmac-sha1", Some(Profile::Legacy)),
            ("ssh-rsa", Some(Profile::Legacy)),
            ("aes128-cbc", Some(Profile::Legacy)),
            ("diffie-hellman-group1-sha1", Some(Profile::Ancient)),
            ("3des-cbc", Some(Profile::Ancient)),
            ("hmac-md5", None),
            ("kex-strict-s-v00@openssh.com", None),
        ] {
            assert_eq!(fitting(&[name.to_owned()]), profile, "{name}");
        }
    }
}
