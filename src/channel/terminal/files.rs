//! Files of messages, written into one folder under names that cannot leave it. A file is written
//! once, however often its message is shown.

use super::super::columns::file_name;
use crate::model::{AttachmentId, Block, Drawn, Message, Reader, Slot, Text, Texts, Timestamp};
use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// What became of one file.
#[derive(Clone, Debug, PartialEq)]
pub enum Saved {
    At(PathBuf),
    Not { why: String },
}

pub struct Files {
    folder: PathBuf,
    /// Pictures have one of their own: people look through them.
    charts: PathBuf,
    saved: Mutex<BTreeMap<Content, PathBuf>>,
}

/// What makes two files the same file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Content {
    Attached(AttachmentId),
    Listed(Slot, i64, String),
    /// Which picture of a message.
    Drawn(Slot, i64, usize),
}

impl Files {
    pub fn new(folder: PathBuf, charts: PathBuf) -> Files {
        Files { folder, charts, saved: Mutex::new(BTreeMap::new()) }
    }

    /// Where each picture of the message is now, in order; none for one that could not be drawn. An
    /// edit is not drawn anew: its picture is that of the version before. Blocks on the disk.
    pub fn save_pictures(&self, message: &Message) -> Vec<Option<Saved>> {
        let save = |(at, drawn): (usize, &Drawn)| match drawn.png.is_empty() {
            true => self.drawn_before(&message.slot, at),
            false => {
                let content = Content::Drawn(message.slot.clone(), message.version, at);
                Some(self.save_one(&self.charts, content, &drawn.name, &drawn.png))
            }
        };
        message.pictures.iter().enumerate().map(save).collect()
    }

    fn drawn_before(&self, slot: &Slot, at: usize) -> Option<Saved> {
        let saved = self.saved.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let is_it = |content: &Content| match content {
            Content::Drawn(its, _, place) => its == slot && *place == at,
            Content::Attached(_) | Content::Listed(..) => false,
        };
        saved.iter().rev().find(|(content, _)| is_it(content)).map(|(_, path)| Saved::At(path.clone()))
    }

    /// Where each file of the message is now, in order. Blocks on the disk.
    pub fn save(&self, message: &Message, texts: &Texts) -> Vec<Saved> {
        let mut contents = message.files.iter();
        let mut saved = Vec::new();
        for block in &message.document.blocks {
            match block {
                Block::File { name, attachment, .. } => saved.push(match contents.next() {
                    Some(bytes) => self.save_one(&self.folder, Content::Attached(*attachment), name, bytes),
                    None => Saved::Not { why: ErrorKind::NotFound.to_string() },
                }),
                Block::Listing { name, lines } => {
                    let content = Content::Listed(message.slot.clone(), message.version, name.clone());
                    let text = written(lines, texts, &message.reader, message.now);
                    saved.push(self.save_one(&self.folder, content, name, text.as_bytes()));
                }
                Block::Line { .. }
                | Block::Detail { .. }
                | Block::Table(_)
                | Block::Raw(_)
                | Block::Picture(_)
                | Block::Progress { .. } => {}
            }
        }
        saved
    }

    fn save_one(&self, folder: &Path, content: Content, name: &str, bytes: &[u8]) -> Saved {
        let mut saved = self.saved.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(path) = saved.get(&content) {
            return Saved::At(path.clone());
        }
        match write(folder, &file_name(name), bytes) {
            Ok(path) => {
                saved.insert(content, path.clone());
                Saved::At(path)
            }
            Err(error) => Saved::Not { why: error.kind().to_string() },
        }
    }
}

/// A listing's bytes: each text ends with one line end.
pub fn written(lines: &[Text], texts: &Texts, reader: &Reader, now: Timestamp) -> String {
    lines.iter().map(|line| format!("{}\n", texts.render(line, reader, now).trim_end())).collect()
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let (path, mut file) = create(folder, name)?;
    match file.write_all(bytes) {
        Ok(()) => Ok(path),
        Err(error) => {
            // Half a configuration that looks whole is worse than none.
            let _ = std::fs::remove_file(&path);
            Err(error)
        }
    }
}

/// A new file: `R1.txt`, else `R1-2.txt` and so on. Never follows or overwrites what is there.
fn create(folder: &Path, name: &str) -> io::Result<(PathBuf, File)> {
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => (stem, format!(".{ending}")),
        _ => (name, String::new()),
    };
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let others = (2..10_000).map(|number| format!("{stem}-{number}{ending}"));
    for candidate in std::iter::once(name.to_owned()).chain(others) {
        let path = folder.join(candidate);
        match options.open(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            opened => return opened.map(|file| (path, file)),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_files_of_one_name_are_two_files_and_one_attachment_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new(folder.path().join("files"), folder.path().join("charts"));
        let save = |content, bytes: &[u8]| files.save_one(&files.folder, content, "R1.txt", bytes);
        let at = |name: &str| Saved::At(folder.path().join("files").join(name));
        assert_eq!(save(Content::Attached(AttachmentId(1)), b"one"), at("R1.txt"));
        assert_eq!(save(Content::Attached(AttachmentId(2)), b"two"), at("R1-2.txt"));
        assert_eq!(save(Content::Attached(AttachmentId(1)), b"one"), at("R1.txt"));
        let listed = |version| Content::Listed(Slot("a".to_owned()), version, "R1.txt".to_owned());
        assert_eq!(save(listed(1), b"three"), at("R1-3.txt"));
        assert_eq!(save(listed(1), b"three"), at("R1-3.txt"));
        assert_eq!(save(listed(2), b"four"), at("R1-4.txt"));
        assert_eq!(std::fs::read(folder.path().join("files/R1-2.txt")).unwrap(), b"two");
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_said() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let files = Files::new(file.path().join("files"), file.path().join("charts"));
        assert!(matches!(
            files.save_one(&files.folder, Content::Attached(AttachmentId(1)), "R1.txt", b""),
            Saved::Not { .. }
        ));
    }
}
