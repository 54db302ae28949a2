//! The line that is being typed: each byte of a key enters, what the router echoes for it leaves.

/// What a key did to the line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// The line goes on.
    Typed,
    /// Return: the line is complete. Carriage return and line feed both end a line, so `\r\n` is a line and an empty one.
    Entered,
    /// Ctrl-C: the line is thrown away.
    Interrupted,
    /// Ctrl-Z: the line is done, then configuration mode is left.
    Ended,
}

pub(crate) struct Editor {
    line: Vec<u8>,
    hidden: bool,
    prompt: usize,
    width: usize,
    /// How many characters of the line stand on the screen; fewer than typed after it scrolled.
    shown: usize,
}

impl Editor {
    pub fn new(prompt: usize, width: u16, hidden: bool) -> Editor {
        Editor { line: Vec::new(), hidden, prompt, width: usize::from(width), shown: 0 }
    }

    pub fn line(&self) -> String {
        String::from_utf8_lossy(&self.line).into_owned()
    }

    pub fn key(&mut self, byte: u8, echo: &mut Vec<u8>) -> Key {
        match byte {
            b'\r' | b'\n' => {
                echo.extend(b"\r\n");
                return Key::Entered;
            }
            0x03 => {
                echo.extend(b"\r\n");
                return Key::Interrupted;
            }
            0x1a => {
                echo.extend(b"^Z\r\n");
                return Key::Ended;
            }
            0x08 | 0x7f => self.rub_out(echo),
            0x15 => {
                while !self.line.is_empty() {
                    self.rub_out(echo)
                }
            }
            byte if byte >= 0x20 => self.put(byte, echo),
            _ => {}
        }
        Key::Typed
    }

    fn put(&mut self, byte: u8, echo: &mut Vec<u8>) {
        // A router takes 254 characters and rings the bell for more.
        if self.line.len() >= 254 {
            echo.push(0x07);
            return;
        }
        self.line.push(byte);
        if self.hidden {
            return;
        }
        if self.width > 0 && self.prompt + self.shown + 2 > self.width {
            self.scroll(echo);
        } else {
            echo.push(byte);
            self.shown += 1;
        }
    }

    /// The line is painted anew from the prompt on: a dollar sign, its last part, and spaces over the rest.
    fn scroll(&mut self, echo: &mut Vec<u8>) {
        let keep = (self.width.saturating_sub(self.prompt) / 2).max(1);
        let tail = self.line.get(self.line.len().saturating_sub(keep)..).unwrap_or_default();
        let blank = self.shown.saturating_sub(tail.len() + 1);
        echo.extend(std::iter::repeat_n(0x08, self.shown));
        echo.push(b'$');
        echo.extend(tail);
        echo.extend(std::iter::repeat_n(b' ', blank));
        echo.extend(std::iter::repeat_n(0x08, blank));
        self.shown = tail.len() + 1;
    }

    fn rub_out(&mut self, echo: &mut Vec<u8>) {
        if self.line.pop().is_some() && !self.hidden && self.shown > 0 {
            echo.extend(b"\x08 \x08");
            self.shown -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn type_in(editor: &mut Editor, keys: &[u8]) -> (Key, String) {
        let mut echo = Vec::new();
        let mut last = Key::Typed;
        for key in keys {
            last = editor.key(*key, &mut echo);
        }
        (last, String::from_utf8(echo).unwrap())
    }

    #[test]
    fn keys_edit_the_line() {
        let mut editor = Editor::new(3, 80, false);
        assert_eq!(
            type_in(&mut editor, b"shw\x08ow ver\r"),
            (Key::Entered, "shw\x08 \x08ow ver\r\n".to_owned())
        );
        assert_eq!(editor.line(), "show ver");
        let mut hidden = Editor::new(10, 80, true);
        assert_eq!(type_in(&mut hidden, b"word\n"), (Key::Entered, "\r\n".to_owned()));
        assert_eq!(hidden.line(), "word");
    }

    #[test]
    fn a_line_longer_than_the_screen_scrolls_behind_a_dollar() {
        let mut editor = Editor::new(3, 20, false);
        let (_, echo) = type_in(&mut editor, b"show running-config");
        assert!(echo.contains('$') && echo.contains('\x08'), "{echo:?}");
        assert_eq!(editor.line(), "show running-config");
        let mut endless = Editor::new(3, 0, false);
        assert_eq!(type_in(&mut endless, &[b'a'; 200]).1, "a".repeat(200));
    }
}
