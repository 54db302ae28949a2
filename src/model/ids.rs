//! One newtype for each noun that has a number. A number is shown as `#n`; one sequence a noun.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "#{}", self.0)
            }
        }
    )*};
}

ids! {
    /// A router in the inventory. Never reused: history names it.
    DeviceId
    /// A human being with one or more identities.
    PersonId
    /// One accepted command that works on routers.
    JobId
    /// One version of a router's configuration.
    VersionId
    /// One stored file that a message carries.
    AttachmentId
    /// One row of the outbox.
    OutboundId
    /// A question that waits for its answer.
    DialogId
    /// One firing of an alert, from its beginning to its end.
    IncidentId
    /// One silence.
    SilenceId
    /// One subscription.
    SubscriptionId
    /// One freeze.
    FreezeId
    /// One rule of the policy.
    GrantId
}
