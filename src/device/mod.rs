//! Placeholder.
use crate::model::{Outcome, Plan};
use tokio_util::sync::CancellationToken;
pub struct Floor;
impl Floor {
    pub async fn run(&self, _group: i64, _plan: &Plan, _stop: CancellationToken) -> Vec<Outcome> {
        Vec::new()
    }
}
