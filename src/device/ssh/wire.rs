//! What a session needs of a connection: bytes out, bytes in. SSH is one wire; tests have another that replays.

use super::connect::{Connection, Door};
use super::stream::Scissors;
use crate::model::Broken;
use russh::client::{Handle, Msg};
use russh::{Channel, ChannelMsg};
use std::future::Future;

pub(in crate::device) trait Wire: Send {
    fn send(&mut self, bytes: &[u8]) -> impl Future<Output = Result<(), Broken>> + Send;

    /// The next bytes, `None` when the other side is gone. May be dropped while it waits: no byte is lost by that.
    fn receive(&mut self) -> impl Future<Output = Option<Vec<u8>>> + Send;
}

/// A shell on the one channel of an SSH connection (a router refuses a second).
pub(in crate::device) struct Shell {
    channel: Channel<Msg>,
    handle: Handle<Door>,
    /// Cuts the connection when the shell is dropped.
    _scissors: Scissors,
}

/// As wide as a router takes, so that no line wraps.
const COLUMNS: u32 = 511;
const ROWS: u32 = 1000;

impl Shell {
    pub async fn open(connection: Connection) -> Result<Shell, Broken> {
        let Connection { handle, scissors } = connection;
        let channel = handle.channel_open_session().await.map_err(gone)?;
        channel.request_pty(false, "vt100", COLUMNS, ROWS, 0, 0, &[]).await.map_err(gone)?;
        channel.request_shell(false).await.map_err(gone)?;
        Ok(Shell { channel, handle, _scissors: scissors })
    }

    /// Says good-bye and waits until the router has hung up; the caller sets the limit.
    pub async fn close(mut self, exit: &str) {
        if self.send(format!("{exit}\r").as_bytes()).await.is_ok() {
            while self.receive().await.is_some() {}
        }
        let bye = self.handle.disconnect(russh::Disconnect::ByApplication, "", "en").await;
        tracing::trace!(polite = bye.is_ok(), "a session was closed");
    }
}

impl Wire for Shell {
    async fn send(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        self.channel.data_bytes(bytes.to_vec()).await.map_err(gone)
    }

    async fn receive(&mut self) -> Option<Vec<u8>> {
        loop {
            match self.channel.wait().await? {
                ChannelMsg::Data { data } | ChannelMsg::ExtendedData { data, .. } => {
                    return Some(data.to_vec());
                }
                ChannelMsg::Eof | ChannelMsg::Close => return None,
                _ => {}
            }
        }
    }
}

fn gone(_: russh::Error) -> Broken {
    Broken::Dropped
}
