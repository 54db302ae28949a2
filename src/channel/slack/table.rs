//! The settings table of this door: keys in, checked values out, or every mistake with its line.

use super::road::Proxy;
use crate::channel::Setup;
use crate::model::Secret;
use crate::model::written::Fields;
use url::Url;

pub struct Settings {
    pub bot_token: Secret,
    pub app_token: Secret,
    pub proxy: Option<Proxy>,
    pub api_url: Option<Url>,
    pub home: Vec<String>,
}

/// None when something is wrong, which is told then.
pub fn read(table: &Setup<'_>) -> Option<Settings> {
    let fields = table.fields;
    let bot_token = token(table, "bot_token", "xoxb");
    let app_token = token(table, "app_token", "xapp");
    let proxy = proxy(table);
    let api_url = api_url(fields);
    let home = home(fields);
    Some(Settings {
        bot_token: bot_token?,
        app_token: app_token?,
        proxy: proxy?,
        api_url: api_url?,
        home: home?,
    })
}

fn token(table: &Setup<'_>, name: &str, begins: &str) -> Option<Secret> {
    let fields = table.fields;
    let (file, env) = (format!("{name}_file"), format!("{name}_env"));
    let Some(token) = table.secrets.get(name) else {
        // One that was named and could not be read is told already.
        if !fields.has(&file) && !fields.has(&env) {
            let hint = format!("say {file} or {env}: the token that begins with {begins}");
            fields.wrong(&file, format!("{} is missing", fields.name(name)), hint);
        }
        return None;
    };
    let key = if fields.has(&file) { file } else { env };
    let word = token.reveal();
    if !word.starts_with(begins) || word.chars().any(|c| !c.is_ascii_graphic()) {
        let what = format!("{} holds no such token", fields.name(&key));
        fields.wrong(&key, what, format!("give the one that begins with {begins}"));
        return None;
    }
    Some(token.clone())
}

/// Some(None): none is wanted.
#[expect(clippy::option_option, reason = "the outer one says whether it could be read")]
fn proxy(table: &Setup<'_>) -> Option<Option<Proxy>> {
    let fields = table.fields;
    let written = fields.text("proxy");
    let told = |key: &str, what: &str, hint: &str| {
        fields.wrong(key, format!("{} {what}", fields.name(key)), hint);
        None
    };
    let hint = "write it as http://proxy.example.net:3128 or socks5://proxy.example.net:1080";
    match (written, table.secrets.get("proxy")) {
        (Some(typed), _) => match Proxy::read(&typed) {
            Some(proxy) if proxy.has_password() => told(
                "proxy",
                "holds a login, which does not stand in this file",
                "say proxy_file or proxy_env",
            ),
            Some(proxy) => Some(Some(proxy)),
            None => told("proxy", "is no proxy", hint),
        },
        (None, Some(secret)) => match Proxy::read(secret.reveal()) {
            Some(proxy) => Some(Some(proxy)),
            None => told(
                if fields.has("proxy_file") { "proxy_file" } else { "proxy_env" },
                "holds no proxy",
                hint,
            ),
        },
        (None, None) if fields.has("proxy") || fields.has("proxy_file") || fields.has("proxy_env") => None,
        (None, None) => Some(None),
    }
}

#[expect(clippy::option_option, reason = "the outer one says whether it could be read")]
fn api_url(fields: &Fields<'_>) -> Option<Option<Url>> {
    let Some(typed) = fields.text("api_url") else {
        return (!fields.has("api_url")).then_some(None);
    };
    match Url::parse(&typed) {
        Ok(url) if matches!(url.scheme(), "https" | "http") && url.has_host() && url.query().is_none() => {
            Some(Some(url))
        }
        Ok(_) | Err(_) => {
            let what = format!("{} {typed:?} is no address", fields.name("api_url"));
            fields.wrong("api_url", what, "write it as https://slack.com/api, or leave it out");
            None
        }
    }
}

fn home(fields: &Fields<'_>) -> Option<Vec<String>> {
    let Some(typed) = fields.texts("home") else { return (!fields.has("home")).then(Vec::new) };
    let mut good = true;
    for address in typed.iter().filter(|address| !super::fits(address)) {
        let what = format!("{} {address:?} is no channel's id", fields.name("home"));
        fields.wrong("home", what, "copy it from the channel's details, such as C0123456789");
        good = false;
    }
    good.then_some(typed)
}
