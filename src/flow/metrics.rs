//! The metrics file's housekeeping: roll-ups, what is too old, and what is said when the file had to be
//! set aside.

use super::House;
use crate::model::{Class, Document, Ending, Outbound, Sign, Slot};
use crate::store::StoreError;
use crate::store::metrics::{SetAside, is_damage};
use std::time::Duration;

/// How often roll-ups are brought up to date.
const TIDY: Duration = Duration::from_secs(300);

/// Runs until the house goes dark. `aside` is what the start had to set aside.
pub async fn run(house: &House, aside: Option<SetAside>) {
    if let Some(aside) = aside
        && let Err(error) = tell(house, &aside).await
    {
        tracing::error!(%error, "nobody could be told of the damaged metrics file");
    }
    let mut often = tokio::time::interval(TIDY);
    loop {
        tokio::select! {
            _ = often.tick() => {}
            () = house.stops.work.cancelled() => return,
        }
        match house.metrics.tidy(house.clock.now().wall).await {
            Ok(()) => {}
            Err(error) => failed(house, error, "measured values could not be rolled up").await,
        }
    }
}

/// Whoever could not read or write: logged, and a damaged file is set aside.
pub async fn failed(house: &House, error: StoreError, what: &str) {
    tracing::error!(%error, "{what}");
    if is_damage(&error)
        && let Err(error) = begin_anew(house, error).await
    {
        tracing::error!(%error, "a damaged metrics file could not be set aside");
    }
}

/// Sets the damaged file aside, begins a new one, and says so once.
pub async fn begin_anew(house: &House, error: StoreError) -> Result<(), StoreError> {
    match house.metrics.begin_anew(error, house.clock.now().wall).await? {
        Some(aside) => tell(house, &aside).await,
        None => Ok(()),
    }
}

/// The values are lost to pictures; alerts, backups and everything else are not.
pub async fn tell(house: &House, aside: &SetAside) -> Result<(), StoreError> {
    tracing::error!(file = %aside.path.display(), why = aside.why, "the metrics file was damaged and is set aside");
    let now = house.clock.now().wall;
    let name = aside.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let document = Document::line(Sign::Warning, text!("metrics.set_aside"), Ending::Badly)
        .with_detail(text!("metrics.where", file = name));
    let homes = house.homes.clone();
    house
        .store
        .write(move |work| {
            homes.iter().cloned().try_for_each(|place| {
                let notice = Outbound {
                    slot: Slot(format!("metrics/{}", now.0)),
                    place,
                    thread: None,
                    reply_to: None,
                    class: Class::Alert,
                    only: None,
                    document: document.clone(),
                    not_before: None,
                    expires: None,
                };
                work.post(&notice, now).map(drop)
            })
        })
        .await
}
