//! Why a call was not done, as far as the one who called acts differently; and which answer of which API means what.
//! An answer with status 200 is no success: what it says inside decides. The numbers of the Official Account are those
//! of its error table; other tables on the net contradict it.

use crate::model::{SendError, Text, Timestamp};
use serde_json::Value;
use std::time::Duration;

/// What is full today is asked for again after this; a critical alert is told elsewhere meanwhile.
const QUOTA: Duration = Duration::from_secs(3_600);
/// A refused token is not asked for at every message.
pub const TOKEN: Duration = Duration::from_secs(60);
/// When the service wants a pause and does not say which.
const PAUSE: Duration = Duration::from_secs(30);
/// The service's own words are cut here.
const WORDS: usize = 200;

#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The token is not taken; a renewal may help where there is one.
    Stale(String),
    /// There is no token to call with, and only a person can give one.
    NoToken(String),
    /// Too many calls: nobody calls before.
    TooMany(Duration),
    /// What may be sent is used up.
    Full(String),
    /// This one cannot be reached until they act: `why` is for people, the other for the log.
    Unreachable { why: Text, said: String },
    /// Asking again is no use.
    Refused(String),
    /// A poll that nobody had anything for.
    Nothing,
    /// The service is not there or not well. Whether the call was done all the same may be unknown.
    Away { why: String, doubt: bool },
}

impl Fault {
    pub fn away(why: impl Into<String>, doubt: bool) -> Fault {
        Fault::Away { why: why.into(), doubt }
    }

    /// What flow does with it.
    pub fn told(self) -> SendError {
        let later = |after, why| SendError::Later { after, why };
        match self {
            Fault::Stale(why) | Fault::NoToken(why) => later(TOKEN, why),
            Fault::TooMany(after) => {
                later(after, format!("the service wants a pause of {} s", after.as_secs()))
            }
            Fault::Full(why) => later(QUOTA, why),
            Fault::Unreachable { said, .. } => SendError::Never { why: said },
            Fault::Refused(why) => SendError::Never { why },
            Fault::Nothing => later(Duration::ZERO, "the service gave no answer".to_owned()),
            Fault::Away { why, .. } => later(Duration::ZERO, format!("the service {why}")),
        }
    }
}

/// What the Bot API says: `result`, or why not.
pub fn of_bot(status: u16, answer: &Value) -> Result<Value, Fault> {
    if answer.get("ok").and_then(Value::as_bool) == Some(true) {
        return Ok(answer.get("result").cloned().unwrap_or(Value::Null));
    }
    let code = answer.get("error_code").and_then(number).unwrap_or(i64::from(status));
    let words = cut(answer.get("description").and_then(Value::as_str).unwrap_or_default());
    let said = || format!("the service refused it: {words} ({code})");
    Err(match code {
        408 => Fault::Nothing,
        401 | 404 => Fault::Stale(super::TOKEN_REFUSED.to_owned()),
        429 => Fault::TooMany(after(answer)),
        // Blocked, or never wrote to the bot.
        403 => Fault::Unreachable { why: text!("zalo.not_started"), said: said() },
        400..500 => Fault::Refused(said()),
        _ => Fault::away(format!("answered {code} {words:?}"), true),
    })
}

fn after(answer: &Value) -> Duration {
    let seconds = answer.pointer("/parameters/retry_after").or(answer.get("retry_after")).and_then(number);
    seconds.and_then(|seconds| u64::try_from(seconds).ok()).map_or(PAUSE, Duration::from_secs)
}

