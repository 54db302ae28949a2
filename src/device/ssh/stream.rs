//! The TCP stream under an SSH connection, with two things that russh lacks: it notices when the router has said that it
//! speaks SSH, and it can be cut from outside, also while a handshake hangs in a task of russh.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard, WaitForCancellationFutureOwned};

pub(super) struct Stream {
    tcp: TcpStream,
    cut: Pin<Box<WaitForCancellationFutureOwned>>,
    identified: watch::Sender<bool>,
    /// The first bytes, until the identification was seen in them.
    first: Option<Vec<u8>>,
}

/// The other end of a [`Stream`]: dropping it cuts the connection.
pub(in crate::device) struct Scissors {
    pub identified: watch::Receiver<bool>,
    _cut: DropGuard,
}

/// So many bytes may stand before the identification.
const PREAMBLE: usize = 64 * 1024;

impl Stream {
    pub fn new(tcp: TcpStream) -> (Stream, Scissors) {
        let cut = CancellationToken::new();
        let identified = watch::Sender::new(false);
        let scissors = Scissors { identified: identified.subscribe(), _cut: cut.clone().drop_guard() };
        (Stream { tcp, cut: Box::pin(cut.cancelled_owned()), identified, first: Some(Vec::new()) }, scissors)
    }

    fn note(&mut self, bytes: &[u8]) {
        let Some(first) = &mut self.first else { return };
        first.extend_from_slice(bytes);
        let found = first.starts_with(b"SSH-") || first.windows(5).any(|window| window == b"\nSSH-");
        if found {
            self.identified.send_replace(true);
        }
        if found || first.len() > PREAMBLE {
            self.first = None;
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.cut.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.tcp).poll_read(cx, buffer);
        if self.first.is_some() {
            let new = buffer.filled().get(before..).unwrap_or_default().to_vec();
            self.note(&new);
        }
        read
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }
}
