//! How somebody who gets mails says that it is enough: an address or a page of whoever runs the bot, which
//! reads no mail itself. It stands in the mail and in its header (RFC 2369 3.2).

use super::table::address;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use url::Url;

/// A `mailto:` or `https:` address, nothing in which could end a header or its brackets.
#[derive(Clone, Debug)]
pub struct Leave(String);

impl Leave {
    /// `mailto:leave@example.net?subject=stop`, `leave@example.net` or `https://example.net/leave`.
    pub fn read(typed: &str) -> Option<Leave> {
        if typed.contains(|c: char| !c.is_ascii_graphic() || matches!(c, '<' | '>' | '"' | '\\' | ',')) {
            return None;
        }
        let leave = match typed.strip_prefix("mailto:") {
            None if address(typed).is_some() => format!("mailto:{typed}"),
            Some(_) | None => typed.to_owned(),
        };
        let is_mail = leave.strip_prefix("mailto:").is_some_and(|rest| {
            let (to, _) = rest.split_once('?').unwrap_or((rest, ""));
            address(to).is_some()
        });
        let is_page = || Url::parse(&leave).is_ok_and(|url| url.scheme() == "https" && url.has_host());
        (is_mail || is_page()).then_some(Leave(leave))
    }

    /// As people read it.
    pub fn shown(&self) -> &str {
        match self.0.strip_prefix("mailto:") {
            Some(rest) => rest.split_once('?').map_or(rest, |(to, _)| to),
            None => &self.0,
        }
    }
}

impl Header for Leave {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }

    fn parse(typed: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let bare = typed.trim().trim_matches(['<', '>']);
        Leave::read(bare).ok_or_else(|| "no address to leave by".into())
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), format!("<{}>", self.0))
    }
}
