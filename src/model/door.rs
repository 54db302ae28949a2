//! The doors as those see them who may know no service: how somebody behind one comes to hear of alerts,
//! and how an address there is written.

use super::request::Destination;

/// How a place behind a door becomes one that hears of alerts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// It is asked for in the place itself, by whoever the bot knows there.
    Here,
    /// Nobody speaks from there: its address is typed elsewhere, a code goes to it, and typing that code in a
    /// chat says yes. Addresses are the same in any letter case.
    Mailed,
    /// Nobody can write its address down: who wants to hear sends a code to the bot there.
    Sent,
}

#[derive(Clone, Debug)]
pub struct Door {
    /// What destinations call it.
    pub name: String,
    pub join: Join,
    /// Whether something could be delivered to an address that is written so.
    pub fits: fn(&str) -> bool,
    /// An address, for whoever wrote one that does not fit.
    pub example: &'static str,
}

#[derive(Clone, Debug, Default)]
pub struct Doors {
    pub all: Vec<Door>,
    /// Where mail addresses of those who hear of alerts may be; anywhere when none is named.
    pub domains: Vec<String>,
}

impl Doors {
    pub fn named(&self, name: &str) -> Option<&Door> {
        self.all.iter().find(|door| door.name.eq_ignore_ascii_case(name))
    }

    /// A place as everybody may read it: whoever only reads is hinted at.
    pub fn hinted(&self, place: &Destination) -> String {
        match self.join(&place.channel) {
            Join::Here => place.to_string(),
            Join::Mailed | Join::Sent => format!("{}:{}", place.channel, masked(&place.address)),
        }
    }

    /// A door that nobody described is a chat.
    pub fn join(&self, channel: &str) -> Join {
        self.named(channel).map_or(Join::Here, |door| door.join)
    }

    /// Whether the settings let this address hear of alerts.
    pub fn allows(&self, address: &str) -> bool {
        let Some((_, domain)) = address.rsplit_once('@') else { return true };
        self.domains.is_empty() || self.domains.iter().any(|known| known.eq_ignore_ascii_case(domain))
    }
}

/// `a…@example.net`
fn masked(address: &str) -> String {
    let first = address.chars().next().map(String::from).unwrap_or_default();
    let domain = address.rsplit_once('@').map(|(_, domain)| format!("@{domain}"));
    format!("{first}…{}", domain.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_hinted_at() {
        for (address, shown) in [("ann@example.net", "a…@example.net"), ("8f3a", "8…"), ("", "…")] {
            assert_eq!(masked(address), shown);
        }
    }
}
