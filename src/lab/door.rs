//! One door of a router: an address that listens, or does not while somebody keeps it shut, and the connections that
//! came in by it.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::connections::Connections;

pub(crate) struct Door {
    pub address: SocketAddr,
    pub connections: Connections,
    /// Whether somebody shall listen, and whether somebody does.
    wanted: watch::Sender<bool>,
    open: watch::Sender<bool>,
}

impl Door {
    pub fn new(address: SocketAddr) -> Door {
        Door {
            address,
            connections: Connections::default(),
            wanted: watch::Sender::new(true),
            open: watch::Sender::new(true),
        }
    }

    /// Returns when it is so; whoever is inside a door that shuts is thrown out.
    pub async fn set(&self, open: bool) {
        self.wanted.send_replace(open);
        // The sender lives as long as this door, so the wait cannot end with an error.
        let _ = self.open.subscribe().wait_for(|is| *is == open).await;
        if !open {
            self.connections.cut_all();
        }
    }

    /// Serves until the task is aborted; each connection has a task of its own.
    pub async fn serve<F>(&self, listener: TcpListener, each: impl Fn(TcpStream) -> F)
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
                taken = listening.accept() => match taken {
                    Ok((stream, _)) => { inside.spawn(each(stream)); }
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
