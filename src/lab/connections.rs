//! The open connections of a router: counted, and each can be cut from outside.

use std::collections::BTreeMap;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex};

use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::router::lock;
use super::wire::Fuse;

#[derive(Default)]
pub(crate) struct Connections {
    open: Mutex<Open>,
    count: watch::Sender<usize>,
}

#[derive(Default)]
struct Open {
    by_number: BTreeMap<u64, Connection>,
    next: u64,
    most: usize,
}

/// How an open connection ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum End {
    #[default]
    Close,
    Reset,
    /// It stays open, and nothing goes through it any more.
    Freeze,
}

struct Connection {
    /// A second handle of the socket: to cut it is to shut it down, whoever reads or writes it.
    socket: TcpStream,
    fuse: Fuse,
    terminal: Option<AbortHandle>,
}

impl Connections {
    /// Counts a connection until what this gives is dropped, however its task ends.
    pub fn enter(self: &Arc<Self>, socket: TcpStream, fuse: Fuse) -> Inside {
        Inside { number: self.add(socket, fuse), connections: self.clone() }
    }

    fn add(&self, socket: TcpStream, fuse: Fuse) -> u64 {
        let mut open = lock(&self.open);
        let number = open.next;
        open.next += 1;
        open.by_number.insert(number, Connection { socket, fuse, terminal: None });
        self.count.send_replace(open.by_number.len());
        number
    }

    /// The terminal's task ends with its connection, even while it waits at a hold.
    pub fn attach(&self, number: u64, terminal: AbortHandle) {
        let mut open = lock(&self.open);
        match open.by_number.get_mut(&number) {
            Some(connection) => connection.terminal = Some(terminal),
            None => terminal.abort(),
        }
        let lines = open.by_number.values().filter(|connection| connection.holds_a_line()).count();
        open.most = open.most.max(lines);
    }

    fn remove(&self, number: u64) {
        let mut open = lock(&self.open);
        if let Some(connection) = open.by_number.remove(&number) {
            connection.end();
        }
        self.count.send_replace(open.by_number.len());
    }

    /// The connection breaks when so many more bytes have left on the wire.
    pub fn break_after(&self, number: u64, bytes: usize) {
        if let Some(connection) = lock(&self.open).by_number.get(&number) {
            connection.fuse.burn_after(bytes);
        }
    }

    pub fn cut_all(&self) {
        self.end_all(End::Close);
    }

    pub fn end_all(&self, end: End) {
        lock(&self.open).by_number.values().for_each(|connection| connection.part(end));
    }

    pub fn end_one(&self, number: u64, end: End) {
        if let Some(connection) = lock(&self.open).by_number.get(&number) {
            connection.part(end);
        }
    }

    /// Returns when nobody is inside.
    pub async fn emptied(&self) {
        // The sender lives as long as these connections, so the wait cannot end with an error.
        let _ = self.count.subscribe().wait_for(|count| *count == 0).await;
    }

    pub fn now(&self) -> usize {
        lock(&self.open).by_number.len()
    }

    /// The most terminal lines (VTYs) that were taken at once. A connection whose shell has ended
    /// holds none, though its socket may still be closing.
    pub fn most(&self) -> usize {
        lock(&self.open).most
    }
}

/// The place of one open connection.
pub(crate) struct Inside {
    pub number: u64,
    connections: Arc<Connections>,
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.connections.remove(self.number);
    }
}

impl Connection {
    fn holds_a_line(&self) -> bool {
        self.terminal.as_ref().is_some_and(|terminal| !terminal.is_finished())
    }

    fn cut(&self) {
        // A socket that is closed already needs no cutting.
        let _ = self.socket.shutdown(Shutdown::Both);
    }

    fn part(&self, end: End) {
        match end {
            End::Close => self.cut(),
            End::Reset => self.fuse.reset(),
            End::Freeze => self.fuse.freeze(),
        }
        if let (End::Freeze, Some(terminal)) = (end, &self.terminal) {
            terminal.abort();
        }
    }

    fn end(&self) {
        // A shutdown would send an orderly end before the reset.
        if !self.fuse.is_reset() {
            self.cut();
        }
        if let Some(terminal) = &self.terminal {
            terminal.abort();
        }
    }
}
