//! The connection of a mail client: lines in, lines out, plain first or TLS.

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

pub(crate) struct Wire {
    stream: BufReader<Box<dyn Stream>>,
    pub secret: bool,
}

/// The client went away, or what it sent can't go on.
pub(crate) struct Gone;

/// RFC 5321 allows 998 octets and the line end in a mail; logins may be longer.
const LONGEST_LINE: u64 = 12_288;

impl Wire {
    pub fn plain(stream: TcpStream) -> Wire {
        Wire { stream: BufReader::new(Box::new(stream)), secret: false }
    }

    /// Goes on in TLS. Whatever the client sent before that, in clear, would count as said inside: such a client is cut.
    pub async fn secure(self, acceptor: &TlsAcceptor) -> Result<Wire, Gone> {
        if !self.stream.buffer().is_empty() {
            return Err(Gone);
        }
        let stream = acceptor.accept(self.stream.into_inner()).await.map_err(|_| Gone)?;
        Ok(Wire { stream: BufReader::new(Box::new(stream)), secret: true })
    }

    /// One line without its end; a line that does not end in CR LF is not a line.
    pub async fn line(&mut self) -> Result<Vec<u8>, Gone> {
        let mut line = Vec::new();
        let mut limited = (&mut self.stream).take(LONGEST_LINE);
        limited.read_until(b'\n', &mut line).await.map_err(|_| Gone)?;
        line.strip_suffix(b"\r\n").map(<[u8]>::to_vec).ok_or(Gone)
    }

    pub async fn say(&mut self, text: &str) -> Result<(), Gone> {
        self.stream.write_all(format!("{text}\r\n").as_bytes()).await.map_err(|_| Gone)?;
        self.stream.flush().await.map_err(|_| Gone)
    }
}
