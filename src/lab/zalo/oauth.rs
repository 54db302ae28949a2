//! Where a pair of tokens becomes a new one: a form, the app's secret in a header, and each refresh token once.

use std::sync::Arc;

use hyper::StatusCode;
use hyper::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::Inner;
use super::answer::{Answered, unknown};
use crate::lab::calls::Call as Request;
use crate::lab::clock;
use crate::lab::router::lock;

pub(crate) fn call(server: &Arc<Inner>, request: &Request) -> Answered {
    let plan = lock(&server.plan).clone();
    let form = request
        .header(CONTENT_TYPE.as_str())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !form {
        return refused(-14_002, "the body is no form");
    }
    let known = ["grant_type", "refresh_token", "app_id"];
    if unknown(request.params.iter().map(|(name, _)| name), &known).is_some_and(|_| plan.strict) {
        return refused(-14_002, "there is a field that nobody knows");
    }
    if request.header("secret_key") != Some(plan.app_secret.as_str()) {
        return refused(-14_004, "Invalid secret key");
    }
    let word = |name: &str| request.params.text(name).unwrap_or_default();
    if word("app_id") != plan.app_id {
        return refused(-14_001, "Invalid app id");
    }
    if word("grant_type") != "refresh_token" {
        return refused(-14_010, "Invalid grant type");
    }
    let mut world = lock(&server.world);
    if word("refresh_token") != world.tokens.refresh || world.tokens.refresh.is_empty() {
        return refused(-14_020, "Invalid refresh token");
    }
    world.tokens.renew(&plan, clock::now());
    let seconds = plan.life.as_secs();
    let life = if plan.life_as_text { Value::from(seconds.to_string()) } else { Value::from(seconds) };
    let answer = json!({
        "access_token": world.tokens.access,
        "refresh_token": world.tokens.refresh,
        "expires_in": life,
    });
    (StatusCode::OK, answer)
}

/// Errors come with status 200, in words of their own.
fn refused(code: i64, words: &str) -> Answered {
    (StatusCode::OK, json!({ "error": code, "error_name": words, "error_description": words }))
}
