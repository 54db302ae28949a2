//! What the service shall be. Where public pages contradict each other or say nothing, the plan says it.

use std::time::Duration;

#[derive(Clone, Debug)]
pub struct Plan {
    /// 0 takes one that is free.
    pub port: u16,
    /// `number:word`; the number is the id of the bot.
    pub token: String,
    /// Names of bots begin with `Bot`.
    pub name: String,
    /// A bot may write to people who never wrote to it. Open: nobody says.
    pub strangers: bool,
    /// Names of fields that the pages do not have are refused.
    pub strict: bool,
    /// Ids of messages begin here. A service that starts again must not begin with the same ones.
    pub first_message: i64,
    pub app_id: String,
    pub app_secret: String,
    /// The secret of the webhook's page, and what stands before the digits of a signature. Open: sources differ.
    pub webhook_secret: String,
    pub prefix: String,
    /// How long a token is taken; and whether `expires_in` is a text. Open: sources differ.
    pub life: Duration,
    pub life_as_text: bool,
    /// A token that is not taken comes as status 401 and not as an error with status 200. Open: sources differ.
    pub stale_as_401: bool,
    /// Calls a minute of the Official Account's API.
    pub per_minute: usize,
    /// Messages that the account may still send. None is no end.
    pub quota: Option<usize>,
}

impl Default for Plan {
    fn default() -> Plan {
        Plan {
            port: 0,
            token: "123456:lab-zalo-word".to_owned(),
            name: "Bot Patchbay".to_owned(),
            strangers: false,
            strict: true,
            first_message: 1,
            app_id: "4242424242424242424".to_owned(),
            app_secret: "lab-app-word".to_owned(),
            webhook_secret: "lab-hook-word".to_owned(),
            prefix: "mac=".to_owned(),
            life: Duration::from_secs(90_000),
            life_as_text: true,
            stale_as_401: false,
            per_minute: 4_000,
            quota: None,
        }
    }
}
