//! A connection with a fuse: it can be told to break after a number of bytes, wherever in a packet that is.

use std::io::{Error, ErrorKind};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::router::lock;

/// What a connection may still do, decided from outside.
#[derive(Clone, Default)]
pub(crate) struct Fuse {
    inner: Arc<Mutex<Allowed>>,
}

#[derive(Default)]
struct Allowed {
    /// How many bytes may still leave; `None` is no limit.
    left: Option<usize>,
    end: Option<Burnt>,
    /// Who waits to read, and has to learn that there is nothing more to wait for.
    reader: Option<Waker>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Burnt {
    Frozen,
    Reset,
}

impl Fuse {
    pub fn burn_after(&self, bytes: usize) {
        lock(&self.inner).left = Some(bytes);
    }

    /// Nothing goes through any more: what comes is thrown away, what shall leave is too.
    pub fn freeze(&self) {
        self.burn(Burnt::Frozen);
    }

    /// The other side sees a reset.
    pub fn reset(&self) {
        self.burn(Burnt::Reset);
    }

    pub fn is_reset(&self) -> bool {
        lock(&self.inner).end == Some(Burnt::Reset)
    }

    fn burn(&self, end: Burnt) {
        let mut allowed = lock(&self.inner);
        allowed.end = Some(end);
        if let Some(reader) = allowed.reader.take() {
            reader.wake();
        }
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

    /// With nothing left to linger for, the close of the socket is a reset.
    fn reset(&self) -> Error {
        if let Err(error) = self.stream.set_zero_linger() {
            tracing::debug!(%error, "lab: a connection ends in order and not by a reset");
        }
        Error::from(ErrorKind::ConnectionReset)
    }

    /// Reads to nowhere until the other side is gone.
    fn poll_waste(&mut self, context: &mut Context) -> Poll<std::io::Result<()>> {
        let mut bin = [0; 1024];
        loop {
            let mut into = ReadBuf::new(&mut bin);
            match Pin::new(&mut self.stream).poll_read(context, &mut into) {
                Poll::Ready(Ok(())) if !into.filled().is_empty() => {}
                other => return other,
            }
        }
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
        let end = {
            let mut allowed = lock(&self.fuse.inner);
            allowed.reader = Some(context.waker().clone());
            allowed.end
        };
        match end {
            None => Pin::new(&mut self.stream).poll_read(context, into),
            Some(Burnt::Reset) => Poll::Ready(Err(self.reset())),
            Some(Burnt::Frozen) => self.poll_waste(context),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        let fuse = self.fuse.clone();
        let mut inner = lock(&fuse.inner);
        match inner.end {
            Some(Burnt::Frozen) => return Poll::Ready(Ok(bytes.len())),
            Some(Burnt::Reset) => return Poll::Ready(Err(self.reset())),
            None => {}
        }
        let left = &mut inner.left;
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
