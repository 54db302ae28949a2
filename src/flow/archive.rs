//! Version rows that are not yet in git are copied there, oldest first. The rows are the truth; git
//! can be deleted and is made anew from them.

use super::{AFTER_ERROR, House};
use crate::archive::{Archive, ArchiveError, Entry};
use crate::store::{Changes, StoreError, Topic, Version};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const BATCH: usize = 50;
/// After a failure of git the rows wait this long; they are lost to nobody.
const AFTER_FAILURE: Duration = Duration::from_secs(60);

/// Runs until the house goes dark. After any failure the repository is opened anew: somebody may
/// have deleted it, and it is made again.
pub async fn run(house: &House, data: PathBuf) {
    let mut changes = house.store.changes();
    while !house.stops.deliver.is_cancelled() {
        let pause = match follow(house, &data, &mut changes).await {
            Ok(()) => return,
            Err(Failed::Store(error)) => {
                tracing::error!(%error, "versions could not be read or marked");
                AFTER_ERROR
            }
            Err(Failed::Git(error)) => {
                tracing::error!(%error, "the git archive could not be written; the versions wait");
                AFTER_FAILURE
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = house.stops.deliver.cancelled() => {}
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Git(#[from] ArchiveError),
}

/// Copies what waits, then waits for more.
async fn follow(house: &House, data: &Path, changes: &mut Changes) -> Result<(), Failed> {
    let archive = Arc::new(Archive::opened(data.to_owned()).await?);
    if archive.is_empty()? {
        house.store.write(|work| work.forget_archive().map(drop)).await?;
    }
    loop {
        while copy(house, &archive).await? > 0 {}
        tokio::select! {
            _ = changes.of(&[Topic::Versions]) => {}
            () = house.stops.deliver.cancelled() => return Ok(()),
        }
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
        let commit = archive.clone().kept(entry).await?;
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
        (_, 0, 0) => format!("{name}: first backup"),
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
