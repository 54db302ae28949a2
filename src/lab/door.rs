//! One door of a router: an address that listens, or does not while somebody keeps it shut, and the connections that
//! came in by it.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::connections::{Connections, End, Inside};
use super::wire::{Fuse, doubled};

pub(crate) struct Door {
    pub address: SocketAddr,
    pub connections: Arc<Connections>,
    /// Whether somebody shall listen, and whether somebody does.
    wanted: watch::Sender<bool>,
    open: watch::Sender<bool>,
}

/// A connection that was let in; `inside` is its place among the others.
pub(crate) struct Guest {
    pub stream: TcpStream,
    pub fuse: Fuse,
    pub inside: Inside,
}

impl Door {
    pub fn new(address: SocketAddr) -> Door {
        Door {
            address,
            connections: Arc::default(),
            wanted: watch::Sender::new(true),
            open: watch::Sender::new(true),
        }
    }

    /// Returns when it is so; whoever is inside a door that shuts is thrown out.
    pub async fn set(&self, open: bool) {
        self.part(open, Some(End::Close)).await;
    }

    /// The same, and whoever is inside sees this end, or none.
    pub async fn part(&self, open: bool, end: Option<End>) {
        self.wanted.send_replace(open);
        // The sender lives as long as this door, so the wait cannot end with an error.
        let _ = self.open.subscribe().wait_for(|is| *is == open).await;
        if let (false, Some(end)) = (open, end) {
            self.connections.end_all(end);
        }
    }

    /// Serves until the task is aborted; each connection has a task of its own.
    pub async fn serve<F>(&self, listener: TcpListener, each: impl Fn(Guest) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut listener = Some(listener);
        let mut wanted = self.wanted.subscribe();
        let mut inside = JoinSet::new();
        loop {
            self.open.send_replace(listener.is_some());
            while inside.try_join_next().is_some() {}
            let Some(listening) = &listener else {
                // The sender lives in the router that this task holds, so the wait cannot end with an error.
                let _ = wanted.wait_for(|open| *open).await;
                listener = self.listen_again().await;
                continue;
            };
            tokio::select! {
                // Let in here and not by the connection's own task, which may not have begun when the door shuts.
                taken = listening.accept() => match taken.and_then(|(stream, _)| self.let_in(stream)) {
                    Ok(guest) => { inside.spawn(each(guest)); }
                    // Out of file handles, most likely: let others close some before the next try.
                    Err(error) => {
                        tracing::warn!(%error, address = %self.address, "lab: a connection was lost");
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                },
                () = closing(&mut wanted) => listener = None,
            }
        }
    }

    // Invariant: whoever came in before the door is shut is known to it, and thrown out (test
    // `nobody_stays_inside_a_door_that_shuts`).
    fn let_in(&self, stream: TcpStream) -> std::io::Result<Guest> {
        let (stream, socket) = doubled(stream)?;
        let fuse = Fuse::default();
        let inside = self.connections.enter(socket, fuse.clone());
        Ok(Guest { stream, fuse, inside })
    }

    async fn listen_again(&self) -> Option<TcpListener> {
        match TcpListener::bind(self.address).await {
            Ok(listener) => Some(listener),
            Err(error) => {
                tracing::warn!(%error, address = %self.address, "lab: the address is not free again yet");
                tokio::time::sleep(Duration::from_millis(20)).await;
                None
            }
        }
    }
}

async fn closing(wanted: &mut watch::Receiver<bool>) {
    let _ = wanted.wait_for(|open| !*open).await;
}
