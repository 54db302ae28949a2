//! What a decision needs from the store, read before and passed on as one value.

use super::House;
use super::decide::Asked;
use super::stranger;
use crate::builtin::{self, reboot::Kept};
use crate::command::lacking;
use crate::model::permit::Policy;
use crate::model::{
    Action, Destination, Facts, Freeze, Inventory, Job, JobId, Numbered, Person, Press, Request, Resolved,
    Thread, Timestamp, Track, Update, What,
};
use crate::store::{Dialog, StoreError, Topic, View};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// So long after it was asked a number that comes too late is told so.
const LATE: Duration = Duration::from_secs(600);

/// A request with everything that deciding about it takes.
#[derive(Clone, Debug)]
pub struct Gathered {
    pub request: Request,
    pub update: Update,
    pub facts: Facts,
    /// The row of the button that was pressed.
    pub press: Option<Press>,
    /// The open question that a press or a typed word answers.
    pub dialog: Option<Dialog>,
    /// The reboot whose card is answered.
    pub step: Option<Stepped>,
    /// A number was typed, and the question that it would answer is over.
    pub too_late: bool,
    /// What was typed, as it may be shown to others.
    pub shown: String,
    /// Something is told here of alerts, because it was asked for.
    pub hears: bool,
}

/// Long work that waits for a person's answer, and the job that it is.
#[derive(Clone, Debug)]
pub struct Stepped {
    pub job: Job,
    pub kept: Kept,
}

impl Gathered {
    /// What the open question waits for.
    pub fn asked(&self) -> Asked {
        self.dialog.as_ref().map(asked).unwrap_or_default()
    }
}

fn asked(dialog: &Dialog) -> Asked {
    serde_json::from_value(dialog.question.clone()).unwrap_or_default()
}

/// Inventory, policy, people and freezes, kept until somebody writes one of them: ten thousand routers are
/// not read anew for each command.
#[derive(Default)]
pub struct Cache(Mutex<Option<(u64, Lists)>>);

#[derive(Clone)]
struct Lists {
    inventory: Arc<Inventory>,
    policy: Arc<Policy>,
    people: Arc<Vec<Person>>,
    freezes: Arc<Vec<Freeze>>,
}

/// The facts for one person at one place.
pub async fn facts(
    house: &House,
    asker: Option<Person>,
    place: crate::model::Destination,
) -> Result<Facts, StoreError> {
    let (lists, live) = (lists(house).await?, house.live.now());
    Ok(Facts {
        now: house.clock.now(),
        asker,
        place,
        private: false,
        inventory: lists.inventory,
        policy: lists.policy,
        commands: live.catalog.commands().clone(),
        people: lists.people,
        freezes: lists.freezes,
        platforms: house.platforms.clone(),
        board: house.board.now(),
        rules: live.rules.clone(),
        homes: house.homes.clone(),
        doors: house.doors.clone(),
        zone: house.zone,
        bot_path: house.bot_path.clone(),
        starting: house.is_starting(),
        periods: house.periods.shown(),
        tracks: Arc::default(),
        offered: Arc::default(),
        simulated_until: None,
        job: None,
    })
}

/// The measured values that a command wants to see. Without the metrics file it answers without them.
pub async fn tracks(house: &House, resolved: &Resolved, facts: &Facts) -> Arc<Vec<Track>> {
    let Some(builtin) = builtin::of(&resolved.command.run) else { return Arc::default() };
    let wanted = (builtin.wants)(resolved, facts);
    if wanted.series.is_empty() {
        return Arc::default();
    }
    let period = wanted.series.iter().map(|series| house.periods.of_metric(series.metric)).max();
    let (period, now) = (period.unwrap_or_else(|| house.periods.shortest()), facts.now.wall);
    match house.metrics.tracks(wanted.series, wanted.from, wanted.to, period, now).await {
        Ok(tracks) => Arc::new(tracks),
        Err(error) => {
            super::metrics::failed(house, error, "measured values could not be read").await;
            Arc::default()
        }
    }
}

