//! Words that the Tab key completes: commands with their `/`, and names of devices. Shared, so
//! that whoever changes catalogue or inventory refreshes them.

use std::sync::{Arc, Mutex, PoisonError};

#[derive(Clone, Default)]
pub struct Words(Arc<Mutex<Arc<Vec<String>>>>);

/// What ends a word: a selector is a list (`R1,R2`) with exclusions (`!R3`).
const ENDS: [char; 3] = [' ', ',', '!'];

impl Words {
    pub fn set(&self, words: impl IntoIterator<Item = String>) {
        let words = Arc::new(words.into_iter().collect());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = words;
    }

    /// Where the word before the cursor begins, and what it may become.
    pub fn completions(&self, line: &str, cursor: usize) -> (usize, Vec<String>) {
        let before = line.get(..cursor).unwrap_or(line);
        let start = before.rfind(ENDS).map_or(0, |at| at + 1);
        let typed = before.get(start..).unwrap_or_default().to_lowercase();
        let words = Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let first = before.get(..start).is_none_or(|before| before.trim().is_empty());
        let fits = |word: &&String| {
            word.to_lowercase().starts_with(&typed)
                && word.starts_with('/') == (first || typed.starts_with('/'))
        };
        (start, words.iter().filter(fits).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_come_first_and_devices_after() {
        let words = Words::default();
        words.set(["/backup", "/bw", "R1", "R10", "R2"].map(str::to_owned));
        for (line, completed) in [
            ("/b", "0 /backup /bw"),
            ("", "0 /backup /bw"),
            ("/backup r1", "8 R1 R10"),
            ("/backup R2,r1", "11 R1 R10"),
            ("/backup all,!R2", "13 R2"),
            ("/help /bw", "6 /bw"),
            ("R", "0"),
        ] {
            let (start, found) = words.completions(line, line.len());
            assert_eq!(format!("{start} {}", found.join(" ")).trim(), completed, "{line}");
        }
    }
}
