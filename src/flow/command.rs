//! The command corridor: waiting updates become requests, requests become decisions, decisions are
//! enacted. The switchyard is a `dptree` handler tree, the same for every chat.

use super::decide::{self, Decision};
use super::gather::{self, Gathered};
use super::{AFTER_ERROR, House, draw, enact};
use crate::command::Catalog;
use crate::model::{
    Action, Class, Destination, Document, Ending, Outbound, Press, Request, Sign, Slot, Unfit, Update, What,
};
use crate::store::{StoreError, Topic};
use dptree::di::DependencyMap;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

/// So many waiting updates are looked at in one go.
const BATCH: usize = 256;

/// A waiting update by its number, and what it asks for.
type Read = (i64, Update, Option<Request>);

/// The handler tree's answer. A `Decision` holds a proof, which cannot be cloned; dptree only moves it.
type Tree = dptree::Handler<'static, Decision>;

/// Runs until the intake has stopped and nothing waits.
pub async fn run(house: &House) {
    let tree = switchyard();
    let mut changes = house.store.changes();
    loop {
        match house.store.read(|view| view.waiting(BATCH)).await {
            Ok(waiting) if waiting.is_empty() => tokio::select! {
                _ = changes.of(&[Topic::Inbox]) => {}
                () = house.stops.work.cancelled() => return,
            },
            Ok(waiting) => batch(house, &tree, waiting).await,
            Err(error) => {
                tracing::error!(%error, "the inbox could not be read");
                tokio::time::sleep(AFTER_ERROR).await;
            }
        }
    }
}

/// Updates of one place keep their order; different places go at once.
async fn batch(house: &House, tree: &Tree, waiting: Vec<(i64, Update)>) {
    let mut by_place: BTreeMap<Option<Destination>, Vec<Read>> = BTreeMap::new();
    for (id, update) in waiting {
        let request = house.request_of(&update);
        let place = request.as_ref().map(|request| request.place.clone());
        by_place.entry(place).or_default().push((id, update, request));
    }
    let queues = by_place.into_values().map(|queue| async move {
        for (id, update, request) in queue {
            let handled = match one(house, tree, id, update.clone(), request.clone()).await {
                Err(error) if error.is_about_this() => set_aside(house, id, request, &update, &error).await,
                other => other,
            };
            if let Err(error) = handled {
                tracing::error!(%error, inbox = id, "an update could not be handled; it stays in the inbox");
                tokio::time::sleep(AFTER_ERROR).await;
                return;
            }
        }
    });
    futures_util::future::join_all(queues).await;
}

async fn one(
    house: &House,
    tree: &Tree,
    id: i64,
    update: Update,
    request: Option<Request>,
) -> Result<(), StoreError> {
    let Some(request) = request else {
        return house.store.write(move |work| work.done(id)).await;
    };
    let mut gathered = gather::gather(house, request, update).await?;
    let decision = dispatch(tree, &gathered, &house.live.now().catalog).await;
    if let Decision::Run { resolved, .. } = &decision {
        gathered.facts.tracks = gather::tracks(house, resolved, &gathered.facts).await;
        if !gathered.facts.tracks.is_empty() {
            gathered.facts.simulated_until = draw::simulated_until(house).await;
        }
    }
    let_a_canary_fly(house, &gathered, &decision);
    enact::enact(house, id, gathered, decision).await
}

/// What fails by itself would fail for ever, and everybody behind it would wait: it is done, and told.
async fn set_aside(
    house: &House,
    id: i64,
    request: Option<Request>,
    update: &Update,
    error: &StoreError,
) -> Result<(), StoreError> {
    tracing::error!(%error, inbox = id, "an update was set aside");
    let (now, slot) = (house.clock.now().wall, Slot(format!("{}/{}", update.channel, update.key)));
    let told = request.map(|request| Outbound {
        slot,
        place: request.place,
        thread: request.thread,
        reply_to: None,
        class: Class::Result,
        only: None,
        document: Document::line(Sign::Warning, text!("refuse.set_aside"), Ending::Badly),
        not_before: None,
        expires: None,
    });
    house
        .store
        .write(move |work| {
            work.done(id)?;
            told.iter().try_for_each(|told| work.post(told, now).map(drop))
        })
        .await
}

/// Before the job is there: its tasks would find the credential stopped.
fn let_a_canary_fly(house: &House, gathered: &Gathered, decision: &Decision) {
    let (Some(press), Decision::Run { .. }) = (&gathered.press, decision) else { return };
    let usable = press.used_at.is_none() && !press.void && press.until >= gathered.facts.now.wall;
    if let (Action::TryCredential { credential, .. }, true) = (&press.action, usable) {
        house.floor.retry_credential(credential);
        house.retries.ask(credential);
    }
}

async fn dispatch(tree: &Tree, gathered: &Gathered, catalog: &Arc<Catalog>) -> Decision {
    let values: DependencyMap = dptree::deps![Arc::new(gathered.clone()), catalog.clone()];
    match tree.dispatch(values).await {
        ControlFlow::Break(decision) => decision,
        ControlFlow::Continue(_) => Decision::Nothing,
    }
}

/// Leave, a place that moved, what is never run, press, typed line: one branch each, top to bottom.
fn switchyard() -> Tree {
    dptree::entry()
        .branch(
            dptree::filter(|gathered: Arc<Gathered>| gathered.request.what == What::Leave)
                .endpoint(|| async { Decision::Leave }),
        )
        .branch(dptree::filter_map(moved).endpoint(|from: Destination| async { Decision::Moved { from } }))
        .branch(dptree::filter_map(unfit).endpoint(
            |gathered: Arc<Gathered>, catalog: Arc<Catalog>, unfit: Unfit| async move {
                decide::unfit(&catalog, &gathered, unfit)
            },
        ))
        .branch(dptree::filter_map(pressed).endpoint(
            |gathered: Arc<Gathered>, catalog: Arc<Catalog>, press: Press| async move {
                decide::press(&catalog, &gathered, &press)
            },
        ))
        .branch(
            dptree::filter(|gathered: Arc<Gathered>| {
                matches!(gathered.request.what, What::Press(_) | What::Words { .. })
            })
            .endpoint(|gathered: Arc<Gathered>| async move { decide::unknown_press(&gathered) }),
        )
        .branch(dptree::filter_map(typed).endpoint(
            |gathered: Arc<Gathered>, catalog: Arc<Catalog>, line: String| async move {
                decide::line(&catalog, &gathered, &line)
            },
        ))
}

fn pressed(gathered: Arc<Gathered>) -> Option<Press> {
    gathered.press.clone()
}

fn typed(gathered: Arc<Gathered>) -> Option<String> {
    match &gathered.request.what {
        What::Line(line) => Some(line.clone()),
        What::Press(_) | What::Words { .. } | What::Leave | What::Unfit { .. } | What::Moved { .. } => None,
    }
}

fn unfit(gathered: Arc<Gathered>) -> Option<Unfit> {
    match gathered.request.what {
        What::Unfit { why, .. } => Some(why),
        _ => None,
    }
}

fn moved(gathered: Arc<Gathered>) -> Option<Destination> {
    match &gathered.request.what {
        What::Moved { from } => Some(from.clone()),
        _ => None,
    }
}