pub async fn gather(house: &House, request: Request, update: Update) -> Result<Gathered, StoreError> {
    let (identity, what, place) = (request.asker.clone(), request.what.clone(), request.place.clone());
    let heard = Heard {
        addressed: request.scene.addressed,
        thread: request.thread.clone(),
        now: house.clock.now().wall,
    };
    let (asker, press, dialog, step, too_late, hears) = house
        .store
        .read(move |view| {
            let asker = view.person_of(&identity)?;
            let press = match &what {
                What::Press(token) | What::Words { token, .. } => view.press(token)?,
                What::Line(_) | What::Leave | What::Unfit { .. } | What::Moved { .. } => None,
            };
            let dialog = match (&what, press.as_ref().map(|press| &press.action)) {
                (What::Press(_), Some(crate::model::Action::Answer { dialog, .. })) => {
                    view.dialog(*dialog)?
                }
                (What::Line(line), _) if !line.trim_start().starts_with('/') => {
                    word_for(view.open_dialogs(&place)?, asker.as_ref(), &heard)
                }
                (What::Words { .. }, Some(Action::Words { job })) => {
                    let field = Heard { addressed: true, ..heard.clone() };
                    let its = |dialog: &Dialog| counted(dialog) == Some(*job);
                    let open = view.open_dialogs(&place)?.into_iter().filter(its).collect();
                    word_for(open, asker.as_ref(), &field)
                }
                _ => None,
            };
            let step = step_of(view, press.as_ref(), dialog.as_ref())?;
            let too_late = dialog.is_none() && number_is_late(view, &what, &place, asker.as_ref(), &heard)?;
            let hears = !view.subscriptions_of(&place)?.is_empty();
            Ok((asker, press, dialog, step, too_late, hears))
        })
        .await?;
    let (request, dialog, step) = match without_slash(house, &request, dialog.as_ref()) {
        Some(line) => (Request { what: What::Line(line), ..request }, None, None),
        None => (request, dialog, step),
    };
    let facts = Facts { private: request.scene.private, ..facts(house, asker, request.place.clone()).await? };
    let facts = Facts { offered: offered(house, &request.what, press.as_ref(), &facts).await?, ..facts };
    let shown = match &request.what {
        What::Line(line) => stranger::masked(&house.live.now().catalog, line),
        _ => String::new(),
    };
    Ok(Gathered { request, update, facts, press, dialog, step, too_late, shown, hears })
}

/// Whether a typed number comes after the end of the question for one.
fn number_is_late(
    view: &View<'_>,
    what: &What,
    place: &Destination,
    asker: Option<&Person>,
    heard: &Heard,
) -> Result<bool, StoreError> {
    let What::Line(line) = what else { return Ok(false) };
    let is_number = !line.trim().is_empty() && line.trim().chars().all(|c| c.is_ascii_digit());
    if !is_number {
        return Ok(false);
    }
    let since = Timestamp(heard.now.0 - i64::try_from(LATE.as_millis()).unwrap_or_default());
    let counts = |dialog: &Dialog| counted(dialog).is_some();
    // Each is over; as if it were not, it is looked for like one that waits.
    let over = view.dialogs_since(place, since)?.into_iter().filter(counts);
    let over = over.map(|dialog| Dialog { until: heard.now.plus(LATE), ..dialog }).collect();
    Ok(word_for(over, asker, heard).is_some())
}

/// The reboot that a button or a typed number speaks of.
pub(super) fn step_of(
    view: &View<'_>,
    press: Option<&Press>,
    dialog: Option<&Dialog>,
) -> Result<Option<Stepped>, StoreError> {
    let pressed = press.and_then(|press| match &press.action {
        Action::Step { job, .. } | Action::Words { job } => Some(*job),
        _ => None,
    });
    let typed = || dialog.and_then(counted);
    let Some(id) = pressed.or_else(typed) else { return Ok(None) };
    let (job, row) = (view.job(id)?, view.procedure(id)?);
    let kept = row.map(builtin::reboot::kept).transpose()?;
    Ok(job.zip(kept).map(|(job, kept)| Stepped { job, kept }))
}

