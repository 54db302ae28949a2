//! `[heartbeat]`: the page of a watchman outside, asked for while the bot can do its work.

use super::Reading;
use crate::model::Secret;
use crate::model::written::Fields;
use reqwest::Url;
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(60);
/// What judges the bot looks at a whole interval; shorter ones say nothing.
const OFTENEST: Duration = Duration::from_secs(10);
const SELDOMEST: Duration = Duration::from_secs(3_600);

#[derive(Clone, Debug)]
pub struct Heartbeat {
    /// Whoever knows it can keep the watchman quiet.
    pub url: Secret,
    pub every: Duration,
}

impl Reading<'_> {
    pub(super) fn heartbeat(&self, root: &Fields<'_>) -> Option<Heartbeat> {
        let table = root.table("heartbeat")?;
        let url = self.heartbeat_url(&table);
        let every = table.span("every").unwrap_or(EVERY);
        if !(OFTENEST..=SELDOMEST).contains(&every) {
            table.wrong("every", "heartbeat.every is not between 10s and 1h", "write 60s");
        }
        table.done();
        Some(Heartbeat { url: url?, every })
    }

    fn heartbeat_url(&self, table: &Fields<'_>) -> Option<Secret> {
        let keys: Vec<&str> = ["url_file", "url_env"].into_iter().filter(|key| table.has(key)).collect();
        if table.has("url") {
            let what =
                "heartbeat.url does not stand in this file: whoever knows it can keep the watchman quiet";
            table.wrong("url", what, "say url_file or url_env");
            return None;
        }
        match keys.as_slice() {
            [key] => {
                let url = self.secret(table, key)?;
                if !is_web_address(&url) {
                    let what = format!("{}: that is no web address", table.name(key));
                    table.wrong(key, what, "put the whole address there, https://...");
                }
                Some(url)
            }
            [] => {
                let what = "heartbeat has no address";
                table.wrong("url_file", what, "name the file with it: url_file = \"/path\"");
                None
            }
            [_, second, ..] => {
                table.wrong(second, "heartbeat.url_file is there too", "keep one of them");
                None
            }
        }
    }
}

fn is_web_address(url: &Secret) -> bool {
    let url = Url::parse(url.reveal());
    url.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}