/// What the Official Account's API says: `data`, or why not.
pub fn of_account(status: u16, answer: &Value, now: Timestamp) -> Result<Value, Fault> {
    let code = match answer.get("error").and_then(number) {
        Some(0) => return Ok(answer.get("data").cloned().unwrap_or(Value::Null)),
        Some(code) => code,
        // Some say that a token which is not taken comes so.
        None if status == 401 => -216,
        None if status == 429 => -32,
        None => return Err(Fault::away(format!("gave an answer that cannot be read ({status})"), true)),
    };
    let words = cut(answer.get("message").and_then(Value::as_str).unwrap_or_default());
    let said = format!("the service refused it: {words} ({code})");
    let unreachable = |why: Text| Fault::Unreachable { why, said: said.clone() };
    Err(match code {
        -216 | -220 => Fault::Stale(said),
        -32 => Fault::TooMany(next_minute(now)),
        -211 | -218 => Fault::Full(said),
        -213 => unreachable(text!("zalo.not_following")),
        -227 => unreachable(text!("zalo.inactive")),
        -230 | -232 => unreachable(text!("zalo.window_over")),
        -244 => unreachable(text!("zalo.restricted")),
        _ => Fault::Refused(said),
    })
}

/// Calls are counted by the minute of the clock.
fn next_minute(now: Timestamp) -> Duration {
    let into = u64::try_from(now.0.rem_euclid(60_000)).unwrap_or(0);
    Duration::from_millis(60_000 - into) + Duration::from_secs(1)
}

/// A number, or its text: the service writes both.
pub fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

pub fn cut(words: &str) -> String {
    words.chars().filter(|c| !c.is_control()).take(WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// What becomes of a message that met this answer.
    fn account(status: u16, answer: &Value) -> String {
        match of_account(status, answer, Timestamp(45_000)) {
            Ok(data) => format!("ok {data}"),
            Err(Fault::Stale(_)) => "renew".to_owned(),
            Err(Fault::Unreachable { why, .. }) => format!("unreachable {}", why.key),
            Err(fault) => match fault.told() {
                SendError::Later { after, .. } => format!("later {}", after.as_secs()),
                SendError::Never { .. } => "never".to_owned(),
                SendError::Moved { .. } => "moved".to_owned(),
            },
        }
    }

    #[test]
    fn each_error_of_the_account_has_its_end() {
        for (code, end) in [
            (0, "ok null"),
            (-32, "later 16"),
            (-100, "never"),
            (-200, "never"),
            (-201, "never"),
            (-204, "never"),
            (-205, "never"),
            (-209, "never"),
            (-210, "never"),
            (-211, "later 3600"),
            (-212, "never"),
            (-213, "unreachable zalo.not_following"),
            (-216, "renew"),
            (-218, "later 3600"),
            (-219, "never"),
            (-220, "renew"),
            (-221, "never"),
            (-223, "never"),
            (-224, "never"),
            (-227, "unreachable zalo.inactive"),
            (-230, "unreachable zalo.window_over"),
            (-232, "unreachable zalo.window_over"),
            (-233, "never"),
            (-234, "never"),
            (-237, "never"),
            (-240, "never"),
            (-244, "unreachable zalo.restricted"),
            (-248, "never"),
            (-320, "never"),
            (-321, "never"),
        ] {
            assert_eq!(account(200, &json!({ "error": code, "message": "words" })), end, "{code}");
            assert_eq!(account(200, &json!({ "error": code.to_string() })), end, "{code} as text");
        }
        assert_eq!(account(401, &json!({})), "renew");
        assert_eq!(account(429, &json!({})), "later 16");
        assert_eq!(account(502, &Value::Null), "later 0");
        assert_eq!(account(200, &json!({ "ok": true })), "later 0");
    }

    #[test]
    fn each_error_of_the_bot_has_its_end() {
        let of = |code: i64| of_bot(200, &json!({ "ok": false, "error_code": code, "description": "w" }));
        assert_eq!(of_bot(200, &json!({ "ok": true, "result": 7 })), Ok(json!(7)));
        assert_eq!(of(408), Err(Fault::Nothing));
        assert!(matches!(of(401), Err(Fault::Stale(_))));
        assert_eq!(of(429), Err(Fault::TooMany(PAUSE)));
        assert!(matches!(of(403), Err(Fault::Unreachable { .. })));
        assert_eq!(of(400), Err(Fault::Refused("the service refused it: w (400)".to_owned())));
        assert!(matches!(of(500), Err(Fault::Away { doubt: true, .. })));
        assert!(matches!(of_bot(502, &Value::Null), Err(Fault::Away { doubt: true, .. })));
    }
}
