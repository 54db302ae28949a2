//! One line of text on its way to a terminal: clean already, with the tint that it gets at the very end.

use unicode_width::UnicodeWidthChar;

/// Text without escapes; the tint becomes an escape at the very end, or nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub text: String,
    pub tint: Tint,
}

/// A tint only repeats what sign and word say already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tint {
    Plain,
    Good,
    Warning,
    Bad,
    Strong,
    Faint,
}

impl Line {
    pub fn new(text: impl Into<String>, tint: Tint) -> Line {
        Line { text: text.into(), tint }
    }

    /// How many screen rows it takes: a terminal breaks a line that is longer than its width.
    pub fn rows(&self, columns: usize) -> usize {
        rows(&self.text, columns)
    }

    /// With the escapes of its tint.
    pub fn painted(&self) -> String {
        let code = match self.tint {
            Tint::Plain => return self.text.clone(),
            Tint::Good => 32,
            Tint::Warning => 33,
            Tint::Bad => 31,
            Tint::Strong => 1,
            Tint::Faint => 2,
        };
        format!("\x1b[{code}m{}\x1b[0m", self.text)
    }
}

/// Counted as a terminal breaks: a wide character that does not fit goes to the next row whole.
pub fn rows(text: &str, columns: usize) -> usize {
    let (mut rows, mut column) = (1, 0);
    for width in text.chars().filter_map(UnicodeWidthChar::width) {
        if column + width > columns && column > 0 {
            rows += 1;
            column = 0;
        }
        column += width;
    }
    rows
}
