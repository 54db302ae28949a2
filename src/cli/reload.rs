//! `patchbay reload`: asks the running bot to read command files and rules anew, and tells how it went.

use super::beside::Beside;
use super::print::say;
use crate::flow::live;
use anyhow::bail;
use std::process::ExitCode;
use std::time::Duration;

/// How long a running bot may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(100);

pub fn run(beside: &Beside) -> anyhow::Result<ExitCode> {
    let wish = format!("{}-{}", beside.now().wall.0, std::process::id());
    let left = wish.clone();
    beside.change("reload", move |work| live::leave_wish(work, &left))?;
    let mut waited = Duration::ZERO;
    while waited < PATIENCE {
        let wish = wish.clone();
        if let Some(answer) = beside.read(move |view| live::answer(view, &wish))? {
            return told(&answer);
        }
        std::thread::sleep(LOOK);
        waited += LOOK;
    }
    bail!("no running bot answered within {} s; your files are read at its next start", PATIENCE.as_secs())
}

fn told(answer: &live::Answer) -> anyhow::Result<ExitCode> {
    match answer.problems.as_slice() {
        [] => {
            say(&format!("{} commands and the rules for alerts are read anew", answer.commands));
            Ok(ExitCode::SUCCESS)
        }
        problems => {
            problems.iter().for_each(|problem| say(problem));
            say("nothing was swapped; the bot goes on with what it had");
            Ok(ExitCode::FAILURE)
        }
    }
}
