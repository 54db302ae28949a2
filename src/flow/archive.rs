//! Version rows that are not yet in git are copied there, oldest first. The rows are the truth; git
//! can be deleted and is made anew from them.

use super::{AFTER_ERROR, House};
use crate::archive::{Archive, Entry};
use crate::store::{StoreError, Topic, Version};
use std::sync::Arc;
use std::time::Duration;

const BATCH: usize = 50;
/// After a failure of git the rows wait this long; they are lost to nobody.
const AFTER_FAILURE: Duration = Duration::from_secs(60);

/// Runs until the house goes dark.
pub async fn run(house: &House, archive: Arc<Archive>) {
    let mut changes = house.store.changes();
    loop {
        let pause = match copy(house, &archive).await {
            Ok(0) => None,
            Ok(_) => continue,
            Err(Failed::Store(error)) => {
                tracing::error!(%error, "versions could not be read or marked");
                Some(AFTER_ERROR)
            }
            Err(Failed::Git(why)) => {
                tracing::error!(why, "the git archive could not be written; the versions wait");
                Some(AFTER_FAILURE)
            }
        };
        tokio::select! {
            _ = changes.of(&[Topic::Versions]), if pause.is_none() => {}
            () = tokio::time::sleep(pause.unwrap_or_default()), if pause.is_some() => {}
            () = house.stops.deliver.cancelled() => return,
        }
    }
}

enum Failed {
    Store(StoreError),
    Git(String),
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Failed::Store(error)
    }
}

async fn copy(house: &House, archive: &Arc<Archive>) -> Result<usize, Failed> {
    let waiting = house
        .store
        .read(|view| {
            let versions = view.waiting_for_archive(BATCH)?;
            versions.into_iter().map(|version| entry(view, version)).collect::<Result<Vec<_>, _>>()
        })
        .await?;
    let count = waiting.len();
    for (id, entry) in waiting {
        let archive = archive.clone();
        let stored = tokio::task::spawn_blocking(move || archive.store(&entry)).await;
        let commit = match stored {
            Ok(Ok(commit)) => commit,
            Ok(Err(error)) => return Err(Failed::Git(error.to_string())),
            Err(error) => return Err(Failed::Git(error.to_string())),
        };
        house.store.write(move |work| work.archived(id, &commit)).await?;
    }
    Ok(count)
}

fn entry(
    view: &crate::store::View,
    version: Version,
) -> Result<(crate::model::VersionId, Entry), StoreError> {
    let name = view.device_name(version.device)?.unwrap_or_else(|| format!("device-{}", version.device.0));
    let text = view.redacted(version.id)?.unwrap_or_default();
    let message = match (&version.author, version.added, version.removed) {
        (Some(author), added, removed) => format!("{name}: +{added} -{removed} lines, by {author}"),
        (None, added, removed) => format!("{name}: +{added} -{removed} lines"),
    };
    let entry = Entry {
        path: format!("{name}.cfg"),
        text,
        author: version.author.unwrap_or_else(|| "unknown".to_owned()),
        at: version.taken_at,
        message,
    };
    Ok((version.id, entry))
}
