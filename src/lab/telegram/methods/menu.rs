//! The menus of commands, per scope and language.

use serde_json::{Value, json};

use super::Job;
use crate::lab::telegram::answer::Answered;
use crate::lab::telegram::refusal::Refusal;

/// A scope is what its members say, in the order of their names; none is the default one.
pub(crate) fn scope_key(scope: Option<&Value>) -> String {
    scope.cloned().unwrap_or_else(|| json!({ "type": "default" })).to_string()
}

impl Job<'_> {
    fn menu(&self) -> Result<(String, String), Refusal> {
        let scope = self.args.get("scope");
        let chat = scope.and_then(|scope| scope.get("chat_id")).and_then(Value::as_i64);
        if chat.is_some_and(|chat| !self.world.chats.contains_key(&chat)) {
            return Err(Refusal::bad("chat not found"));
        }
        let language = self.args.text("language_code").unwrap_or_default();
        let good =
            language.is_empty() || (language.len() == 2 && language.bytes().all(|b| b.is_ascii_lowercase()));
        if !good {
            return Err(Refusal::bad("invalid language code specified"));
        }
        Ok((scope_key(scope), language.to_owned()))
    }

    pub fn set_commands(&mut self) -> Answered {
        let menu = self.menu()?;
        let commands = self.args.get("commands").cloned().unwrap_or_default();
        let list = commands.as_array().map(Vec::as_slice).unwrap_or_default();
        if list.len() > 100 {
            return Err(Refusal::bad("BOT_COMMANDS_TOO_MUCH"));
        }
        list.iter().try_for_each(command)?;
        if list.is_empty() {
            self.world.commands.remove(&menu);
        } else {
            self.world.commands.insert(menu, commands);
        }
        Ok(true.into())
    }

    pub fn commands(&self) -> Value {
        let kept = self.menu().ok().and_then(|menu| self.world.commands.get(&menu).cloned());
        kept.unwrap_or_else(|| json!([]))
    }

    pub fn delete_commands(&mut self) -> Answered {
        let menu = self.menu()?;
        self.world.commands.remove(&menu);
        Ok(true.into())
    }
}

fn command(command: &Value) -> Result<(), Refusal> {
    let word = |name: &str| command.get(name).and_then(Value::as_str).unwrap_or_default();
    let (name, said) = (word("command"), word("description"));
    // The service takes a slash before the name and does not keep it; a bot that sends one does not mean to.
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if name.is_empty() {
        return Err(Refusal::bad("command must be non-empty"));
    }
    if name.len() > 32 {
        return Err(Refusal::bad("command length must not exceed 32"));
    }
    if !name.bytes().all(good) {
        return Err(Refusal::bad("BOT_COMMAND_INVALID"));
    }
    match said.chars().count() {
        0 => Err(Refusal::bad("command description must be non-empty")),
        1..=256 => Ok(()),
        _ => Err(Refusal::bad("command description length must not exceed 256")),
    }
}
