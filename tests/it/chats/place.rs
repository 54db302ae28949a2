//! The real program in a folder of its own, with the doors to services that live on inside the test.

use super::{SLACK, TG, Town, soon};
use crate::process::{Home, Session};
use patchbay::lab::LabPlan;
use patchbay::lab::telegram::{Call, Message};
use patchbay::store::{Access, JobFilter, Store};
use std::sync::mpsc::{Sender, channel};

/// The program's own folder, and the services that it talks to.
pub struct Place {
    pub home: Home,
    pub town: Town,
}

impl Place {
    pub async fn new() -> Place {
        Place::of(Home::new(LabPlan::fleet(2)).await, Town::new().await).await
    }

    pub async fn of(home: Home, town: Town) -> Place {
        home.set(&town.settings(home.path("key").parent().unwrap()));
        let identity = |channel: &str, external: &str| format!("{channel}:{external}");
        let (tg, slack) = (identity(TG, &town.ann.tg.id().to_string()), identity(SLACK, &town.ann.slack));
        for identity in [&tg, &slack] {
            home.cli(&["person", "set", "ann", "--identity", identity]).well();
        }
        Place { home, town }
    }

    /// Starts the program; it listens at both services.
    pub async fn runs(&self) -> Session {
        let waits = |call: &Call| call.method == "getUpdates" && call.args["timeout"].as_u64() > Some(0);
        let before = self.town.telegram.calls().into_iter().filter(waits).count();
        let mut session = self.home.run();
        session.logs("the socket is open");
        soon("a long poll", self.town.telegram.calls_by(before + 1, waits)).await;
        session
    }

    /// Nobody else writes into the database until the sender is dropped.
    pub fn locked(&self) -> Sender<()> {
        let (hold, held) = channel::<()>();
        let (says, is_locked) = channel();
        let data = self.home.data();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                let store = Store::open(&data, Access::Beside).unwrap();
                let work = store.write(move |_| {
                    says.send(()).unwrap();
                    let _ = held.recv();
                    Ok(())
                });
                work.await.unwrap();
                store.close().await;
            });
        });
        is_locked.recv().unwrap();
        hold
    }

    pub async fn jobs(&self) -> usize {
        self.home.read(|view| Ok(view.recent_jobs(&JobFilter::default(), 99)?.len())).await
    }

    pub async fn silences(&self) -> usize {
        self.home.read(|view| Ok(view.silences(crate::world::now())?.len())).await
    }

    pub async fn all_is_said(&self, session: &mut Session) {
        self.home.is_so(session, |view| Ok(view.unsettled()? == 0)).await;
    }

    /// What the bot said in the group below a message.
    pub fn below(&self, said: i64) -> Vec<Message> {
        let all = self.town.group.from_bot().into_iter();
        all.filter(|message| message.reply_to == Some(said)).collect()
    }
}
