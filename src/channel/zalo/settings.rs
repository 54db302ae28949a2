//! The settings table of this door: keys in, checked values out, or every mistake with its line. Which of the two
//! APIs is spoken decides which keys are wanted; a key of the other one is a slip and is told.

use super::super::Setup;
use super::address::Address;
use super::{KIND, wire};
use crate::model::Secret;
use crate::model::written::Fields;
use reqwest::Url;
use std::net::SocketAddr;

const BOT: &str = "https://bot-api.zaloplatforms.com";
const OA: &str = "https://openapi.zalo.me";
const OAUTH: &str = "https://oauth.zaloapp.com";

/// Keys that only one of the two has.
const OF_BOT: [&str; 2] = ["token_file", "token_env"];
const OF_OA: [&str; 7] = [
    "app_id",
    "app_secret_file",
    "app_secret_env",
    "webhook_secret_file",
    "webhook_secret_env",
    "oauth_url",
    "webhook",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    Bot,
    Oa,
}

pub struct Settings {
    pub home: Vec<String>,
    pub api_url: Url,
    pub driver: Driver,
}

pub enum Driver {
    Bot { token: Secret },
    Oa(Account),
}

/// An Official Account, as the app's page at the developers' site shows it.
pub struct Account {
    pub app_id: String,
    pub app_secret: Secret,
    pub oauth_url: Url,
    /// Where its events come in, through a proxy that does TLS.
    pub webhook: Option<SocketAddr>,
    /// What its events are signed with.
    pub webhook_secret: Secret,
}

pub fn api(fields: &Fields<'_>) -> Api {
    fields.choice("api", &[("bot", Api::Bot), ("oa", Api::Oa)]).unwrap_or(Api::Bot)
}

/// None when something is wrong, which is told then.
pub fn read(table: &Setup<'_>) -> Option<Settings> {
    let fields = table.fields;
    let api = api(fields);
    let home = home(fields);
    let (usual, foreign) = match api {
        Api::Bot => (BOT, OF_OA.as_slice()),
        Api::Oa => (OA, OF_BOT.as_slice()),
    };
    let api_url = url(fields, "api_url", usual);
    for key in foreign.iter().filter(|key| fields.has(key)) {
        let other = if api == Api::Bot { "oa" } else { "bot" };
        let what = format!("{} is for api = {other:?}", fields.name(key));
        fields.wrong(key, what, format!("take it out, or say api = {other:?}"));
    }
    let driver = match api {
        Api::Bot => token(table).map(|token| Driver::Bot { token }),
        Api::Oa => account(table).map(Driver::Oa),
    };
    Some(Settings { home: home?, api_url: api_url?, driver: driver? })
}

fn token(table: &Setup<'_>) -> Option<Secret> {
    let hint = "the Zalo Bot Manager gives a token; put it into a file for this user only";
    let (key, token) = secret(table, "token", hint)?;
    // `123456:AbC`: it becomes a part of an address, so nothing else may stand in it.
    let (number, word) = token.reveal().split_once(':').unwrap_or_default();
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let good = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if !good || word.is_empty() || !word.chars().all(fits) {
        let what = format!("{} does not hold a bot's token", table.fields.name(key));
        table.fields.wrong(key, what, "a bot's token is a number, a colon and a word");
        return None;
    }
    Some(token)
}

fn account(table: &Setup<'_>) -> Option<Account> {
    let fields = table.fields;
    let app_id = fields.required("app_id", "say app_id = \"1234567890123456789\", the number of the app");
    let numeric = app_id.bytes().all(|byte| byte.is_ascii_digit());
    if !numeric {
        let what = format!("{} {app_id:?} is no number of an app", fields.name("app_id"));
        fields.wrong("app_id", what, "it stands on the app's page at developers.zalo.me");
    }
    let hint =
        "the app's page at developers.zalo.me shows its secret key; put it into a file for this user only";
    let app_secret = secret(table, "app_secret", hint);
    let named = ["webhook_secret_file", "webhook_secret_env"].into_iter().any(|key| fields.has(key));
    let webhook_secret = table.secrets.get("webhook_secret").cloned();
    let oauth_url = url(fields, "oauth_url", OAUTH);
    let webhook = webhook(fields);
    let (_, app_secret) = app_secret?;
    // Named and not there: it could not be read, which is told already.
    let webhook_secret = match named {
        true => webhook_secret?,
        false => app_secret.clone(),
    };
    let good = numeric && !app_id.is_empty();
    good.then_some(())?;
    Some(Account { app_id, app_secret, oauth_url: oauth_url?, webhook: webhook.ok()?, webhook_secret })
}

/// The secret of `<name>_file` or `<name>_env`, and which of them it was.
fn secret(table: &Setup<'_>, name: &str, hint: &str) -> Option<(&'static str, Secret)> {
    let keys = match name {
        "token" => ["token_file", "token_env"],
        _ => ["app_secret_file", "app_secret_env"],
    };
    let fields = table.fields;
    let there: Vec<&'static str> = keys.into_iter().filter(|key| fields.has(key)).collect();
    let Some(key) = there.first() else {
        let what = format!("{} is missing", fields.name(keys[0]));
        fields.wrong(keys[0], what, hint);
        return None;
    };
    let secret = table.secrets.get(name)?;
    if secret.reveal().is_empty() || secret.reveal().contains(char::is_whitespace) {
        fields.wrong(key, format!("{} does not hold one word", fields.name(key)), hint);
        return None;
    }
    Some((key, secret.clone()))
}

fn home(fields: &Fields<'_>) -> Option<Vec<String>> {
    let typed = fields.texts("home").unwrap_or_default();
    let mut good = true;
    for address in typed.iter().filter(|address| Address::read(address).is_none()) {
        let what = format!("{} {address:?} is no user and no group", fields.name("home"));
        fields.wrong("home", what, "write the id that /whoami shows there, or group:<id>");
        good = false;
    }
    good.then_some(typed)
}

/// In clear only to this machine: tokens go there.
fn url(fields: &Fields<'_>, key: &str, usual: &str) -> Option<Url> {
    let typed = fields.text(key).unwrap_or_else(|| usual.to_owned());
    let url = Url::parse(&typed).ok().filter(|url| {
        let safe = url.scheme() == "https" || url.scheme() == "http" && wire::is_here(url);
        safe && url.has_host() && url.query().is_none()
    });
    if url.is_none() {
        let what = format!("{} is no https address of {KIND}'s API", fields.name(key));
        fields.wrong(key, what, format!("write {key} = \"{usual}\", or leave it out"));
    }
    url
}

/// Only on this machine: what stands before it does TLS.
fn webhook(fields: &Fields<'_>) -> Result<Option<SocketAddr>, ()> {
    let Some(typed) = fields.text("webhook") else { return Ok(None) };
    let address = typed.parse::<SocketAddr>().ok().filter(|address| address.ip().is_loopback());
    if address.is_none() {
        let what = format!("{} {typed:?} is no port of this machine", fields.name("webhook"));
        fields.wrong(
            "webhook",
            what,
            "write webhook = \"127.0.0.1:8085\" and let a proxy with TLS lead there",
        );
    }
    address.map(Some).ok_or(())
}
