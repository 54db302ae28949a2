//! The settings table: what it may say, and what is told of mistakes.

use super::*;

fn wrong(text: &str, secrets: &[(&str, &str)]) -> Vec<String> {
    open(text, secrets, &Arc::default()).1
}

#[test]
fn mistakes_are_told_with_their_cure() {
    let bot = [("token", "123456:word")];
    for (table, secrets, told) in [
        ("token_file = \"x\"", bot.as_slice(), None),
        ("", &[], Some("bot.toml:1: token_file is missing; the Zalo Bot Manager gives a token")),
        ("token_file = \"x\"", &[("token", "a/../b:c")], Some("token_file does not hold a bot's token")),
        ("token_file = \"x\"\nhome = [\"ann\"]", &bot, Some("home \"ann\" is no user and no group")),
        ("token_file = \"x\"\napi_url = \"http://zalo.example\"", &bot, Some("is no https address")),
        ("token_file = \"x\"\napi = \"bots\"", &bot, Some("bots")),
        ("token_file = \"x\"\napp_id = \"5\"", &bot, Some("app_id is for api = \"oa\"")),
        ("api = \"oa\"\napp_id = \"5\"", &[], Some("app_secret_file is missing")),
        (
            "api = \"oa\"\napp_id = \"app\"\napp_secret_file = \"x\"",
            &[("app_secret", "w")],
            Some("\"app\" is no number of an app"),
        ),
        (
            "api = \"oa\"\napp_id = \"5\"\napp_secret_file = \"x\"\nwebhook = \"0.0.0.0:80\"",
            &[("app_secret", "w")],
            Some("is no port of this machine; write webhook = \"127.0.0.1:8085\""),
        ),
        ("api = \"oa\"\napp_id = \"5\"\napp_secret_file = \"x\"", &[("app_secret", "w")], None),
    ] {
        let problems = wrong(table, secrets);
        match told {
            None => assert_eq!(problems, [""; 0], "{table}"),
            Some(told) => {
                assert!(problems.iter().any(|problem| problem.contains(told)), "{table}: {problems:?}")
            }
        }
    }
}