fn counted(dialog: &Dialog) -> Option<JobId> {
    match asked(dialog) {
        Asked::Count(job) => Some(job),
        Asked::Rest(_) | Asked::Age | Asked::Confirmation(_) => None,
    }
}

/// What could complete the line that was typed or pressed.
async fn offered(
    house: &House,
    what: &What,
    press: Option<&Press>,
    facts: &Facts,
) -> Result<Arc<Vec<Numbered>>, StoreError> {
    let ((What::Line(line), _) | (_, Some(Action::Run { line } | Action::Answer { words: Some(line), .. }))) =
        (what, press.map(|press| &press.action))
    else {
        return Ok(Arc::default());
    };
    match lacking(&house.live.now().catalog, line, facts) {
        Some(lack) if facts.asker.is_some() => super::offered::offered(house, lack, facts).await,
        Some(_) | None => Ok(Arc::default()),
    }
}

/// Who speaks to the bot need not write the slash: a word that names a command is one, unless it is among the
/// answers that wait to be chosen.
fn without_slash(house: &House, request: &Request, dialog: Option<&Dialog>) -> Option<String> {
    let What::Line(typed) = &request.what else { return None };
    let word = typed.split_whitespace().next().filter(|word| !word.starts_with('/'))?;
    let line = format!("/{}", typed.trim());
    let offered = |offer: &String| offer.split(' ').any(|part| part.eq_ignore_ascii_case(word));
    let is_answer = match dialog.map(asked) {
        Some(Asked::Rest(offers)) => offers.iter().any(offered),
        Some(Asked::Age | Asked::Confirmation(_) | Asked::Count(_)) | None => false,
    };
    let is_meant = request.scene.addressed && !is_answer && house.live.now().catalog.knows(&line);
    is_meant.then_some(line)
}

/// How a word was said that may be an answer.
#[derive(Clone)]
struct Heard {
    addressed: bool,
    thread: Option<Thread>,
    now: Timestamp,
}

/// The question that a word without `/` answers: one that was put to this person and still waits. What people
/// say to each other answers only in the question's own thread.
fn word_for(open: Vec<Dialog>, asker: Option<&Person>, heard: &Heard) -> Option<Dialog> {
    let is_put_to = |dialog: &Dialog| asker.is_some_and(|asker| asker.id == dialog.person);
    let is_here = |dialog: &Dialog| match &dialog.thread {
        Some(thread) => heard.thread.as_ref() == Some(thread),
        // Below a quote, whose thread began with it.
        None => dialog.invocation.quoted && heard.thread.is_some(),
    };
    let waits = |dialog: &Dialog| dialog.until > heard.now && (heard.addressed || is_here(dialog));
    open.into_iter().rev().find(|dialog| is_put_to(dialog) && waits(dialog))
}

async fn lists(house: &House) -> Result<Lists, StoreError> {
    // A rule that the command line wrote a moment ago holds for the very next command.
    house.store.changed_outside().await;
    let generation = house.store.generation(&[Topic::Devices, Topic::People, Topic::Freezes]);
    if let Some((kept, lists)) =
        house.gathered.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).as_ref()
        && *kept == generation
    {
        return Ok(lists.clone());
    }
    let fresh = house
        .store
        .read(|view| {
            Ok(Lists {
                inventory: Arc::new(view.inventory()?),
                policy: Arc::new(view.policy()?),
                people: Arc::new(view.people()?),
                freezes: Arc::new(view.freezes()?),
            })
        })
        .await?;
    // Kept under the number read before: a write in between makes the next reader read again.
    *house.gathered.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) =
        Some((generation, fresh.clone()));
    Ok(fresh)
}
