//! A wire that replays a router from memory: what it says to each line, cut into pieces as the test wants.

use super::wire::Wire;
use crate::model::Broken;
use std::collections::VecDeque;

/// How the bytes arrive.
#[derive(Clone, Debug)]
pub(super) enum Cut {
    Whole,
    Every(usize),
    /// Pieces of these sizes, again and again.
    Sizes(Vec<usize>),
}

pub(super) struct Replay {
    /// What the router says to a typed line, its echo included, line ends as `\n`.
    answer: Box<dyn FnMut(&str) -> String + Send>,
    cut: Cut,
    pending: VecDeque<Vec<u8>>,
    typed: String,
    /// Every line that was typed.
    pub lines: Vec<String>,
}

impl Replay {
    pub fn new(first: &str, cut: Cut, answer: impl FnMut(&str) -> String + Send + 'static) -> Replay {
        let mut replay = Replay {
            answer: Box::new(answer),
            cut,
            pending: VecDeque::new(),
            typed: String::new(),
            lines: Vec::new(),
        };
        replay.say(first);
        replay
    }

    fn say(&mut self, text: &str) {
        let bytes = text.replace('\n', "\r\n").into_bytes();
        let mut rest = bytes.as_slice();
        let mut at = 0;
        while !rest.is_empty() {
            let size = match &self.cut {
                Cut::Whole => rest.len(),
                Cut::Every(size) => *size,
                Cut::Sizes(sizes) => sizes[at % sizes.len()],
            };
            at += 1;
            let (piece, left) = rest.split_at(size.clamp(1, rest.len()));
            self.pending.push_back(piece.to_vec());
            rest = left;
        }
    }

    fn enter(&mut self, line: &str) {
        self.lines.push(line.to_owned());
        let said = (self.answer)(line);
        self.say(&said);
    }
}

impl Wire for Replay {
    async fn send(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        for byte in bytes {
            match *byte {
                b'\r' => {
                    let line = std::mem::take(&mut self.typed);
                    self.enter(&line);
                }
                // One key is answered at once: a space at the pager, Ctrl-C at a question.
                b' ' if self.typed.is_empty() => self.enter(" "),
                0x03 => self.enter("^C"),
                byte => self.typed.push(char::from(byte)),
            }
        }
        Ok(())
    }

    async fn receive(&mut self) -> Option<Vec<u8>> {
        match self.pending.pop_front() {
            Some(piece) if piece == b"<gone>" => None,
            Some(piece) => Some(piece),
            None => std::future::pending().await,
        }
    }
}
