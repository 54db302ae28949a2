//! What an answer means: status, kind and body go in, a [`Verdict`] comes out. Pure; nothing here fails on strange
//! bytes. Errors come in two spellings (devices.md B7) or as a page of the web server in front.

use super::exchange::Answer;
use crate::model::Broken;
use serde::Deserialize;
use serde::de::IgnoredAny;

#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    /// JSON, or nothing there (204, 404).
    Body(Option<String>),
    /// 401: it is the password.
    Unauthorized,
    /// 403: the login is right and may not read this.
    Forbidden,
    /// Any other answer. `knows_us`: RESTCONF itself said it, and it checks the login first.
    Failed { broken: Broken, knows_us: bool },
}

/// So much of a router's own words is kept.
const WORDS: usize = 200;

/// `speakable` takes secrets out of a router's own words.
pub(super) fn verdict(answer: &Answer, speakable: impl Fn(&str) -> String) -> Verdict {
    let status = answer.status;
    let failed =
        |why: String, knows_us| Verdict::Failed { broken: Broken::RestconfFailed { status, why }, knows_us };
    let Some(body) = &answer.body else {
        return failed("the answer is larger than 16 MiB".to_owned(), false);
    };
    match status {
        401 => Verdict::Unauthorized,
        403 => Verdict::Forbidden,
        204 => Verdict::Body(None),
        200..=299 if body.is_empty() => Verdict::Body(None),
        200..=299 => match json(answer, body) {
            Ok(body) => Verdict::Body(Some(body)),
            Err(why) => failed(why, false),
        },
        _ => match said(answer, body) {
            Some(_) if status == 404 => Verdict::Body(None),
            Some(said) => failed(shortened(&speakable(&said)), status < 500),
            None => failed(page(answer), false),
        },
    }
}

fn json(answer: &Answer, body: &[u8]) -> Result<String, String> {
    if !is_json(&answer.kind) {
        return Err(page(answer));
    }
    let body = std::str::from_utf8(body).map_err(|_| "the answer is no text".to_owned())?;
    match serde_json::from_str::<IgnoredAny>(body) {
        Ok(_) => Ok(body.to_owned()),
        Err(_) => Err("the answer is no whole JSON".to_owned()),
    }
}

fn is_json(kind: &str) -> bool {
    kind == "application/json" || kind.ends_with("+json")
}

/// What stands there instead of RESTCONF.
fn page(answer: &Answer) -> String {
    match answer.kind.as_str() {
        "text/html" => "a web page instead of RESTCONF".to_owned(),
        "" => "no RESTCONF answer".to_owned(),
        kind if is_json(kind) => "no reason given".to_owned(),
        _ => "the answer is no JSON".to_owned(),
    }
}

#[derive(Deserialize)]
struct Errors {
    #[serde(alias = "ietf-restconf:errors")]
    errors: List,
}

#[derive(Deserialize)]
struct List {
    error: OneOrMany,
}

/// One list entry may come as an object or as an array (devices.md B2).
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    Many(Vec<Said>),
    One(Said),
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Said {
    error_tag: String,
    error_message: String,
}

/// Tag and message of the first error; None when it is not RESTCONF that speaks.
fn said(answer: &Answer, body: &[u8]) -> Option<String> {
    if !is_json(&answer.kind) {
        return None;
    }
    let said = match serde_json::from_slice::<Errors>(body).ok()?.errors.error {
        OneOrMany::Many(many) => many.into_iter().next()?,
        OneOrMany::One(one) => one,
    };
    Some(match (said.error_tag.as_str(), said.error_message.as_str()) {
        ("", "") => "no reason given".to_owned(),
        (tag, "") => tag.to_owned(),
        ("", message) => message.to_owned(),
        (tag, message) => format!("{tag}, {message}"),
    })
}

/// On one line, without what moves a terminal's cursor, and not endless.
pub(super) fn shortened(words: &str) -> String {
    let words = words.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").chars().take(WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ERRORS: &str = r#"{"ietf-restconf:errors":{"error":[{"error-type":"application","error-tag":"invalid-value","error-message":"uri keypath\u001b[2J\nnot found made-up-word"}]}}"#;

    fn check(status: u16, kind: &str, body: &str, expected: &str) {
        let answer = Answer { status, kind: kind.to_owned(), body: Some(body.as_bytes().to_vec()) };
        let verdict = verdict(&answer, |said| said.replace("made-up-word", "***"));
        assert_eq!(format!("{verdict:?}"), expected, "{status} {kind} {body}");
    }

    fn failed(status: u16, why: &str, knows_us: bool) -> String {
        let broken = Broken::RestconfFailed { status, why: why.to_owned() };
        format!("{:?}", Verdict::Failed { broken, knows_us })
    }

    #[test]
    fn json_and_nothing_there_are_answers() {
        let yang = "application/yang-data+json";
        check(200, yang, "{\"a\":1}", "Body(Some(\"{\\\"a\\\":1}\"))");
        check(200, "application/json", "[]", "Body(Some(\"[]\"))");
        check(200, yang, "", "Body(None)");
        check(204, "", "", "Body(None)");
        check(404, yang, ERRORS, "Body(None)");
        check(404, yang, "{\"errors\":{\"error\":{\"error-tag\":\"data-missing\"}}}", "Body(None)");
    }

    #[test]
    fn what_is_no_restconf_is_not_believed() {
        let yang = "application/yang-data+json";
        check(200, "text/html", "<html>", &failed(200, "a web page instead of RESTCONF", false));
        check(200, "", "{}", &failed(200, "no RESTCONF answer", false));
        check(200, "application/yang-data+xml", "<a/>", &failed(200, "the answer is no JSON", false));
        check(200, yang, "{\"a\":", &failed(200, "the answer is no whole JSON", false));
        check(404, "text/html", "<html>", &failed(404, "a web page instead of RESTCONF", false));
        check(404, yang, "{}", &failed(404, "no reason given", false));
        check(302, "text/html", "", &failed(302, "a web page instead of RESTCONF", false));
        let large = Answer { status: 200, kind: yang.to_owned(), body: None };
        let told = format!("{:?}", verdict(&large, str::to_owned));
        assert_eq!(told, failed(200, "the answer is larger than 16 MiB", false));
    }

    #[test]
    fn errors_in_both_spellings_say_why() {
        let yang = "application/yang-data+json";
        check(400, yang, ERRORS, &failed(400, "invalid-value, uri keypath [2J not found ***", true));
        let other = "{\"errors\":{\"error\":[{\"error-message\":\"busy\"}]}}";
        check(500, yang, other, &failed(500, "busy", false));
        check(409, yang, "{\"errors\":{\"error\":[{}]}}", &failed(409, "no reason given", true));
        check(401, "text/html", "<html>", "Unauthorized");
        check(403, yang, ERRORS, "Forbidden");
        assert_eq!(shortened(&"x".repeat(1_000)).len(), WORDS);
    }

    proptest::proptest! {
        #[test]
        fn no_answer_is_a_panic(status in 100u16..600, kind in "[a-z/+;-]{0,30}", body in proptest::collection::vec(proptest::num::u8::ANY, 0..80)) {
            let _ = verdict(&Answer { status, kind, body: Some(body) }, str::to_owned);
        }
    }
}
