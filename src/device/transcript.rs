//! Both sides of a dialogue as a person at a terminal would have seen them, and the keys that no terminal shows. Not
//! redacted yet: whoever lets it out of the floor does that.

use super::clean::cleaned;
use super::platform::dialogues::Key;

#[derive(Debug, Default)]
pub(super) struct Transcript {
    text: String,
    /// What the router will repeat first.
    echo: String,
}

impl Transcript {
    /// Begins at the prompt.
    pub fn at(prompt: &str) -> Transcript {
        Transcript { text: prompt.to_owned(), echo: String::new() }
    }

    pub fn heard(&mut self, raw: &[u8]) {
        let said = cleaned(raw, true);
        let (first, rest) = said.split_once('\n').unwrap_or((&said, ""));
        let is_echo = !self.echo.is_empty() && first.trim_end().ends_with(self.echo.as_str());
        self.text.push_str(if is_echo { rest } else { &said });
        self.echo.clear();
    }

    pub fn typed_line(&mut self, line: &str) {
        self.typed(line);
        line.clone_into(&mut self.echo);
    }

    pub fn typed_key(&mut self, key: Key) {
        match key {
            Key::Line(line) => self.typed_line(line),
            Key::Enter => self.typed("<Enter>"),
            Key::Interrupt => self.typed("<Ctrl-C>"),
            Key::One(key) => {
                self.typed(&format!("<{key}>"));
                self.echo = key.to_string();
            }
        }
    }

    fn typed(&mut self, what: &str) {
        self.text.truncate(self.text.trim_end().len());
        if !self.text.is_empty() && !self.text.ends_with(['#', '>']) {
            self.text.push(' ');
        }
        self.text.push_str(what);
        self.text.push('\n');
    }

    pub fn into_text(self) -> String {
        self.text
    }
}
