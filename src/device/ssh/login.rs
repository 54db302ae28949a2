//! Proves who we are, with one password sent once: keyboard-interactive first, then password (devices.md A8). A router
//! that asks for more than the password wants a person.

use super::connect::Connection;
use crate::device::trial::Word;
use crate::model::{Broken, Secret};
use russh::client::{AuthResult, KeyboardInteractiveAuthResponse as Reply, Prompt};
use russh::{MethodKind, MethodSet};

/// A credential, opened for one login.
pub(in crate::device) struct Login {
    pub credential: String,
    pub username: String,
    pub password: Secret,
    pub enable: Option<Secret>,
    /// As it is stored, for whoever remembers whether it works.
    pub word: Word,
}

pub(in crate::device) async fn login(connection: &mut Connection, login: &Login) -> Result<(), Broken> {
    match interactive(connection, login).await? {
        Interactive::Accepted => Ok(()),
        Interactive::NotOffered(remaining) if remaining.contains(&MethodKind::Password) => {
            password(connection, login).await
        }
        Interactive::NotOffered(_) | Interactive::Refused => Err(refused(login)),
    }
}

enum Interactive {
    Accepted,
    /// The password was sent and not taken.
    Refused,
    /// Refused before the password was sent.
    NotOffered(MethodSet),
}

/// More rounds than any router asks; a broken one must not keep us for ever.
const ROUNDS: usize = 8;

async fn interactive(connection: &mut Connection, login: &Login) -> Result<Interactive, Broken> {
    let handle = &mut connection.handle;
    let start = handle.authenticate_keyboard_interactive_start(login.username.as_str(), None);
    let mut reply = start.await.map_err(closed)?;
    let mut sent = false;
    for _ in 0..ROUNDS {
        let answers = match reply {
            Reply::Success => return Ok(Interactive::Accepted),
            Reply::Failure { partial_success: true, .. } => return Err(more_wanted()),
            Reply::Failure { .. } if sent => return Ok(Interactive::Refused),
            Reply::Failure { remaining_methods, .. } => {
                return Ok(Interactive::NotOffered(remaining_methods));
            }
            Reply::InfoRequest { prompts, .. } => match answers(&prompts, sent, login)? {
                Some(answers) => answers,
                None => return Ok(Interactive::Refused),
            },
        };
        sent |= !answers.is_empty();
        reply = connection.handle.authenticate_keyboard_interactive_respond(answers).await.map_err(closed)?;
    }
    Err(more_wanted())
}

/// The password for the one hidden question, nothing for no question; anything else is for a person.
fn answers(prompts: &[Prompt], sent: bool, login: &Login) -> Result<Option<Vec<String>>, Broken> {
    match prompts {
        [] => Ok(Some(Vec::new())),
        [prompt] if prompt.echo || wants_a_new_one(&prompt.prompt) => {
            Err(Broken::LoginDialogue { asks: asked(&prompt.prompt, login) })
        }
        // The router asks again: the password was wrong, and it is never sent twice.
        [_] if sent => Ok(None),
        [_] => Ok(Some(vec![login.password.reveal().to_owned()])),
        [first, ..] => Err(Broken::LoginDialogue { asks: asked(&first.prompt, login) }),
    }
}

fn wants_a_new_one(prompt: &str) -> bool {
    let prompt = prompt.to_lowercase();
    ["new ", "confirm", "expired", "change", "again", "retype", "re-enter"]
        .iter()
        .any(|word| prompt.contains(word))
}

/// The last line of what is asked: a banner may stand above it, and banners never leave.
fn asked(prompt: &str, login: &Login) -> String {
    let line = prompt.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or("a question");
    let line: String = line.chars().filter(|c| !c.is_control()).take(80).collect();
    line.replace(login.password.reveal(), "***")
}

async fn password(connection: &mut Connection, login: &Login) -> Result<(), Broken> {
    let sent = connection.handle.authenticate_password(login.username.as_str(), login.password.reveal());
    match sent.await.map_err(closed)? {
        AuthResult::Success => Ok(()),
        AuthResult::Failure { partial_success: true, .. } => Err(more_wanted()),
        // russh says the same of a line that broke while it waited: no method is left, and nobody is there.
        AuthResult::Failure { remaining_methods, .. }
            if remaining_methods.is_empty() && connection.handle.is_closed() =>
        {
            Err(Broken::ClosedEarly)
        }
        AuthResult::Failure { .. } => Err(refused(login)),
    }
}

fn refused(login: &Login) -> Broken {
    Broken::LoginRefused { credential: login.credential.clone() }
}

fn more_wanted() -> Broken {
    Broken::LoginDialogue { asks: "more than a password".to_owned() }
}

fn closed(_: russh::Error) -> Broken {
    Broken::ClosedEarly
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Sealed;

    fn check(prompts: &[(&str, bool)], sent: bool, expected: &str) {
        let login = Login {
            credential: "lab".to_owned(),
            username: "ops".to_owned(),
            password: Secret::new("made-up-word"),
            enable: None,
            word: Word { username: "ops".to_owned(), password: Sealed(Vec::new()) },
        };
        let prompts: Vec<Prompt> = prompts
            .iter()
            .map(|(prompt, echo)| Prompt { prompt: (*prompt).to_owned(), echo: *echo })
            .collect();
        let said = match answers(&prompts, sent, &login) {
            Ok(Some(answers)) => format!("says {}", answers.join(",")),
            Ok(None) => "refused".to_owned(),
            Err(Broken::LoginDialogue { asks }) => format!("person: {asks}"),
            Err(other) => format!("{other:?}"),
        };
        assert_eq!(said, expected, "{prompts:?}");
    }

    #[test]
    fn the_password_answers_one_hidden_question_once() {
        check(&[], false, "says ");
        check(&[], true, "says ");
        for prompt in ["Password: ", "TACACS Password:", "Enter PASSCODE:", "Keep out!\n\nPassword: "] {
            check(&[(prompt, false)], false, "says made-up-word");
            check(&[(prompt, false)], true, "refused");
        }
    }

    #[test]
    fn what_asks_for_more_is_for_a_person() {
        check(&[("Do you agree? ", true)], false, "person: Do you agree?");
        check(&[("Banner\nNew password: ", false)], false, "person: New password:");
        check(&[("Enter new password:", false)], true, "person: Enter new password:");
        check(&[("Password: ", false), ("Token: ", false)], false, "person: Password:");
        check(&[("is made-up-word you?", true)], false, "person: is *** you?");
    }
}
