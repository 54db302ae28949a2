//! What the end of the bytes from a router means: a prompt, a full page, a question, or nothing yet. Pure: bytes are
//! added as they come, however they were cut, and the end is looked at; whoever reads decides how long to wait.

use super::clean::{is_log_line, painted, without_control};
use super::platform::Patterns;
use std::borrow::Cow;

/// What stands at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tail {
    /// The learned prompt, alone on its line.
    Prompt(Mode),
    /// The learned prompt glued to other text: an output that does not end its last line.
    Glued(Mode),
    /// The prompt of some other name: the name was changed, or a line of text looks like one.
    Foreign(String),
    /// A page is full.
    Pager,
    /// The router wants a password.
    Password,
    /// The router asks something that nobody told us to answer.
    Question(String),
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    User,
    Privileged,
    /// `(config)#` and its like.
    Inner,
}

/// No prompt and no question is longer; an endless line must not be searched again with every packet.
const LONGEST: usize = 1024;

/// The name that stands before `>` or `#`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Prompt {
    name: String,
}

impl Prompt {
    /// From one line that looks like a prompt.
    pub fn learn(patterns: &Patterns, line: &str) -> Option<Prompt> {
        let line = line.trim_end();
        let name = line.strip_suffix(['>', '#']).filter(|_| patterns.prompt.is_match(line))?;
        // A name learned inside a configuration mode is the name alone.
        let name = name.split_once("(config").map_or(name, |(name, _)| name);
        Some(Prompt { name: name.to_owned() })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn mode(&self, patterns: &Patterns, line: &str) -> Option<Mode> {
        let line = line.trim_end();
        if let Some(rest) = line.strip_prefix(self.name.as_str()) {
            match rest {
                ">" => return Some(Mode::User),
                "#" => return Some(Mode::Privileged),
                _ => {}
            }
        }
        // Configuration modes cut long names to some 20 letters (netmiko compares 16).
        let (cut, suffix) = line.strip_suffix('#')?.split_once('(')?;
        let suffix = format!("({suffix}");
        let same = !cut.is_empty() && self.name.starts_with(cut) && (cut.len() >= 16 || cut == self.name);
        (same && patterns.suffix.is_match(&suffix)).then_some(Mode::Inner)
    }
}

/// The bytes since the last line was sent.
#[derive(Default)]
pub(super) struct Screen {
    bytes: Vec<u8>,
}

impl Screen {
    pub fn add(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The last line as a person sees it; log lines behind a prompt are looked through.
    pub fn last_line(&self) -> String {
        let mut lines = self.bytes.rsplit(|byte| *byte == b'\n').map(text);
        let last = lines.next().unwrap_or_default();
        if !last.trim().is_empty() {
            return last;
        }
        let mut above = lines.skip_while(|line| is_log_line(line));
        match self.bytes.rsplit(|byte| *byte == b'\n').nth(1).map(text) {
            Some(line) if is_log_line(&line) => above.next().unwrap_or_default(),
            _ => last,
        }
    }

    pub fn tail(&self, patterns: &Patterns, prompt: Option<&Prompt>) -> Tail {
        let line = self.last_line();
        if line.trim().is_empty() || line.len() > LONGEST {
            return Tail::Nothing;
        }
        if let Some(prompt) = prompt {
            if let Some(mode) = prompt.mode(patterns, &line) {
                return Tail::Prompt(mode);
            }
            if let Some(mode) = glued(prompt, &line) {
                return Tail::Glued(mode);
            }
        }
        match () {
            () if patterns.pager.is_match(&line) => Tail::Pager,
            () if patterns.prompt.is_match(&line) => Tail::Foreign(line.trim_end().to_owned()),
            () if patterns.password.is_match(&line) => Tail::Password,
            () if patterns.question.is_match(&line) => Tail::Question(line.trim().to_owned()),
            () => Tail::Nothing,
        }
    }

    /// Takes the pager's mark away, so that it is answered once.
    pub fn take_pager(&mut self) {
        let start = self.bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        self.bytes.truncate(start);
    }

    /// Where the answer begins: behind the echo of the line. Bytes before the echo belong to an earlier line.
    pub fn after_echo(&self, line: &str) -> Option<usize> {
        let echo = line.as_bytes();
        let found = self.bytes.windows(echo.len().max(1)).position(|window| window == echo)? + echo.len();
        let ends = self.bytes.get(found..)?.iter().position(|byte| *byte == b'\n')?;
        Some(found + ends + 1)
    }

    /// The answer itself: from `start` to the last line that is no prompt.
    pub fn answer(&self, start: usize, patterns: &Patterns, prompt: &Prompt) -> &[u8] {
        let mut answer = self.bytes.get(start..).unwrap_or_default();
        loop {
            let at = answer.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            let line = text(answer.get(at..).unwrap_or_default());
            let cut = match (prompt.mode(patterns, &line), glued(prompt, &line)) {
                (Some(_), _) => at,
                (None, Some(_)) => at + answer.get(at..).map_or(0, |line| glue(line, prompt)),
                // Behind the prompt only log lines may stand; they stay for the cleaner.
                (None, None) if line.trim().is_empty() && at > 0 => {
                    match self.above_logs(answer, patterns, prompt) {
                        Some(cut) => cut,
                        None => return answer,
                    }
                }
                (None, None) => return answer,
            };
            answer = answer.get(..cut).unwrap_or_default();
            // A carriage return that was sent to wake the prompt left one more prompt above.
            match answer.strip_suffix(b"\r\n") {
                Some(above) if ends_with_prompt(above, patterns, prompt) => answer = above,
                _ => return answer,
            }
        }
    }

    /// Where the prompt begins below which only log lines stand.
    fn above_logs(&self, answer: &[u8], patterns: &Patterns, prompt: &Prompt) -> Option<usize> {
        let mut end = answer.len().checked_sub(1)?;
        loop {
            let before = answer.get(..end)?;
            let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            let line = text(before.get(start..)?);
            if prompt.mode(patterns, &line).is_some() {
                return Some(start);
            }
            if !is_log_line(&line) {
                return None;
            }
            end = start.checked_sub(1)?;
        }
    }
}

fn ends_with_prompt(bytes: &[u8], patterns: &Patterns, prompt: &Prompt) -> bool {
    let at = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    prompt.mode(patterns, &text(bytes.get(at..).unwrap_or_default())).is_some()
}

fn glued(prompt: &Prompt, line: &str) -> Option<Mode> {
    let line = line.trim_end();
    let mode = match line.chars().next_back()? {
        '>' => Mode::User,
        '#' => Mode::Privileged,
        _ => return None,
    };
    line.get(..line.len() - 1)?.ends_with(prompt.name.as_str()).then_some(mode)
}

/// How many bytes of the line stand before the glued prompt.
fn glue(line: &[u8], prompt: &Prompt) -> usize {
    let name = prompt.name.as_bytes();
    line.windows(name.len().max(1)).rposition(|window| window == name).unwrap_or(line.len())
}

fn text(line: &[u8]) -> String {
    let line = without_control(line);
    let line = String::from_utf8_lossy(&line);
    match painted(&line) {
        Cow::Borrowed(line) => line.to_owned(),
        Cow::Owned(line) => line,
    }
}

#[cfg(test)]
mod tests {
    use super::super::platform::patterns;
    use super::*;

