//! What a decision needs from the store, read before and passed on as one value.

use super::House;
use super::decide::Asked;
use crate::builtin;
use crate::command::lacking;
use crate::model::permit::Policy;
use crate::model::{
    Action, Facts, Inventory, Numbered, Person, Press, Request, Resolved, Track, Update, What,
};
use crate::store::{Dialog, StoreError, Topic, View};
use std::sync::{Arc, Mutex};

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

/// Inventory, policy and people, kept until somebody writes one of them: ten thousand routers are
/// not read anew for each command.
#[derive(Default)]
pub struct Cache(Mutex<Option<(u64, Lists)>>);

#[derive(Clone)]
struct Lists {
    inventory: Arc<Inventory>,
    policy: Arc<Policy>,
    people: Arc<Vec<Person>>,
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
        platforms: house.platforms.clone(),
        board: house.board.now(),
        rules: live.rules.clone(),
        homes: house.homes.clone(),
        zone: house.zone,
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
    let (asker, press, dialog) = house
        .store
        .read(move |view| {
            let asker = view.person_of(&identity)?;
            let press = match &what {
                What::Press(token) => view.press(token)?,
                What::Line(_) | What::Leave | What::Unfit(_) | What::Moved { .. } => None,
            };
            let dialog = dialog(view, &what, press.as_ref(), &place, asker.as_ref())?;
            Ok((asker, press, dialog))
        })
        .await?;
    let (request, dialog) = match without_slash(house, &request, dialog.as_ref()) {
        Some(line) => (Request { what: What::Line(line), ..request }, None),
        None => (request, dialog),
    };
    let facts = Facts { private: request.scene.private, ..facts(house, asker, request.place.clone()).await? };
    let facts = Facts { offered: offered(house, &request.what, press.as_ref(), &facts).await?, ..facts };
    Ok(Gathered { request, update, facts, press, dialog })
}

fn typed(what: &What) -> Option<&String> {
    match what {
        What::Line(line) => Some(line),
        What::Press(_) | What::Leave | What::Unfit(_) | What::Moved { .. } => None,
    }
}

/// What could complete the line that was typed or pressed.
async fn offered(
    house: &House,
    what: &What,
    press: Option<&Press>,
    facts: &Facts,
) -> Result<Arc<Vec<Numbered>>, StoreError> {
    let line = match press.map(|press| &press.action) {
        Some(Action::Run { line } | Action::Answer { words: Some(line), .. }) => Some(line),
        Some(_) => None,
        None => typed(what),
    };
    let Some(line) = line else { return Ok(Arc::default()) };
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
        Some(Asked::Age | Asked::Confirmation(_)) | None => false,
    };
    let is_meant = request.scene.addressed && !is_answer && house.live.now().catalog.knows(&line);
    is_meant.then_some(line)
}

/// The question that is answered: by its button, or by a word without `/` from the one who was asked.
fn dialog(
    view: &View<'_>,
    what: &What,
    press: Option<&Press>,
    place: &crate::model::Destination,
    asker: Option<&Person>,
) -> Result<Option<Dialog>, StoreError> {
    match (what, press.map(|press| &press.action)) {
        (What::Press(_), Some(Action::Answer { dialog, .. })) => view.dialog(*dialog),
        (What::Line(line), _) if !line.trim_start().starts_with('/') => {
            let open = view.open_dialogs(place)?;
            Ok(open.into_iter().rev().find(|dialog| asker.is_some_and(|asker| asker.id == dialog.person)))
        }
        _ => Ok(None),
    }
}

async fn lists(house: &House) -> Result<Lists, StoreError> {
    // A rule that the command line wrote a moment ago holds for the very next command.
    house.store.changed_outside().await;
    let generation = house.store.generation(&[Topic::Devices, Topic::People]);
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
            })
        })
        .await?;
    // Kept under the number read before: a write in between makes the next reader read again.
    *house.gathered.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) =
        Some((generation, fresh.clone()));
    Ok(fresh)
}
