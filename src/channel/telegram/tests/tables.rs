//! The settings table.

use super::*;
use expect_test::{Expect, expect};

#[track_caller]
fn check(text: &str, secrets: &[(&str, &str)], expected: Expect) {
    let (door, problems) = open(text, secrets);
    assert_eq!(door.is_none(), !problems.is_empty());
    expected.assert_eq(&problems.join("\n"));
}

const TOKEN: (&str, &str) = ("token", "123456:lab-token");

#[test]
fn a_whole_table_opens_and_every_mistake_is_told_with_its_cure() {
    let whole = "token_env = \"X\"\nhome = [\"-1001234567890/5\", \"42\"]\nproxy = \"socks5h://127.0.0.1:1080\"\n\
                 api_url = \"http://127.0.0.1:9\"\n";
    check(whole, &[TOKEN], expect![""]);
    check("token_file = \"x\"", &[TOKEN], expect![""]);
    check(
        "",
        &[],
        expect![
            "bot.toml:1: token_file is missing; @BotFather gives a token; put it into a file for this user only"
        ],
    );
    check(
        "token_file = \"x\"",
        &[("token", "lab-token")],
        expect![
            "bot.toml:1: token_file does not hold a token; a token of @BotFather is a number, a colon and a word"
        ],
    );
    check(
        "token_file = \"x\"",
        &[("token", "123456:a/b")],
        expect![
            "bot.toml:1: token_file does not hold a token; a token of @BotFather is a number, a colon and a word"
        ],
    );
    check(
        "token_file = \"x\"\nhome = [\"@noc\", \"-1\"]\nproxy = \"10.0.0.1:3128\"\napi_url = \"ftp://x\"\nhom = 1\n",
        &[TOKEN],
        expect![[r#"
            bot.toml:2: home "@noc" is no chat; write the number that /whoami shows there, as "-1001234567890"
            bot.toml:3: proxy is no proxy; write proxy = "socks5h://127.0.0.1:1080" or "http://proxy.example.net:3128"
            bot.toml:4: api_url is no address of a Bot API server; write api_url = "https://api.telegram.org", or leave it out
            bot.toml:5: hom is no key here; did you mean home?"#]],
    );
    check(
        "token_file = \"x\"\nproxy = \"http://me:made-up@10.0.0.1\"",
        &[TOKEN],
        expect!["bot.toml:2: proxy holds a password; put the whole address into a file and say proxy_file"],
    );
    check(
        "token_file = \"x\"\nproxy = \"http://10.0.0.1\"\nproxy_env = \"Y\"",
        &[TOKEN],
        expect!["bot.toml:3: proxy is there too; keep one of them"],
    );
    check(
        "token_file = \"x\"\nproxy_env = \"Y\"",
        &[TOKEN, ("proxy", "http://me:made-up@10.0.0.1")],
        expect![""],
    );
}

#[test]
fn its_homes_are_those_of_the_table() {
    let (door, _) = open("token_env = \"X\"\nhome = [\"-1/5\", \"42\"]\n", &[TOKEN]);
    let homes: Vec<String> = door.unwrap().deliver.homes().iter().map(ToString::to_string).collect();
    assert_eq!(homes, ["tg:-1/5", "tg:42"]);
}