    fn tail(name: Option<&str>, bytes: &str) -> Tail {
        let patterns = patterns("ios-xe");
        let prompt = name.map(|name| Prompt::learn(patterns, name).unwrap());
        let mut screen = Screen::default();
        bytes.as_bytes().iter().for_each(|byte| screen.add(&[*byte]));
        screen.tail(patterns, prompt.as_ref())
    }

    #[test]
    fn prompts_of_all_shapes_are_learned() {
        let patterns = patterns("ios-xe");
        for line in [
            "R1>",
            "R1#",
            "R1# ",
            "csr-1.aws:eu/1#",
            "user@box#",
            "Router(boot)#",
            "SW1-stby>",
            "R1(recovery-mode)#",
            "(unlicensed)WLC1#",
            "9300-a_b#",
            "R1(config-if)#",
        ] {
            assert!(Prompt::learn(patterns, line).is_some(), "{line}");
        }
        for line in
            ["", "#", ">", "no entry #", "R1# show", "R1", "100 %", "  R1#", "<html>", "key: abc#", "####"]
        {
            assert!(Prompt::learn(patterns, line).is_none(), "{line}");
        }
    }

    #[test]
    fn the_learned_name_decides() {
        for (bytes, expected) in [
            ("x\r\nR1#", Tail::Prompt(Mode::Privileged)),
            ("x\r\nR1>", Tail::Prompt(Mode::User)),
            ("x\r\nR1# \x07", Tail::Prompt(Mode::Privileged)),
            ("x\r\n\x1b[KR1#", Tail::Prompt(Mode::Privileged)),
            ("x\r\nR1(config)#", Tail::Prompt(Mode::Inner)),
            ("x\r\nR1(ca-trustpoint)#", Tail::Prompt(Mode::Inner)),
            ("x\r\nend of textR1#", Tail::Glued(Mode::Privileged)),
            ("x\r\nR2#", Tail::Foreign("R2#".to_owned())),
            ("x\r\nR1#\r\n", Tail::Nothing),
            ("x\r\nR1#show", Tail::Nothing),
            ("x\r\n --More-- ", Tail::Pager),
            ("x\r\n<--- More --->", Tail::Pager),
            ("x\r\nPassword: ", Tail::Password),
            (
                "x\r\nProceed with reload? [confirm]",
                Tail::Question("Proceed with reload? [confirm]".to_owned()),
            ),
            ("x\r\nSave? [yes/no]: ", Tail::Question("Save? [yes/no]:".to_owned())),
            ("Destination filename [x]? ", Tail::Question("Destination filename [x]?".to_owned())),
            ("", Tail::Nothing),
        ] {
            assert_eq!(tail(Some("R1#"), bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn long_names_are_cut_in_configuration_modes() {
        let long = "a-router-with-a-very-long-name#";
        assert_eq!(tail(Some(long), "a-router-with-a-very(config)#"), Tail::Prompt(Mode::Inner));
        assert_eq!(tail(Some(long), "a-router(config)#"), Tail::Foreign("a-router(config)#".to_owned()));
    }

    #[test]
    fn log_lines_behind_a_prompt_are_looked_through() {
        let log = "*Nov 23 14:02:31.123: %SYS-5-CONFIG_I: x\r\n";
        assert_eq!(tail(Some("R1#"), &format!("x\r\nR1#\r\n{log}{log}")), Tail::Prompt(Mode::Privileged));
        assert_eq!(tail(Some("R1#"), &format!("x\r\ny\r\n{log}")), Tail::Nothing);
        assert_eq!(tail(Some("R1#"), log), Tail::Nothing);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_have_a_tail(bytes: Vec<u8>, start in 0usize..50) {
            let patterns = patterns("ios-xe");
            let prompt = Prompt::learn(patterns, "R1#").unwrap();
            let mut screen = Screen::default();
            screen.add(&bytes);
            screen.tail(patterns, Some(&prompt));
            screen.answer(start, patterns, &prompt);
            screen.after_echo("x");
        }
    }
}
