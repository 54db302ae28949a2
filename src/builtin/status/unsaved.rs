//! Who left changes unsaved, as far as the header of the last stored configuration proves it: a
//! backup that was taken after the boot names the last change, and the router still says unsaved.

use super::standing::Standing;
use crate::model::{Text, Timestamp};
use crate::store::{StoreError, Version, Work};
use chrono::NaiveDateTime;

/// `changes not saved (bob, 09:12)`, or without a name.
pub fn text(standing: &Standing<'_>, work: &mut Work) -> Result<Text, StoreError> {
    let bare = text!("status.unsaved");
    let Some(system) = standing.system().filter(|system| system.unsaved == Some(true)) else {
        return Ok(bare);
    };
    let Some(boot) = system.boot_time else { return Ok(bare) };
    // The router's clock less ours tells when that was by ours.
    let booted = Timestamp(boot.0.saturating_sub(system.clock_off.unwrap_or(0).saturating_mul(1_000)));
    let version = work.latest(standing.device.id)?.filter(|version| version.taken_at > booted);
    Ok(match version {
        Some(Version { author: Some(author), changed_at: Some(at), .. }) => match by_utc(&at) {
            Some(at) => text!("status.unsaved_by", author = author, at = at),
            None => text!("status.unsaved_by", author = author, at = at),
        },
        Some(Version { author: Some(author), changed_at: None, .. }) => {
            text!("status.unsaved_by_somebody", author = author)
        }
        Some(Version { author: None, .. }) | None => bare,
    })
}

/// `14:02:31 UTC Mon Nov 23 2026`; another zone's name does not say where it lies, and stays as printed.
fn by_utc(printed: &str) -> Option<Timestamp> {
    let (time, date) = printed.split_once(" UTC ")?;
    let at = NaiveDateTime::parse_from_str(&format!("{time} {date}"), "%H:%M:%S%.f %a %b %e %Y").ok()?;
    Some(at.and_utc().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_known_zone_becomes_a_moment() {
        assert_eq!(by_utc("14:02:31 UTC Mon Nov 23 2026"), Some(Timestamp(1_795_442_551_000)));
        assert_eq!(by_utc("09:12:04 UTC Sun Nov 1 2026"), Some(Timestamp(1_793_524_324_000)));
        for other in ["14:02:31 ICT Mon Nov 23 2026", "yesterday", ""] {
            assert_eq!(by_utc(other), None, "{other}");
        }
    }
}
