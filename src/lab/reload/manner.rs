//! How a router goes and comes back: the knobs of a reload, as values of the plan that a test may change at any time.

use std::time::Duration;

use crate::lab::fault::Fault;

/// What the open connections see when the router goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Parting {
    /// They are closed in order.
    #[default]
    Close,
    Reset,
    /// They stay open and nothing more is said, until the router is back and knows nothing of them.
    Silence,
}

/// What a new connection sees while the router is away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Knock {
    #[default]
    Refused,
    /// Taken, and nothing is ever said.
    Silent,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Return {
    #[default]
    Rebooted,
    /// It was only away: same boot time, same configuration.
    NotRebooted,
    /// Away until [`crate::lab::Router::power_on`].
    Never,
}

/// What RESTCONF answers to the reload operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RpcAnswer {
    #[default]
    Result,
    NoContent,
    /// The connection ends without an answer.
    Cut,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReloadManner {
    /// From the last key to the moment at which it is gone.
    pub lingers: Duration,
    pub parting: Parting,
    pub knock: Knock,
    /// From gone to the first answer over SSH.
    pub away: Duration,
    /// From then on nobody listens for HTTPS for so long.
    pub restconf_refused: Duration,
    /// And then RESTCONF answers 503 and 404 for so long.
    pub restconf_starting: Duration,
    pub returns: Return,
    pub new_certificate: bool,
    pub new_host_key: bool,
    /// From the boot until the neighbours of BGP, OSPF and CDP are seen again.
    pub neighbours_after: Duration,
    /// Put in force when it boots: ports and neighbours that stay missing.
    pub afterwards: Vec<Fault>,
    /// How long a minute of the router's own timer lasts.
    pub minute: Duration,
    /// `reload in` says when, and not only how long.
    pub says_when: bool,
    pub rpc: RpcAnswer,
}

impl Default for ReloadManner {
    /// Seven seconds, then a few more until all is as it was.
    fn default() -> ReloadManner {
        ReloadManner {
            lingers: Duration::from_millis(300),
            parting: Parting::default(),
            knock: Knock::default(),
            away: Duration::from_secs(7),
            restconf_refused: Duration::from_secs(1),
            restconf_starting: Duration::from_secs(1),
            returns: Return::default(),
            new_certificate: false,
            new_host_key: false,
            neighbours_after: Duration::from_secs(4),
            afterwards: Vec::new(),
            minute: Duration::from_secs(60),
            says_when: false,
            rpc: RpcAnswer::default(),
        }
    }
}

impl ReloadManner {
    /// For tests: gone at once and back after about `away`, everything else in a fraction of it.
    pub fn quick(away: Duration) -> ReloadManner {
        ReloadManner {
            lingers: away / 10,
            away,
            restconf_refused: away / 10,
            restconf_starting: away / 10,
            neighbours_after: away / 5,
            ..ReloadManner::default()
        }
    }
}
