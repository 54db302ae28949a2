//! What Cisco IOS and IOS XE ask when they are told to save or to reload, and what is answered (devices.md A5 and A6). The
//! first row that fits decides. A question that fits no row is turned down. `docs/reload.md` shows this table; a test
//! compares both.

use super::dialogues::{Dialogues, During, Key, Question, Reply};
use crate::model::Asks;

pub(super) const DIALOGUES: Dialogues = Dialogues {
    save: "write memory",
    // The prompt alone proves nothing (netmiko 2334).
    saved: r"\[OK\]",
    reload: "reload",
    reload_in: "reload in",
    cancel: "reload cancel",
    pending: "show reload",
    scheduled: r"(?m)^reload scheduled\b",
    nothing_scheduled: r"(?m)^\W*no reload (?:is )?scheduled\b",
    // `[confirm]` takes one key, `[yes/no]` a line.
    refusals: &[
        (r"\[yes/no/cancel\]", Key::Line("cancel")),
        (r"\[yes/no", Key::Line("no")),
        (r"\[confirm\]|\(y/n\)|\[y/n", Key::One('n')),
    ],
    questions: QUESTIONS,
};

const QUESTIONS: &[Question] = &[
    Question {
        asked: &[
            "System configuration has been modified. Save? [yes/no]:",
            "System config has been modified. Save? [yes/no]:",
        ],
        pattern: r"has been modified\b.*\bsave *\? *\[yes/no\]",
        during: During::Reload,
        reply: Reply::DropChanges,
        ..QUESTION
    },
    Question {
        asked: &["Do you wish to proceed with reload anyway[confirm]", "Proceed with reload? [confirm]"],
        pattern: r"\[confirm\]|\bproceed\b.*\?",
        // Seen with register 0x2142 too; the box may not come up (unicon.plugins 71).
        after: Some("WARNING: Boot variable either does not exist or buffer is too small"),
        after_pattern: Some(r"boot variable"),
        during: During::Reload,
        reply: Reply::TurnDown(Asks::BootVariable),
    },
    Question {
        asked: &["System is running in SIMPLEX mode, reload anyway? [confirm]"],
        pattern: r"simplex mode\b.*\[confirm\]",
        during: During::Reload,
        reply: Reply::Go,
        ..QUESTION
    },
    Question {
        asked: &["Do you wish to proceed with reload anyway[confirm]"],
        pattern: r"\banyway\b.*\[confirm\]",
        during: During::Reload,
        reply: Reply::TurnDown(Asks::BootVariable),
        ..QUESTION
    },
    Question {
        asked: &[
            "Proceed with reload? [confirm]",
            "Proceed with reload? [confirm]:",
            "Proceed with reload ?[confirm]",
            "Proceed with quick reload?",
            "Proceed with fast reload? [confirm]",
            "Proceed with reload fast?",
            "Proceed? [confirm]",
        ],
        pattern: r"\bproceed(?: +with)?(?: +(?:quick|fast))?(?: +reload)?(?: +fast)? *\? *(?:\[confirm\]:?)?\s*$",
        during: During::Reload,
        reply: Reply::Go,
        ..QUESTION
    },
    Question {
        asked: &["Reload the entire shelf [confirm]", "Reload this shelf [confirm]", "Reload peer [confirm]"],
        pattern: r"\breload (?:(?:the entire|this) shelf|peer) *\??\s*\[confirm\]",
        during: During::Reload,
        reply: Reply::Go,
        ..QUESTION
    },
    Question {
        asked: &["This will reload the active unit and force switchover to standby[confirm]"],
        pattern: r"reload the active unit\b.*\[confirm\]",
        during: During::Reload,
        reply: Reply::Go,
        ..QUESTION
    },
    Question {
        asked: &[
            "Do you want to save the configuration of the AP? [yes/no]:",
            "Do you want to reload the internal AP ? [yes/no]:",
        ],
        pattern: r"do you want to (?:save the configuration of the|reload the internal) ap *\? *\[yes/no\]",
        during: During::Reload,
        reply: Reply::Line("no"),
        ..QUESTION
    },
    Question {
        asked: &["Reload command is being issued on Active unit, this will reload the whole stack"],
        pattern: r"this will reload the whole stack",
        during: During::Reload,
        reply: Reply::Nothing,
        ..QUESTION
    },
    // Controllers and other systems: known, and still nobody's to settle here.
    Question {
        asked: &[
            "Uncommitted changes found, commit them? [yes/no/CANCEL]",
            "This command will reboot the system. (y/n)? [n]",
            "Are you sure you want to reset the system (y/n)?",
        ],
        pattern: r"uncommitted changes found|will reboot the system|want to reset the system",
        during: During::Reload,
        reply: Reply::TurnDown(Asks::Other),
        ..QUESTION
    },
    Question {
        asked: &["Overwrite the previous NVRAM configuration?[confirm]"],
        pattern: r"overwrite the previous nvram configuration *\? *\[confirm\]",
        during: During::Save,
        reply: Reply::Enter,
        ..QUESTION
    },
    Question {
        asked: &["Destination filename [startup-config]?"],
        pattern: r"destination filename \[[\w.:/-]+\] *\?",
        during: During::Save,
        reply: Reply::Enter,
        ..QUESTION
    },
];

const QUESTION: Question = Question {
    asked: &[],
    pattern: "",
    after: None,
    after_pattern: None,
    during: During::Reload,
    reply: Reply::TurnDown(Asks::Other),
};
