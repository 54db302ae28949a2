//! One run of the binary: what is typed into it, what it says, and how it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Longer than anything here may take, so that a hang is a failure and not a stuck run.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// How long a test that asks again and again listens in between.
const A_WHILE: Duration = Duration::from_millis(20);

/// A process that runs; it is killed when the test forgets it.
pub struct Session {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<Line>,
    readers: Vec<JoinHandle<()>>,
    out: Vec<String>,
    err: Vec<String>,
    waits_for: String,
    until: Instant,
}

enum Line {
    Out(String),
    Err(String),
}

/// What a process said in all, and its status; None when a signal ended it.
#[derive(Debug)]
pub struct Said {
    pub status: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Session {
    pub fn start(command: &mut Command) -> Session {
        Session::start_on(command.stdout(Stdio::piped()))
    }

    /// The same with a standard output of the test's own.
    pub fn start_on(command: &mut Command) -> Session {
        let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (send, lines) = channel();
        let mut readers = Vec::new();
        if let Some(out) = child.stdout.take() {
            let send = send.clone();
            readers.push(std::thread::spawn(move || read(out, |line| drop(send.send(Line::Out(line))))));
        }
        let err = child.stderr.take().unwrap();
        readers.push(std::thread::spawn(move || read(err, |line| drop(send.send(Line::Err(line))))));
        let input = child.stdin.take();
        let until = Instant::now() + PATIENCE;
        Session {
            child,
            input,
            lines,
            readers,
            out: Vec::new(),
            err: Vec::new(),
            waits_for: String::new(),
            until,
        }
    }

    pub fn types(&mut self, text: &str) {
        // A process that has ended already does not read; how it ended is what the test looks at.
        let _ = self.input.as_mut().unwrap().write_all(text.as_bytes());
    }

    /// Types a line and waits for these words.
    pub fn asks(&mut self, line: &str, words: &str) {
        self.types(&format!("{line}\n"));
        self.says(words);
    }

    /// Types a line and gives all of what comes back: the next line waits for the answer before it,
    /// so a second one that is not understood marks its end.
    pub fn asks_whole(&mut self, line: &str) -> String {
        let before = self.out.len();
        self.types(&format!("{line}\nthe end\n"));
        self.patiently(line);
        while !self.out.iter().skip(before).any(|line| line.contains("commands begin with /")) {
            self.listens();
        }
        self.out[before..].join("\n")
    }

    /// Waits for a line of standard output that holds these words.
    pub fn says(&mut self, words: &str) {
        self.patiently(words);
        while !self.out.iter().any(|line| line.contains(words)) {
            self.listens();
        }
    }

    /// Waits for a line of standard error that holds these words.
    pub fn logs(&mut self, words: &str) {
        self.patiently(words);
        while !self.err.iter().any(|line| line.contains(words)) {
            self.listens();
        }
    }

    /// What follows waits for this, and no longer than the patience.
    pub fn patiently(&mut self, words: &str) {
        self.patiently_for(words, PATIENCE);
    }

    pub fn patiently_for(&mut self, words: &str, patience: Duration) {
        self.waits_for = words.to_owned();
        self.until = Instant::now() + patience;
    }

    /// Takes the next line; there must be one.
    fn listens(&mut self) {
        if !self.hears() {
            self.gives_up("the process has ended");
        }
    }

    /// Takes the next line; false when there is no further one.
    fn hears(&mut self) -> bool {
        match self.lines.recv_timeout(self.left()) {
            Ok(line) => self.heard(line),
            Err(RecvTimeoutError::Timeout) => self.gives_up("it did not come in time"),
            Err(RecvTimeoutError::Disconnected) => return false,
        }
        true
    }

    /// Takes what comes in a short while, so that a question can be asked again.
    pub fn listens_a_while(&mut self) {
        if self.left().is_zero() {
            self.gives_up("it did not come in time");
        }
        match self.lines.recv_timeout(A_WHILE) {
            Ok(line) => self.heard(line),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => self.gives_up("the process has ended"),
        }
    }

    fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    fn heard(&mut self, line: Line) {
        match line {
            Line::Out(line) => self.out.push(line),
            Line::Err(line) => self.err.push(line),
        }
    }

    fn gives_up(&self, why: &str) -> ! {
        panic!("{:?}: {why}; out: {:#?} err: {:#?}", self.waits_for, self.out, self.err)
    }

    /// `kill -9`: nothing of it can be noticed by the process.
    pub fn killed(mut self) -> Said {
        self.child.kill().unwrap();
        self.over()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success(), "{kill}");
    }

    /// Ends its input and waits for its end.
    pub fn ended(mut self) -> Said {
        drop(self.input.take());
        self.over()
    }

    /// Waits for its end; whoever sent a signal leaves the input open.
    pub fn over(mut self) -> Said {
        self.patiently("the end of the process");
        while self.hears() {}
        let status = self.child.wait().unwrap().code();
        self.readers.drain(..).for_each(|reader| reader.join().unwrap());
        let text = |lines: &[String]| lines.iter().map(|line| format!("{line}\n")).collect();
        Said { status, out: text(&self.out), err: text(&self.err) }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // It has ended, when the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Said {
    /// It ended with 0.
    #[track_caller]
    pub fn well(self) -> Said {
        self.with(0)
    }

    #[track_caller]
    pub fn with(self, status: i32) -> Said {
        assert_eq!(self.status, Some(status), "{self:#?}");
        self
    }

    /// How many lines of its output hold these words.
    pub fn times(&self, words: &str) -> usize {
        self.out.lines().filter(|line| line.contains(words)).count()
    }

    #[track_caller]
    pub fn once(&self, words: &str) {
        assert_eq!(self.times(words), 1, "{words:?} in {self:#?}");
    }

    #[track_caller]
    pub fn complains(&self, words: &str) {
        assert!(self.err.contains(words), "{words:?} is not said: {self:#?}");
    }
}

fn read(from: impl Read, mut heard: impl FnMut(String)) {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
        heard(String::from_utf8_lossy(&line).trim_end_matches('\n').to_owned());
        line.clear();
    }
}
