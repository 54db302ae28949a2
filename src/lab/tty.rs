//! The two directions of one shell: keys wait here until somebody reads them, characters until they are sent.
//! While the router is busy it goes on listening, so that a person who types ahead blocks nobody.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;

use russh::server::Msg;
use russh::{Channel, ChannelMsg, ChannelReadHalf, ChannelWriteHalf};

/// The other side is gone, or the connection was cut on purpose.
pub(crate) struct Gone;

pub(crate) struct Tty {
    reader: ChannelReadHalf,
    writer: ChannelWriteHalf<Msg>,
    heard: Heard,
    output: Vec<u8>,
}

/// What came from the other side and was not read yet.
#[derive(Default)]
struct Heard {
    keys: VecDeque<u8>,
    /// No more keys will come; those that came are still obeyed.
    ended: bool,
    columns: Option<u16>,
}

/// Keys beyond this are lost, as in the small buffer of a real line.
const KEYS: usize = 65_536;

impl Tty {
    pub fn new(channel: Channel<Msg>) -> Tty {
        let (reader, writer) = channel.split();
        Tty { reader, writer, heard: Heard::default(), output: Vec::new() }
    }

    /// Prints text; each line end becomes carriage return and line feed.
    pub fn say(&mut self, text: &str) {
        for character in text.bytes() {
            if character == b'\n' {
                self.output.push(b'\r');
            }
            self.output.push(character);
        }
    }

    /// What waits to be sent.
    pub fn output(&mut self) -> &mut Vec<u8> {
        &mut self.output
    }

    /// Sends what waits, in pieces of this many bytes.
    pub async fn flush(&mut self, piece: Option<usize>) -> Result<(), Gone> {
        let output = std::mem::take(&mut self.output);
        for piece in output.chunks(piece.unwrap_or(output.len().max(1))) {
            let sent = self.writer.data_bytes(piece.to_vec());
            listen(&mut self.reader, &mut self.heard, sent).await?.map_err(|_| Gone)?;
        }
        Ok(())
    }

    /// A key that has come already.
    pub fn key(&mut self) -> Option<u8> {
        self.heard.keys.pop_front()
    }

    /// Waits until something comes: keys, a new size or the end.
    pub async fn receive(&mut self) -> Result<(), Gone> {
        if self.heard.ended {
            return Err(Gone);
        }
        self.heard.take(self.reader.wait().await)
    }

    /// Does this work, and listens while it lasts.
    pub async fn meanwhile<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Gone> {
        listen(&mut self.reader, &mut self.heard, work).await
    }

    /// The new width, once, after the other side changed the size of its window.
    pub fn resized(&mut self) -> Option<u16> {
        self.heard.columns.take()
    }

    pub async fn close(&mut self) -> Result<(), Gone> {
        self.writer.close().await.map_err(|_| Gone)?;
        while self.reader.wait().await.is_some() {}
        Ok(())
    }
}

async fn listen<T>(
    reader: &mut ChannelReadHalf,
    heard: &mut Heard,
    work: impl Future<Output = T>,
) -> Result<T, Gone> {
    let mut work = pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return Ok(done),
            message = reader.wait() => heard.take(message)?,
        }
    }
}

impl Heard {
    fn take(&mut self, message: Option<ChannelMsg>) -> Result<(), Gone> {
        match message {
            Some(ChannelMsg::Data { data }) => {
                let room = KEYS.saturating_sub(self.keys.len());
                self.keys.extend(data.iter().take(room));
            }
            Some(ChannelMsg::WindowChange { col_width, .. }) => self.columns = u16::try_from(col_width).ok(),
            Some(ChannelMsg::Eof) => self.ended = true,
            Some(ChannelMsg::Close) | None => return Err(Gone),
            Some(_) => {}
        }
        Ok(())
    }
}
