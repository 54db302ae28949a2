use super::*;
use expect_test::{Expect, expect};

#[expect(clippy::needless_pass_by_value, reason = "cases read better without &")]
fn check(text: &str, secrets: &[(&str, &str)], files: &[(&str, &str)], expected: Expect) {
    let (channel, problems) = open(text, secrets, files);
    assert_eq!(channel.is_none(), !problems.is_empty(), "{problems:?}");
    expected.assert_eq(&problems.join("\n"));
}

#[test]
fn what_is_needed_is_enough() {
    check(WHOLE, &[], &[], expect![""]);
    let (channel, _) = open(WHOLE, &[], &[]);
    let homes = channel.unwrap().deliver.homes();
    assert_eq!(homes.iter().map(ToString::to_string).collect::<Vec<_>>(), ["mail:noc@example.net"]);
    let more = format!("{WHOLE}tls = \"implicit\"\nport = 2465\nuser = \"me\"\npassword_file = \"x\"\n");
    check(&more, &[("password", "made-up-word")], &[], expect![""]);
}

#[test]
fn every_mistake_is_told_with_its_line() {
    check(
        "",
        &[],
        &[],
        expect![[r#"
            bot.toml:1: from is missing; say from = "Patchbay <patchbay@example.net>"
            bot.toml:1: host is missing; say host = "smtp.example.net", your mail server
            bot.toml:1: to is missing; write to = ["noc@example.net"]"#]],
    );
    check(
        "host = \"h\"\nport = 0\ntls = \"plain\"\nfrom = \"nobody\"\n\
         to = [\"noc\", \"a@b.net\\nBcc: c@d.net\", \"Me <a@b.net>\"]\n",
        &[],
        &[],
        expect![[r#"
            bot.toml:2: port 0 is out of range; use 1 to 65535
            bot.toml:3: tls "plain" is unknown; use starttls or implicit
            bot.toml:4: from "nobody" is no mail address; write it as Patchbay <patchbay@example.net>
            bot.toml:5: to "Me <a@b.net>" is no mail address; write to = ["noc@example.net"]
            bot.toml:5: to "a@b.net\nBcc: c@d.net" is no mail address; write to = ["noc@example.net"]
            bot.toml:5: to "noc" is no mail address; write to = ["noc@example.net"]"#]],
    );
    check(
        &format!("{WHOLE}user = \"me\"\n"),
        &[],
        &[],
        expect!["bot.toml:4: user has no password; say password_file or password_env, or take user out"],
    );
    check(
        &format!("{WHOLE}password_file = \"x\"\n"),
        &[("password", "made-up-word")],
        &[],
        expect!["bot.toml:1: user is missing beside its password; say who logs in, or take the password out"],
    );
    check(
        &format!("{WHOLE}ca_file = \"ca.pem\"\n"),
        &[],
        &[("ca", "nothing of the kind")],
        expect!["bot.toml:4: ca_file holds no certificate; give the authority's certificate as PEM"],
    );
    check(
        &format!("{WHOLE}verify = false\n").replace("to = [\"noc@example.net\"]", "to = []"),
        &[],
        &[],
        expect![[r#"
            bot.toml:3: to names nobody; write to = ["noc@example.net"]
            bot.toml:4: verify is no key here; use ca_file, from, host, leave, password_env, password_file, port, tls, to or user"#]],
    );
}

#[test]
fn patience_grows_to_half_an_hour() {
    let channel = open(WHOLE, &[], &[]).0.unwrap();
    let seconds = [0, 1, 2, 3, 4, 5, 6, 7, 1_000].map(|tries| channel.deliver.patience(tries).as_secs());
    assert_eq!(seconds, [30, 30, 60, 120, 300, 600, 1_800, 1_800, 1_800]);
    let chats = [1, 2, 3, 4, 5, 6, 7, 8, u32::MAX]
        .map(|tries| crate::channel::patience(&crate::channel::CHATS, tries).as_secs());
    assert_eq!(chats, [1, 2, 5, 15, 30, 60, 120, 120, 120]);
}
