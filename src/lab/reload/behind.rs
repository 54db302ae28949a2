//! Who is reached through whom: while a router is away, those that have no other way are cut off too, and nobody sees
//! a neighbour that has gone. Only labs whose plan says so ([`crate::lab::LabPlan::through`]).

use std::collections::BTreeSet;
use std::sync::{Arc, Weak};

use crate::lab::clock;
use crate::lab::presence::Ssh;
use crate::lab::router::{Inner, Router, lock};

/// All routers of the lab, in the order of its plan: parents stand before their children.
#[derive(Default)]
pub(crate) struct Around {
    routers: Vec<Weak<Inner>>,
}

impl Around {
    pub fn of(routers: &[Router]) -> Arc<Around> {
        Arc::new(Around { routers: routers.iter().map(|router| Arc::downgrade(&router.inner)).collect() })
    }

    fn routers(&self) -> impl Iterator<Item = Router> {
        self.routers.iter().filter_map(Weak::upgrade).map(|inner| Router { inner })
    }

    /// Somebody has gone or come back: returns when the doors of everybody else are as that makes them.
    pub async fn changed(&self) {
        let mut absent = BTreeSet::new();
        for router in self.routers() {
            let parents = &router.plan().parents;
            let cut_off = !parents.is_empty() && parents.iter().all(|parent| absent.contains(parent));
            if cut_off || router.presence().ssh != Ssh::Serves {
                absent.insert(router.name().to_owned());
            }
            if router.cut_off(cut_off) {
                router.take_effect(clock::now()).await;
            }
        }
        for router in self.routers() {
            lock(&router.inner.state).absent.clone_from(&absent);
        }
    }
}
