//! The redacted configurations as a git repository that people open with their own tools. Versions
//! walk in, oldest first, and become commits; nothing is ever read back for the bot's own answers,
//! because the database's rows are the truth and the repository can be made anew from them.
//! gix and not git2: pure Rust (no C build, no linking exception to explain), and 90 crates are a
//! fair price for a history that every git tool reads. Every call blocks.

use crate::model::Timestamp;
use gix::actor::Signature;
use gix::bstr::BString;
use gix::objs::tree::EntryKind;
use gix::{ObjectId, Repository, ThreadSafeRepository};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[cfg(test)]
mod tests;

const BRANCH: &str = "refs/heads/main";
const DESCRIPTION: &str =
    "Redacted configurations of routers, written by Patchbay. It is a copy: deleted, it is made anew.\n";

/// One version of one router's configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// See [`path_of`].
    pub path: String,
    pub text: String,
    /// Who changed it, as the router's header says; empty becomes `unknown`.
    pub author: String,
    pub at: Timestamp,
    pub message: String,
}

/// `<device>.cfg`, without the site: a router that moves to another site keeps one history under
/// one name, and a site may be called what no path can be.
pub fn path_of(device: &crate::model::DeviceName) -> String {
    format!("{device}.cfg")
}

/// Why a version did not become a commit. Its row waits and is tried again.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ArchiveError {
    /// The repository is there and cannot be read.
    #[error(
        "the git repository {folder} cannot be opened ({why}); delete it, and it is made anew from the database"
    )]
    Damaged { folder: String, why: String },
    #[error("the git repository {folder} cannot be made: {why}")]
    NotMade { folder: String, why: String },
    /// A name that git or a file system does not take.
    #[error("{path:?} is no path for a configuration")]
    Path { path: String },
    #[error("the git repository cannot be written: {why}")]
    Write { why: String },
}

pub struct Archive {
    repository: ThreadSafeRepository,
    folder: PathBuf,
}

impl Archive {
    /// Opens `configs.git` in the data folder, or makes it. Only one process may have it open to
    /// write: the holder of the store's lock.
    pub fn open(data: &Path) -> Result<Archive, ArchiveError> {
        let folder = data.join("configs.git");
        if !folder.exists() {
            make(&folder).map_err(|why| ArchiveError::NotMade { folder: shown(&folder), why })?;
        }
        remove_stale_locks(&folder);
        let repository = isolated()
            .open(&folder)
            .map_err(|why| ArchiveError::Damaged { folder: shown(&folder), why: told(&why) })?;
        Ok(Archive { repository, folder })
    }

    /// [`Archive::open`] on a thread that may block.
    pub async fn opened(data: PathBuf) -> Result<Archive, ArchiveError> {
        let folder = shown(&data);
        let opened = tokio::task::spawn_blocking(move || Archive::open(&data)).await;
        opened.unwrap_or_else(|why| Err(ArchiveError::NotMade { folder, why: why.to_string() }))
    }

    /// [`Archive::store`] on a thread that may block.
    pub async fn kept(self: Arc<Self>, entry: Entry) -> Result<String, ArchiveError> {
        let stored = tokio::task::spawn_blocking(move || self.store(&entry)).await;
        stored.unwrap_or_else(|why| Err(ArchiveError::Write { why: why.to_string() }))
    }

    /// Nothing is in it. When the database says that versions are, it was deleted: every version
    /// must be stored again.
    pub fn is_empty(&self) -> Result<bool, ArchiveError> {
        Ok(self.head(&self.repository.to_thread_local())?.is_none())
    }

    /// Puts the version on top of the branch and leaves every other file as it is. The answer is the
    /// commit that holds it; when the branch has this very text already (a crash came between the
    /// commit and the note of it) no second commit is made.
    pub fn store(&self, entry: &Entry) -> Result<String, ArchiveError> {
        let path = checked(&entry.path)?;
        let repository = self.repository.to_thread_local();
        let head = self.head(&repository)?;
        let tree = self.tree(&repository, head)?;
        let blob = repository.write_blob(&entry.text).map_err(write)?.detach();
        let mut editor = repository.edit_tree(tree).map_err(write)?;
        editor.upsert(path, EntryKind::Blob, blob).map_err(write)?;
        let new_tree = editor.write().map_err(write)?.detach();
        match head {
            Some(head) if new_tree == tree => Ok(head.to_string()),
            _ => commit(&repository, entry, new_tree, head),
        }
    }

