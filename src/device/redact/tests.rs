//! The redactor against every row of the table, strange spacing, and real recordings.

use super::*;

fn redactor(digit: &str) -> Redactor {
    Redactor::new(&MasterKey::from_text(&digit.repeat(64)).unwrap())
}

/// The text with every mark as `<>`.
fn marks(text: &str) -> String {
    Regex::new("<removed:[0-9a-f]{8}>").unwrap().replace_all(text, "<>").into_owned()
}

fn check(line: &str, expected: &str) {
    let once = redactor("1").redact(line);
    assert_eq!(marks(&once), expected, "{line:?}");
    assert_eq!(redactor("1").redact(&once), once, "a second time: {line:?}");
}

#[test]
fn every_row_of_the_table_redacts_its_example() {
    for rule in WORDS.iter().chain(ANYWHERE) {
        let (line, expected) = rule.example;
        check(line, expected);
        assert!(SUSPECT.is_match(line), "the quick look passes it by: {line:?}");
    }
}

#[test]
fn every_row_is_reached_by_its_own_example() {
    for (at, rule) in WORDS.iter().enumerate() {
        let first = WORD_RULES.any.matches(rule.example.0).into_iter().next();
        assert_eq!(first, Some(at), "{:?} is taken by {:?}", rule.pattern, first.map(|at| WORDS[at].pattern));
    }
}

#[test]
fn forms_of_the_table_that_share_a_row() {
    for (line, expected) in [
        ("enable password RedWord", "enable password <>"),
        ("enable password 7 0822455D", "enable password 7 <>"),
        ("enable secret RedWord", "enable secret <>"),
        ("enable algorithm-type scrypt secret RedWord", "enable algorithm-type scrypt secret <>"),
        ("username ops password RedWord", "username ops password <>"),
        (
            "username ops privilege 15 access-class 10 noescape secret 5 $1$ab$cd",
            "username ops privilege 15 access-class 10 noescape secret 5 <>",
        ),
        (" secret 9 $9$ab$cd", " secret 9 <>"),
        ("snmp-server community 0 made-up RW 5", "snmp-server community 0 <> RW 5"),
        ("snmp-server community made-up view ALL RO", "snmp-server community <> view ALL RO"),
        ("snmp-server host 10.0.0.9 made-up", "snmp-server host 10.0.0.9 <>"),
        (
            "snmp-server host 10.0.0.9 version 1 made-up udp-port 1162",
            "snmp-server host 10.0.0.9 version 1 <> udp-port 1162",
        ),
        ("snmp-server user u g v3 auth md5 red", "snmp-server user u g v3 auth md5 <>"),
        ("tacacs-server key RedWord", "tacacs-server key <>"),
        ("tacacs-server host 10.0.0.2 key 7 0822", "tacacs-server host 10.0.0.2 key 7 <>"),
        (
            "tacacs server T1\n address ipv4 10.0.0.2\n key 12345\n",
            "tacacs server T1\n address ipv4 10.0.0.2\n key <>\n",
        ),
        ("key chain K\n key 1\n  key-string RedWord\n", "key chain K\n key 1\n  key-string <>\n"),
        ("crypto isakmp key RedWord hostname peer", "crypto isakmp key <> hostname peer"),
        ("  pre-shared-key remote RedWord", "  pre-shared-key remote <>"),
        ("  pre-shared-key hostname peer key RedWord", "  pre-shared-key hostname peer key <>"),
        (" ip ospf message-digest-key 1 md5 RedWord", " ip ospf message-digest-key 1 md5 <>"),
        (
            " area 1 virtual-link 10.0.0.1 authentication-key 7 0822",
            " area 1 virtual-link 10.0.0.1 authentication-key 7 <>",
        ),
        (" domain-password RedWord", " domain-password <>"),
        (" area-password RedWord authenticate snp validate", " area-password <> authenticate snp validate"),
        ("mpls ldp neighbor 10.0.0.2 password 7 0822", "mpls ldp neighbor 10.0.0.2 password 7 <>"),
        (" standby 2 authentication RedWord", " standby 2 authentication <>"),
        (" vrrp 3 authentication text RedWord", " vrrp 3 authentication text <>"),
        (" glbp 4 authentication md5 key-string RedWord", " glbp 4 authentication md5 key-string <>"),
        ("ntp authentication-key 2 hmac-sha2-256 RedWord", "ntp authentication-key 2 hmac-sha2-256 <>"),
        (" ppp pap password 0 RedWord", " ppp pap password 0 <>"),
        (" dot1x username lab password 0 RedWord", " dot1x username lab password 0 <>"),
        ("vpdn username lab password RedWord", "vpdn username lab password <>"),
        ("copy ftp://lab:red@10.0.0.9/x flash:", "copy ftp://lab:<>@10.0.0.9/x flash:"),
        ("boot system http://lab:r:e/d@10.0.0.9/x", "boot system http://lab:<>@10.0.0.9/x"),
        (" password 7 0822", " password 7 <>"),
        ("no enable password RedWord", "no enable password <>"),
    ] {
        check(line, expected);
    }
}

