//! `[subscribers]`: who may hear of alerts beside the chats.

use crate::model::written::Fields;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscribers {
    /// The domains of mail addresses; any, when none is named.
    pub mail_domains: Vec<String>,
}

pub(super) fn subscribers(root: &Fields<'_>) -> Subscribers {
    let Some(table) = root.table("subscribers") else { return Subscribers::default() };
    let mail_domains = table.texts("mail_domains").unwrap_or_default();
    for typed in mail_domains.iter().filter(|typed| !is_domain(typed)) {
        let what = format!("{} {typed:?} is no domain", table.name("mail_domains"));
        table.wrong("mail_domains", what, "write what stands behind the @, such as example.net");
    }
    table.done();
    Subscribers { mail_domains }
}

fn is_domain(typed: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    !typed.is_empty() && typed.chars().all(fits) && !typed.starts_with(['.', '-']) && !typed.ends_with('.')
}
