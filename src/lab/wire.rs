//! A connection with a fuse: it can be told to break after a number of bytes, wherever in a packet that is.

use std::io::{Error, ErrorKind};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::router::lock;

/// How many bytes may still leave; `None` is no limit.
#[derive(Clone, Default)]
pub(crate) struct Fuse {
    left: Arc<Mutex<Option<usize>>>,
}

impl Fuse {
    pub fn burn_after(&self, bytes: usize) {
        *lock(&self.left) = Some(bytes);
    }
}

pub(crate) struct Wire {
    stream: TcpStream,
    fuse: Fuse,
}

impl Wire {
    pub fn new(stream: TcpStream, fuse: Fuse) -> Wire {
        Wire { stream, fuse }
    }
}

/// The stream, and a second handle of its socket.
pub(crate) fn doubled(stream: TcpStream) -> std::io::Result<(TcpStream, std::net::TcpStream)> {
    stream.set_nodelay(true)?;
    let socket = stream.into_std()?;
    let second = socket.try_clone()?;
    Ok((TcpStream::from_std(socket)?, second))
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context,
        into: &mut ReadBuf,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        let fuse = self.fuse.clone();
        let mut left = lock(&fuse.left);
        let allowed = bytes.get(..left.unwrap_or(usize::MAX).min(bytes.len())).unwrap_or(bytes);
        if allowed.is_empty() && !bytes.is_empty() {
            return Poll::Ready(Err(Error::from(ErrorKind::ConnectionReset)));
        }
        let written = Pin::new(&mut self.stream).poll_write(context, allowed);
        if let (Some(left), Poll::Ready(Ok(count))) = (left.as_mut(), &written) {
            *left = left.saturating_sub(*count);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
