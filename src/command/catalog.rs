//! Every command that can be typed, from the program's own files and the user's, as one checked
//! value. Swapped as a whole: one mistake anywhere and there is no catalogue.

use super::file;
use crate::model::{Command, Problem, Source};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Clone, Debug)]
pub struct Catalog {
    commands: Arc<Vec<Arc<Command>>>,
    /// Name or alias to the name.
    words: BTreeMap<String, String>,
}

impl Catalog {
    /// Reads every file. `builtins` are the names that `run.builtin` may say. A file never overrides
    /// another one: a word that is taken is a mistake that names both files.
    pub fn new(sources: &[Source], builtins: &[&str]) -> Result<Catalog, Vec<Problem>> {
        let mut commands = Vec::new();
        let mut problems = Vec::new();
        let mut owners: BTreeMap<String, (String, String)> = BTreeMap::new();
        for source in sources {
            let read = file::read(source, builtins);
            problems.extend(read.problems);
            let name = read.words.first().map(|(name, _)| name.clone()).unwrap_or_default();
            for (word, line) in read.words.into_iter().filter(|(word, _)| !word.is_empty()) {
                match owners.get(&word) {
                    Some((owner, _)) => problems.push(taken(source, line, &word, owner)),
                    None => {
                        owners.insert(word, (source.file.clone(), name.clone()));
                    }
                }
            }
            commands.extend(read.commands.into_iter().map(Arc::new));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        commands.sort_by(|left, right| left.name.cmp(&right.name));
        let words = owners.into_iter().map(|(word, (_, name))| (word, name)).collect();
        Ok(Catalog { commands: Arc::new(commands), words })
    }

    /// By name; the actions of a command in the order of its file.
    pub fn commands(&self) -> &Arc<Vec<Arc<Command>>> {
        &self.commands
    }

    /// The command of that name or alias, in any case: all its actions. Empty when there is none.
    pub fn named(&self, word: &str) -> Vec<Arc<Command>> {
        let Some(name) = self.words.get(&word.to_lowercase()) else { return Vec::new() };
        self.commands.iter().filter(|command| command.name == *name).cloned().collect()
    }

    /// Every name and alias.
    /// Whether a typed line names a command of this catalogue, in full.
    pub fn knows(&self, typed: &str) -> bool {
        let word = typed.trim_start().strip_prefix('/').and_then(|line| line.split_whitespace().next());
        word.is_some_and(|word| !self.named(word).is_empty())
    }

    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.keys().map(String::as_str)
    }
}

fn taken(source: &Source, line: usize, word: &str, owner: &str) -> Problem {
    let what = match owner == source.file {
        true => format!("/{word} is there twice"),
        false => format!("/{word} is taken by {owner}"),
    };
    Problem { file: source.file.clone(), line, what, hint: "choose another name".to_owned() }
}
