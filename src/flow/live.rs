//! What can be swapped while the bot runs: the catalogue of commands and the rules for alerts. Both are
//! read, checked and swapped as a whole, or nothing is. A running job keeps what it began with.

use super::{AFTER_ERROR, House};
use crate::command::Catalog;
use crate::model::{Class, Document, Ending, Outbound, Problem, Rules, Sign, Slot, Text};
use crate::store::{StoreError, Topic};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::{Notify, watch};

/// What holds now.
pub struct Live {
    pub catalog: Arc<Catalog>,
    pub rules: Arc<Rules>,
}

/// Reads the files anew; every problem at once when they are not fine.
pub type Load = Box<dyn Fn() -> Result<Live, Vec<Problem>> + Send + Sync>;

pub struct Swap {
    now: RwLock<Arc<Live>>,
    load: Load,
    asked: Notify,
    swaps: watch::Sender<u64>,
}

/// Where `patchbay reload` leaves its wish, and the bot its answer.
const ASKED: &str = "reload.asked";
const ANSWERED: &str = "reload.answered";

/// The bot's answer to a wish.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The wish that it answers.
    pub asked: String,
    /// What is wrong, a line a problem; none when everything was swapped.
    pub problems: Vec<String>,
    pub commands: usize,
}

impl Swap {
    /// Loads for the first time.
    pub fn new(load: Load) -> Result<Swap, Vec<Problem>> {
        let now = RwLock::new(Arc::new(load()?));
        Ok(Swap { now, load, asked: Notify::new(), swaps: watch::Sender::new(0) })
    }

    pub fn now(&self) -> Arc<Live> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks for a reload; who waits for it is told on the chats.
    pub fn ask(&self) {
        self.asked.notify_one();
    }

    /// Changes with each swap; for those who must look at everything anew.
    pub fn swaps(&self) -> watch::Receiver<u64> {
        self.swaps.subscribe()
    }

    fn reload(&self) -> Result<Arc<Live>, Vec<Problem>> {
        let fresh = Arc::new((self.load)()?);
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = fresh.clone();
        self.swaps.send_modify(|swaps| *swaps += 1);
        Ok(fresh)
    }
}

/// Runs until the house goes dark.
pub async fn run(house: &House) {
    let mut changes = house.store.changes();
    let mut seen = house.store.read(|view| view.meta(ASKED)).await.ok().flatten();
    loop {
        let told = tokio::select! {
            () = house.live.asked.notified() => reload(house, None).await,
            // A commit of another process touches every topic; this one is otherwise a quiet one.
            _ = changes.of(&[Topic::Versions]) => wish(house, &mut seen).await,
            () = house.stops.work.cancelled() => return,
        };
        if let Err(error) = told {
            tracing::error!(%error, "a reload could not be told");
            tokio::time::sleep(AFTER_ERROR).await;
        }
    }
}

async fn wish(house: &House, seen: &mut Option<String>) -> Result<(), StoreError> {
    let asked = house.store.read(|view| view.meta(ASKED)).await?;
    if asked == *seen {
        return Ok(());
    }
    seen.clone_from(&asked);
    reload(house, asked).await
}

async fn reload(house: &House, asked: Option<String>) -> Result<(), StoreError> {
    let (problems, commands) = match house.live.reload() {
        Ok(live) => (Vec::new(), live.catalog.commands().len()),
        Err(problems) => (problems, 0),
    };
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    match lines.as_slice() {
        [] => tracing::info!(commands, "commands and rules were read anew"),
        lines => tracing::warn!(problems = lines.len(), first = ?lines.first(), "nothing was swapped"),
    }
    let documents: Vec<Outbound> = notices(house, &lines, commands);
    let now = house.clock.now().wall;
    house
        .store
        .write(move |work| {
            if let Some(asked) = asked {
                let answer = Answer { asked, problems: lines, commands };
                work.set_meta(ANSWERED, &serde_json::to_string(&answer)?)?;
            }
            documents.iter().try_for_each(|notice| work.post(notice, now).map(drop))
        })
        .await
}

fn notices(house: &House, problems: &[String], commands: usize) -> Vec<Outbound> {
    let now = house.clock.now().wall;
    let document = match problems {
        [] => Document::line(Sign::Done, text!("reload.done", commands = commands), Ending::Well),
        problems => problems.iter().take(10).fold(
            Document::line(Sign::Warning, text!("reload.refused", count = problems.len()), Ending::Badly),
            |document, problem| document.with_detail(Text::verbatim(problem.as_str())),
        ),
    };
    // Where people talk with the bot; a mail for each reload would be noise.
    let chats = house.channels.iter().filter(|channel| channel.listen.is_some());
    let places = chats.flat_map(|channel| channel.deliver.homes());
    places
        .map(|place| Outbound {
            slot: Slot(format!("reload/{}", now.0)),
            place,
            thread: None,
            reply_to: None,
            class: Class::Result,
            only: None,
            document: document.clone(),
            not_before: None,
            expires: None,
        })
        .collect()
}

/// For the command line: leaves a wish; what to look for in the answer.
pub fn leave_wish(work: &mut crate::store::Work, wish: &str) -> Result<(), StoreError> {
    work.set_meta(ASKED, wish)
}

/// For the command line: the answer to a wish, when it is there.
pub fn answer(view: &crate::store::View, wish: &str) -> Result<Option<Answer>, StoreError> {
    let stored = view.meta(ANSWERED)?;
    let answer: Option<Answer> = stored.and_then(|stored| serde_json::from_str(&stored).ok());
    Ok(answer.filter(|answer| answer.asked == wish))
}
