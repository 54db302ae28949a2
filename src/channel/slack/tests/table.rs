//! The settings table, and every mistake in it at once.

use super::*;
use crate::model::written::{Section, Source};
use expect_test::{Expect, expect};
use std::collections::BTreeMap;

fn check(toml: &str, secrets: &[(&str, &str)], expected: Expect) {
    let section = Section::whole(&Source::new("bot.toml", toml)).unwrap();
    let secrets: BTreeMap<String, Secret> =
        secrets.iter().map(|(name, word)| ((*name).to_owned(), Secret::new(*word))).collect();
    let (read, problems) = section.read(|fields| {
        for key in fields.keys().iter().filter(|key| key.ends_with("_file") || key.ends_with("_env")) {
            fields.has(key);
        }
        super::super::table::read(&Setup {
            name: "slack",
            fields,
            secrets: &secrets,
            files: &BTreeMap::new(),
        })
    });
    assert!(read.is_none() || problems.is_empty());
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    expected.assert_eq(&told.join("\n"));
}

const TOKENS: [(&str, &str); 2] = [("bot_token", "xoxb-lab"), ("app_token", "xapp-lab")];
const NAMED: &str = "bot_token_file = \"a\"\napp_token_env = \"B\"\n";

#[test]
fn a_good_table_has_nothing_to_say() {
    check(NAMED, &TOKENS, expect![""]);
    let whole = "home = [\"C0123456789\"]\nproxy = \"socks5://proxy.example.net:1080\"\napi_url = \"https://slack.com/api\"";
    check(&format!("{NAMED}{whole}"), &TOKENS, expect![""]);
    let login = [TOKENS[0], TOKENS[1], ("proxy", "http://a:b@proxy.example.net:3128")];
    check(&format!("{NAMED}proxy_env = \"P\""), &login, expect![""]);
}

#[test]
fn every_mistake_is_told() {
    check(
        "home = [\"#noc\"]\nproxy = \"ftp://proxy\"\napi_url = \"slack\"\nhomes = []",
        &[],
        expect![[r##"
            bot.toml:1: app_token is missing; say app_token_file or app_token_env: the token that begins with xapp
            bot.toml:1: bot_token is missing; say bot_token_file or bot_token_env: the token that begins with xoxb
            bot.toml:1: home "#noc" is no channel's id; copy it from the channel's details, such as C0123456789
            bot.toml:2: proxy is no proxy; write it as http://proxy.example.net:3128 or socks5://proxy.example.net:1080
            bot.toml:3: api_url "slack" is no address; write it as https://slack.com/api, or leave it out
            bot.toml:4: homes is no key here; did you mean home?"##]],
    );
    check(
        NAMED,
        &[("bot_token", "xapp-lab"), ("app_token", "xoxb-lab")],
        expect![[r#"
        bot.toml:1: bot_token_file holds no such token; give the one that begins with xoxb
        bot.toml:2: app_token_env holds no such token; give the one that begins with xapp"#]],
    );
    check(
        &format!("{NAMED}proxy = \"http://a:b@proxy.example.net:3128\""),
        &TOKENS,
        expect![
            "bot.toml:3: proxy holds a login, which does not stand in this file; say proxy_file or proxy_env"
        ],
    );
    check(NAMED, &[("bot_token", "xoxb-lab")], expect![""]);
}