    /// The newest commit of the branch.
    fn head(&self, repository: &Repository) -> Result<Option<ObjectId>, ArchiveError> {
        let branch = repository.try_find_reference(BRANCH).map_err(|why| self.damaged(&why))?;
        let id = branch.map(|mut branch| branch.peel_to_id().map(gix::Id::detach));
        id.transpose().map_err(|why| self.damaged(&why))
    }

    fn tree(&self, repository: &Repository, head: Option<ObjectId>) -> Result<ObjectId, ArchiveError> {
        let Some(head) = head else { return Ok(ObjectId::empty_tree(repository.object_hash())) };
        let commit = repository.find_commit(head).map_err(|why| self.damaged(&why))?;
        Ok(commit.tree_id().map_err(|why| self.damaged(&why))?.detach())
    }

    fn damaged(&self, why: &dyn Error) -> ArchiveError {
        ArchiveError::Damaged { folder: shown(&self.folder), why: told(why) }
    }
}

/// Only the repository's own settings count: not the user's, not the environment's.
fn isolated() -> gix::open::Options {
    gix::open::Options::isolated().with(gix::sec::Trust::Full)
}

/// Made beside and then renamed, so that a crash leaves either nothing or all of it.
fn make(folder: &Path) -> Result<(), String> {
    let beside = folder.with_extension("git.new");
    let io = |why: std::io::Error| told(&why);
    if beside.exists() {
        std::fs::remove_dir_all(&beside).map_err(io)?;
    }
    let (kind, options) = (gix::create::Kind::Bare, gix::create::Options::default());
    // The default branch is `main` unless a setting says otherwise, and an isolated one has none.
    ThreadSafeRepository::init_opts(&beside, kind, options, isolated()).map_err(|why| told(&why))?;
    std::fs::write(beside.join("description"), DESCRIPTION).map_err(io)?;
    std::fs::rename(&beside, folder).map_err(io)
}

/// A process that was killed while it moved the branch leaves a lock file for ever. Nobody else
/// writes here, so what is found at the start is such a one.
fn remove_stale_locks(folder: &Path) {
    for name in ["HEAD.lock".to_owned(), format!("{BRANCH}.lock")] {
        // Most of the time there is none.
        let _ = std::fs::remove_file(folder.join(name));
    }
}

fn commit(
    repository: &Repository,
    entry: &Entry,
    tree: ObjectId,
    parent: Option<ObjectId>,
) -> Result<String, ArchiveError> {
    let time = gix::date::Time::new((entry.at.0 / 1000).max(0), 0);
    let author = Signature { name: actor(&entry.author), email: "router".into(), time };
    let committer = Signature { name: "Patchbay".into(), email: "patchbay".into(), time };
    let message = entry.message.replace('\0', "");
    let id = repository
        .commit_as(
            committer.to_ref(&mut gix::date::parse::TimeBuf::default()),
            author.to_ref(&mut gix::date::parse::TimeBuf::default()),
            BRANCH,
            message,
            tree,
            parent,
        )
        .map_err(write)?;
    Ok(id.to_string())
}

/// A name as git takes it: routers tell whatever people typed at the login.
fn actor(name: &str) -> BString {
    let clean: String = name.chars().filter(|c| !c.is_control() && !matches!(c, '<' | '>')).collect();
    match clean.trim_matches(|c: char| c.is_whitespace() || ".,:;\"'\\".contains(c)) {
        "" => "unknown".into(),
        name => name.into(),
    }
}

/// No way out of the repository, nothing hidden, nothing that git keeps for itself.
fn checked(path: &str) -> Result<&str, ArchiveError> {
    let fits = |part: &str| {
        part.starts_with(|c: char| c.is_alphanumeric())
            && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' '))
    };
    match path.split('/').all(fits) {
        true => Ok(path),
        false => Err(ArchiveError::Path { path: path.to_owned() }),
    }
}

fn write(why: impl Error) -> ArchiveError {
    ArchiveError::Write { why: told(&why) }
}

/// The error with its causes, in one line.
fn told(why: &dyn Error) -> String {
    let mut words = why.to_string();
    let mut cause = why.source();
    while let Some(why) = cause {
        words.push_str(": ");
        words.push_str(&why.to_string());
        cause = why.source();
    }
    words
}

fn shown(folder: &Path) -> String {
    folder.display().to_string()
}
