//! Whether SSH answers: a connection and the identification string, nothing more. No login, and so no word in the
//! router's AAA and no VTY line for longer than a moment.

use super::connect::reach;
use crate::device::Deadlines;
use crate::model::{Broken, Device};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// So many bytes may stand before the identification.
const PREAMBLE: usize = 8 * 1024;

pub(in crate::device) async fn identify(device: &Device, deadlines: &Deadlines) -> Result<(), Broken> {
    let tcp = reach(device, deadlines.connect).await?;
    let within = deadlines.identification;
    timeout(within, read(tcp)).await.unwrap_or(Err(Broken::NoIdentification { after: within }))
}

async fn read(mut tcp: TcpStream) -> Result<(), Broken> {
    let mut said = Vec::new();
    while said.len() < PREAMBLE {
        match tcp.read_buf(&mut said).await {
            Ok(0) | Err(_) => return Err(Broken::ClosedEarly),
            Ok(_) => {}
        }
        match identified(&said) {
            Some(true) => return Ok(()),
            Some(false) => break,
            None => {}
        }
    }
    Err(Broken::Unreachable { why: "what answers there does not speak SSH 2".to_owned() })
}

/// Whether the line that begins with `SSH-` names version 2; None while it has not come. 1.99 means both versions
/// (RFC 4253, 5.1).
fn identified(said: &[u8]) -> Option<bool> {
    let line = said.split(|byte| *byte == b'\n').find(|line| line.starts_with(b"SSH-"))?;
    let speaks_two = line.starts_with(b"SSH-2.0-") || line.starts_with(b"SSH-1.99-");
    // "SSH-1.99-" has nine letters; fewer may still become anything.
    (speaks_two || line.len() >= 9).then_some(speaks_two)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identification_may_come_in_pieces_and_after_a_banner() {
        for (said, expected) in [
            ("", None),
            ("SSH-", None),
            ("SSH-2.0-", Some(true)),
            ("SSH-1.99-Cisco-1.25\r\n", Some(true)),
            ("keep out\r\nSSH-2.0-Cisco-1.25\n", Some(true)),
            ("xSSH-2.0-a", None),
            ("SSH-1.5-Cisco-1.25\n", Some(false)),
            ("HTTP/1.1 400 Bad Request\r\n", None),
        ] {
            assert_eq!(identified(said.as_bytes()), expected, "{said:?}");
        }
    }
}
