//! Opening, stacking and changing modals.

use serde_json::{Value, json};

use crate::lab::slack::Inner;
use crate::lab::slack::arguments::Arguments;
use crate::lab::slack::blocks::check_modal;
use crate::lab::slack::modals::View;
use crate::lab::slack::refusal::{Answered, Refusal};
use crate::lab::slack::world::World;

fn view(arguments: &Arguments) -> &Value {
    arguments.get("view").unwrap_or(&Value::Null)
}

fn shown(world: &World, id: &str) -> Answered {
    let body = world.views.get(id).map(View::form).ok_or_else(|| Refusal::new("not_found"))?;
    Ok(json!({ "view": body }))
}

pub(crate) fn open(inner: &Inner, arguments: &Arguments) -> Answered {
    let view = view(arguments);
    // A view that is refused leaves the trigger unused.
    check_modal(view)?;
    inner.change(|world| {
        let (user, _) = world.redeem(arguments.needed("trigger_id")?, &inner.plan)?;
        let id = world.show(&user, view, None)?;
        shown(world, &id)
    })
}

pub(crate) fn push(inner: &Inner, arguments: &Arguments) -> Answered {
    let view = view(arguments);
    // A view that is refused leaves the trigger unused.
    check_modal(view)?;
    inner.change(|world| {
        let (user, below) = world.redeem(arguments.needed("trigger_id")?, &inner.plan)?;
        let below = below.filter(|below| world.views.contains_key(below));
        let below = below.ok_or_else(|| Refusal::new("invalid_trigger_id"))?;
        let id = world.show(&user, view, Some(&below))?;
        shown(world, &id)
    })
}

pub(crate) fn update(inner: &Inner, arguments: &Arguments) -> Answered {
    inner.change(|world| {
        let id = world.view_id(arguments.text("view_id"), arguments.text("external_id"))?;
        if arguments.text("hash").is_some_and(|hash| !world.is_newest(&id, hash)) {
            return Err(Refusal::new("hash_conflict"));
        }
        world.reshow(&id, view(arguments))?;
        shown(world, &id)
    })
}
