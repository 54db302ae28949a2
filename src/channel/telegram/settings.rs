//! The settings table of this door: keys in, checked values out, or every mistake with its line. What the
//! token is stands in a file or a variable, never here.

use super::super::Setup;
use super::address::Address;
use crate::model::Secret;
use crate::model::written::Fields;
use reqwest_telegram::{Proxy, Url};

const API: &str = "https://api.telegram.org";

pub struct Settings {
    pub token: Secret,
    pub home: Vec<String>,
    pub api_url: Url,
    pub proxy: Option<Proxy>,
}

/// None when something is wrong, which is told then.
pub fn read(table: &Setup<'_>) -> Option<Settings> {
    let fields = table.fields;
    let (token, home) = (token(table), home(fields));
    let (api_url, proxy) = (api_url(fields), proxy(table));
    Some(Settings { token: token?, home: home?, api_url: api_url?, proxy: proxy.ok()? })
}

fn token(table: &Setup<'_>) -> Option<Secret> {
    let fields = table.fields;
    let key = ["token_file", "token_env"].into_iter().find(|key| fields.has(key));
    let Some(key) = key else {
        let what = format!("{} is missing", fields.name("token_file"));
        fields.wrong("token_file", what, "@BotFather gives a token; put it into a file for this user only");
        return None;
    };
    let token = table.secrets.get("token")?;
    // `123456:AbC`: it becomes a part of an address, so nothing else may stand in it.
    let (number, word) = token.reveal().split_once(':').unwrap_or_default();
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let good = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if !good || word.is_empty() || !word.chars().all(fits) {
        let what = format!("{} does not hold a token", fields.name(key));
        fields.wrong(key, what, "a token of @BotFather is a number, a colon and a word");
        return None;
    }
    Some(token.clone())
}

fn home(fields: &Fields<'_>) -> Option<Vec<String>> {
    let typed = fields.texts("home").unwrap_or_default();
    let mut good = true;
    for address in typed.iter().filter(|address| Address::read(address).is_none()) {
        let what = format!("{} {address:?} is no chat", fields.name("home"));
        fields.wrong("home", what, "write the number that /whoami shows there, as \"-1001234567890\"");
        good = false;
    }
    good.then_some(typed)
}

fn api_url(fields: &Fields<'_>) -> Option<Url> {
    let typed = fields.text("api_url").unwrap_or_else(|| API.to_owned());
    let url = Url::parse(&typed)
        .ok()
        .filter(|url| ["http", "https"].contains(&url.scheme()) && url.has_host() && url.query().is_none());
    if url.is_none() {
        let what = format!("{} is no address of a Bot API server", fields.name("api_url"));
        fields.wrong("api_url", what, format!("write api_url = \"{API}\", or leave it out"));
    }
    url
}

/// With its password in a file or variable of its own.
fn proxy(table: &Setup<'_>) -> Result<Option<Proxy>, ()> {
    let fields = table.fields;
    let hidden = ["proxy_file", "proxy_env"].into_iter().find(|key| fields.has(key));
    let open = fields.text("proxy");
    let (key, typed) = match (open, hidden, table.secrets.get("proxy")) {
        (None, None, _) => return Ok(None),
        (Some(_), Some(hidden), _) => {
            fields.wrong(hidden, format!("{} is there too", fields.name("proxy")), "keep one of them");
            return Err(());
        }
        (Some(open), None, _) => ("proxy", open),
        (None, Some(hidden), Some(secret)) => (hidden, secret.reveal().to_owned()),
        // It could not be read, which is told already.
        (None, Some(_), None) => return Err(()),
    };
    let told = |what: &str, hint: &str| {
        fields.wrong(key, format!("{} {what}", fields.name(key)), hint);
        Err(())
    };
    let known = ["http", "https", "socks5", "socks5h"];
    let Some(url) = Url::parse(&typed).ok().filter(|url| known.contains(&url.scheme()) && url.has_host())
    else {
        return told(
            "is no proxy",
            "write proxy = \"socks5h://127.0.0.1:1080\" or \"http://proxy.example.net:3128\"",
        );
    };
    if key == "proxy" && (url.password().is_some() || !url.username().is_empty()) {
        return told("holds a password", "put the whole address into a file and say proxy_file");
    }
    match Proxy::all(url) {
        Ok(proxy) => Ok(Some(proxy)),
        Err(_) => told("cannot be used", "write proxy = \"socks5h://127.0.0.1:1080\""),
    }
}
