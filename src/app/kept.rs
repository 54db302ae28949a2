//! Answers of the store that are asked for at every poll, kept until a commit touches their topic: a
//! thousand routers a minute must not read the same password from the disk each time. What the command
//! line writes is noticed within a second, as everywhere.

use crate::store::{Store, StoreError, Topic};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

pub(super) struct Kept<K, V> {
    topic: Topic,
    inner: Mutex<(u64, BTreeMap<K, V>)>,
}

impl<K: Ord + Clone, V: Clone> Kept<K, V> {
    pub(super) fn new(topic: Topic) -> Kept<K, V> {
        Kept { topic, inner: Mutex::new((0, BTreeMap::new())) }
    }

    /// The answer that is kept, or a new one.
    pub(super) async fn get(
        &self,
        store: &Store,
        key: K,
        read: impl Future<Output = Result<V, StoreError>>,
    ) -> Result<V, String> {
        // Before reading: a commit in between makes the next one read again.
        let generation = store.generation(&[self.topic]);
        if let Some(kept) = self.lock(generation).get(&key) {
            return Ok(kept.clone());
        }
        let fresh = read.await.map_err(|error| error.to_string())?;
        self.lock(generation).insert(key, fresh.clone());
        Ok(fresh)
    }

    fn lock(&self, generation: u64) -> impl std::ops::DerefMut<Target = BTreeMap<K, V>> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.0 != generation {
            *inner = (generation, BTreeMap::new());
        }
        Map(inner)
    }
}

/// The map behind its lock.
struct Map<'a, K, V>(std::sync::MutexGuard<'a, (u64, BTreeMap<K, V>)>);

impl<K, V> std::ops::Deref for Map<'_, K, V> {
    type Target = BTreeMap<K, V>;

    fn deref(&self) -> &BTreeMap<K, V> {
        &self.0.1
    }
}

impl<K, V> std::ops::DerefMut for Map<'_, K, V> {
    fn deref_mut(&mut self) -> &mut BTreeMap<K, V> {
        &mut self.0.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Reader, Timestamp};
    use crate::store::Access;

    #[tokio::test]
    async fn an_answer_is_kept_until_its_topic_is_touched() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), Access::Bot).unwrap();
        let kept = Kept::new(Topic::People);
        let people = || store.read(|view| Ok(view.people()?.len()));
        assert_eq!(kept.get(&store, "people", people()).await, Ok(0));
        store.write(|work| work.set_meta("other", "topic")).await.unwrap();
        assert_eq!(kept.get(&store, "people", async { panic!("it is kept") }).await, Ok(0));
        let add = |work: &mut crate::store::Work<'_>| {
            work.add_person("ann", "viewer", &Reader::default(), &[], Timestamp(0)).map(drop)
        };
        store.write(add).await.unwrap();
        assert_eq!(kept.get(&store, "people", people()).await, Ok(1), "the password that was just set");
    }
}
