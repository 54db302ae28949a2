//! Whether a router is there: what its doors do while it reloads, besides what faults do to them.

use super::connections::End;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Presence {
    pub ssh: Ssh,
    pub restconf: Restconf,
    /// How those who are inside learn that it has gone.
    pub end: End,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ssh {
    #[default]
    Serves,
    Refused,
    /// Connections are taken and nothing is said.
    Silent,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Restconf {
    #[default]
    Serves,
    Refused,
    Silent,
    /// The web server is up and what stands behind it is not: this status.
    Starting(u16),
}

impl Presence {
    pub fn gone(end: End) -> Presence {
        Presence { ssh: Ssh::Refused, restconf: Restconf::Refused, end }
    }

    pub fn silent(end: End) -> Presence {
        Presence { ssh: Ssh::Silent, restconf: Restconf::Silent, end }
    }

    pub fn back(restconf: Restconf) -> Presence {
        Presence { restconf, ..Presence::default() }
    }
}
