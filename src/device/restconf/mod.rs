//! RESTCONF (RFC 8040): a [`Plan`](crate::model::Plan) of GETs goes in, one [`Outcome`](crate::model::Outcome) an ask
//! comes out. Here are the only HTTPS sockets to routers; nothing here writes to one.
//! Reading order: poll, permits, route (one client a device), certificate, exchange (one GET), answer, trouble, fields.

mod answer;
mod certificate;
mod exchange;
mod fields;
mod permits;
mod poll;
mod route;
mod trouble;

#[cfg(test)]
mod tests;

pub(super) use poll::poll;

use super::{Learned, RestconfSettings};
use certificate::Judges;
use fields::Fields;
use permits::Permits;
use route::Routes;
use std::sync::Arc;

/// What the floor keeps between polls.
pub(super) struct Restconf {
    settings: RestconfSettings,
    permits: Permits,
    routes: Routes,
    fields: Fields,
}

impl Restconf {
    pub fn new(settings: RestconfSettings, learned: Arc<dyn Learned>) -> Restconf {
        let routes = Routes::new(Judges::new(&settings.ca), settings.connect);
        Restconf { permits: Permits::new(settings.polls), routes, fields: Fields::new(learned), settings }
    }
}