#[test]
fn spacing_case_and_special_characters() {
    for (line, expected) in [
        ("   enable    secret   5    $1$ab$cd   ", "   enable    secret   5    <>   "),
        ("\tusername\tops\tpassword\t0\tred", "\tusername\tops\tpassword\t0\t<>"),
        ("ENABLE SECRET RedWord", "ENABLE SECRET <>"),
        ("enable password a b  c!#$%^&*()<>?", "enable password <>"),
        ("snmp-server community \"red word\" RO", "snmp-server community <> RO"),
        ("username ops password 0 sécret ☂", "username ops password 0 <>"),
        ("enable password <removed:", "enable password <>"),
        ("enable password 7", "enable password <>"),
    ] {
        check(line, expected);
    }
}

#[test]
fn secrets_in_logs_diffs_and_echoes() {
    for (line, expected) in [
        (
            "*Nov 23 14:02:31.123: %PARSER-5-CFGLOG_LOGGEDCMD: User:ops  logged command:username x password 0 red",
            "*Nov 23 14:02:31.123: %PARSER-5-CFGLOG_LOGGEDCMD: User:ops  logged command:username x password 0 <>",
        ),
        ("+username x secret 9 $9$ab$cd", "+username x secret 9 <>"),
        ("-enable secret 5 $1$ab$cd", "-enable secret 5 <>"),
        ("R1(config)#enable secret red", "R1(config)#enable secret <>"),
        (
            "    3   1   ops@vty0  |snmp-server community red RO",
            "    3   1   ops@vty0  |snmp-server community <> RO",
        ),
        (" 12 : enable secret red", " 12 : enable secret <>"),
    ] {
        check(line, expected);
    }
}

#[test]
fn keys_and_certificates_become_one_mark() {
    check(
        "crypto pki certificate chain TP\n certificate self-signed 01\n  30820330 30820218\n  A0030201 02020101\n  \tquit\nend\n",
        "crypto pki certificate chain TP\n certificate self-signed 01\n  <>\n  \tquit\nend\n",
    );
    check(
        "-----BEGIN RSA PRIVATE KEY-----\nabc\ndef\n-----END RSA PRIVATE KEY-----\nafter\n",
        "-----BEGIN RSA PRIVATE KEY-----\n  <>\n-----END RSA PRIVATE KEY-----\nafter\n",
    );
    check("-----BEGIN PRIVATE KEY-----\nabc\n", "-----BEGIN PRIVATE KEY-----\n  <>");
}

#[test]
fn what_is_no_secret_stays() {
    for line in [
        "hostname R1",
        "service password-encryption",
        "password encryption aes",
        "security passwords min-length 8",
        " description to the key account",
        "aaa authentication login default local",
        " ip ospf authentication message-digest",
        "ip ssh version 2",
        "snmp-server location Hanoi",
        " neighbor 10.0.0.2 remote-as 65001",
        "crypto key generate rsa",
        " authentication remote pre-share",
        "GigabitEthernet1 is up, line protocol is up",
        " ntp server 10.0.0.1 key 1",
    ] {
        check(line, line);
    }
}

#[test]
fn the_same_secret_has_the_same_mark_and_another_key_another() {
    let one = redactor("1").redact("enable secret 0 RedWord");
    assert_eq!(one.replace("enable secret 0 ", " password "), redactor("1").redact(" password RedWord"));
    assert_ne!(one, redactor("2").redact("enable secret 0 RedWord"));
    assert_ne!(one, redactor("1").redact("enable secret 0 RedWorD"));
}

proptest::proptest! {
    /// Lines made of the words of the table, in any order.
    #[test]
    fn lines_of_many_words_are_redacted_once(words in proptest::collection::vec(proptest::sample::select(vec![
        "enable", "secret", "password", "key", "7", "username", "ops", "authentication", "md5", "isis", "standby",
        "snmp-server", "host", "community", "key-string", ":", "|", ">", "http://u:pw@h", "no", "neighbor", "x",
        "$9$ab$cd", "pre-shared-key", "address", "text", "set", "ntp", "authentication-key", "1",
    ]), 1..9)) {
        let once = redactor("1").redact(&words.join(" "));
        proptest::prop_assert_eq!(redactor("1").redact(&once), once);
    }

    #[test]
    fn any_text_is_redacted_without_a_panic_and_a_second_time_changes_nothing(text in "[ -~\n\t☂]{0,200}") {
        let once = redactor("1").redact(&text);
        proptest::prop_assert_eq!(redactor("1").redact(&once), once);
    }

    #[test]
    fn a_password_never_survives(secret in "[!-~]{6,30}", row in 0usize..WORDS.len()) {
        let (line, expected) = WORDS[row].example;
        // The rows that keep their line hold no secret.
        if expected.ends_with("<>") {
            let prefix: Vec<&str> = expected.split("<>").collect();
            proptest::prop_assume!(prefix.len() == 2);
            let redacted = redactor("1").redact(&format!("{}{secret}", prefix[0]));
            proptest::prop_assert!(!redacted.contains(&secret), "{} {} {}", line, secret, redacted);
        }
    }
}

/// `show running-config | include key`: the router left out the line that the last key stands under.
#[test]
fn a_heading_that_a_filter_cut_away_hides_nothing() {
    check(
        "key chain OSPF\n key 1\n  key-string 7 0822455D\n key 7 0822455D0A16",
        "key chain OSPF\n key 1\n  key-string 7 <>\n key 7 <>",
    );
}

/// `show history all` puts what was typed in quotes.
#[test]
fn a_quoted_command_is_a_command() {
    check("CMD: 'enable secret 0 RedWord'", "CMD: 'enable secret 0 <>");
}
