//! Cisco IOS and IOS XE (devices.md A1 to A4).

use super::{Platform, ios_xe_dialogues};
use crate::device::markers::mark;
use crate::model::outcome::Refused;

pub(super) const IOS_XE: Platform = Platform {
    name: "ios-xe",
    // `:` and `/` do occur in names of cloud routers (oxidized PR 2467).
    prompt: r"^(?:\(unlicensed\))?[A-Za-z0-9][A-Za-z0-9._\-@/:+]{0,62}(?:\([A-Za-z0-9_.\-]{1,40}\))*[>#]\s*$",
    suffix: r"^(?:\([A-Za-z0-9_.\-]{1,40}\))*$",
    // `<--- More --->` is what firewalls say; RANCID knows it from routers too.
    pager: r"(?i)^\s*(?:--\s?More\s?--|<-+ More -+>)\s*$",
    password: r"(?i)^\S?[\w .'/@-]*pass(?:word|code)[^:]{0,60}:\s*$",
    dialogue: concat!(
        r"(?i)initial configuration dialog\?|basic management setup\?|terminate autoinstall\?|",
        r"(?:enter|confirm) enable secret|enter your selection|enter new password|new password:|confirm password|",
        r"password required, but none set|^\s*(?:user ?name|login):\s*$|standby console disabled|",
        r"node is not ready or active for login|password (?:has |is )?expired"
    ),
    question: r"(?i)\[confirm\]:?\s*$|\(y/n\)\s*\??\s*(?:\[[yn]\])?\s*:?\s*$|\[(?:yes/no|y/n)[^\]]*\]\s*[:?]?\s*$|\[[^\]]*\]\s*[?:]\s*$|\?\s*$",
    // Width first: the echo of a long line would wrap otherwise.
    prepare: &["terminal width 511", "terminal length 0", "terminal no monitor"],
    enable: "enable",
    rights: ("show privilege", r"(?m)^Current privilege level is (\d+)", 15),
    running_config: "show running-config",
    startup_config: "show startup-config",
    config_end: "end",
    exit: "exit",
    marks: &[
        mark(
            r"^% ?(?:invalid input|invalid command|unknown command|bad ip address or host name|unrecognized host)",
            Refused::UnknownCommand,
        ),
        mark(r#"^% ?type "show \?""#, Refused::UnknownCommand),
        mark(r"^% ?(?:incomplete command|ambiguous command)", Refused::Incomplete),
        mark(r"^(?:% ?)?(?:command )?authorization failed", Refused::NotAuthorized),
        mark(r"^line has invalid autocommand", Refused::NotAuthorized),
        mark(r"^% ?configuration buffer full", Refused::Busy),
        mark(r"^(?:% ?)?non-volatile memory is in use", Refused::Busy),
        mark(r"^(?:% ?)?startup-config file open failed", Refused::Busy),
        mark(r"^(?:% ?)?configuration mode locked exclusively", Refused::Busy),
        mark(r"^(?:% ?)?config session is locked", Refused::Busy),
        mark(r"^% ?error opening\b.*(?:busy|in use|locked)", Refused::Busy),
    ],
    dialogues: &ios_xe_dialogues::DIALOGUES,
    saves: r"(?i)^\s*(?:do\s+)*(?:wr(?:i(?:t(?:e)?)?)?(?:\s+m\w*)?|copy\s+run\S*\s+start\S*)\s*$",
};
