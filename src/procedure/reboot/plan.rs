//! The steps that change a router, each as a plan made from the proof for exactly that step.

use crate::model::permit::TooDangerous;
use crate::model::{Ask, Authorized, Device, Dialogue, Plan};

/// One dialogue with one router, within what was proven.
pub fn said(proof: &Authorized, device: &Device, dialogue: Dialogue) -> Result<Plan, TooDangerous> {
    Plan::changing(proof, device.clone(), vec![Ask::Dialogue(dialogue)])
}
