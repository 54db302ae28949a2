//! Lines from anything that is no terminal. Blank lines and comments are skipped; a line of any
//! length and any bytes comes out as a string that is safe to hand in.

use std::io::{self, BufRead, BufReader, Read};

/// What is handed in whole; the rest of a longer line is left out.
pub const LONGEST: usize = 16 * 1024;
/// Ends a line of which something was left out. The parser refuses control characters, so no half
/// of a command is ever run.
const CUT: char = '\u{18}';

pub struct Lines {
    input: BufReader<Box<dyn Read + Send>>,
}

impl Lines {
    pub fn new(input: Box<dyn Read + Send>) -> Lines {
        Lines { input: BufReader::new(input) }
    }

    /// The next line that says something; None at the end of the input. Blocks.
    pub fn next(&mut self) -> io::Result<Option<String>> {
        while let Some(bytes) = self.line()? {
            let line = text(bytes);
            let said = line.trim_matches([' ', '\t', '\r']);
            if !said.is_empty() && !said.starts_with('#') {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }

    /// One line without its end; at most one byte more than the longest, so that a cut shows.
    fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        loop {
            let chunk = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                chunk => chunk?,
            };
            if chunk.is_empty() {
                return Ok((!line.is_empty()).then_some(line));
            }
            let end = chunk.iter().position(|byte| *byte == b'\n');
            let taken = end.unwrap_or(chunk.len());
            let room = (LONGEST + 1).saturating_sub(line.len());
            line.extend(chunk.iter().take(taken.min(room)));
            self.input.consume(taken + usize::from(end.is_some()));
            if end.is_some() {
                return Ok(Some(line));
            }
        }
    }
}

fn text(mut bytes: Vec<u8>) -> String {
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    cut(String::from_utf8_lossy(&bytes).into_owned())
}

/// The line, or its first part and the mark.
pub fn cut(mut line: String) -> String {
    if line.len() <= LONGEST {
        return line;
    }
    line.truncate(line.floor_char_boundary(LONGEST));
    line.push(CUT);
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(input: &'static [u8]) -> Vec<String> {
        let mut lines = Lines::new(Box::new(input));
        std::iter::from_fn(|| lines.next().unwrap()).collect()
    }

    #[test]
    fn lines_come_out_and_comments_do_not() {
        assert_eq!(
            all(b"/backup all\n\n  \n# a note\n /show R1 \r\n#x\nlast"),
            ["/backup all", " /show R1 ", "last"]
        );
        assert_eq!(all(b""), [""; 0]);
    }

    #[test]
    fn any_bytes_are_taken_and_none_is_lost_unsaid() {
        assert_eq!(all(b"/show \xff\xfe R1\0\n"), ["/show \u{fffd}\u{fffd} R1\0"]);
        let whole: &'static [u8] = "é".repeat(LONGEST / 2).leak().as_bytes();
        assert_eq!(all(whole)[0].len(), LONGEST);
        let long: &'static [u8] = format!("/show {}\n/next\n", "é".repeat(LONGEST)).leak().as_bytes();
        let lines = all(long);
        assert!(lines[0].len() <= LONGEST + 1 && lines[0].ends_with(CUT));
        assert_eq!(lines[1], "/next");
    }
}
