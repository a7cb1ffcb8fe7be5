//! Lines of JSON over a socket: what a console and a runner in two processes say to each other.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// The longest line that a console may send, in bytes: an answer or a note of many pages, and far
/// less than what would hurt.
pub(super) const ASK_LIMIT: usize = 1 << 20;

/// The longest line that a runner may send, in bytes: a journal of years.
pub(super) const NEWS_LIMIT: usize = 256 << 20;

/// What can be wrong with a line.
#[derive(Debug, thiserror::Error)]
pub(super) enum WireError {
    /// It never ended.
    #[error("a line is longer than {limit} bytes")]
    TooLong {
        /// The limit.
        limit: usize,
    },
    /// It makes no sense.
    #[error("a line makes no sense: {0}")]
    Garbage(#[from] serde_json::Error),
    /// The other side is gone.
    #[error("the link broke: {0}")]
    Gone(#[from] io::Error),
}

/// Reads the next line; none when the other side has hung up between two lines.
pub(super) async fn read<T: DeserializeOwned>(
    from: &mut (impl AsyncBufRead + Unpin),
    limit: usize,
) -> Result<Option<T>, WireError> {
    let mut line = Vec::new();
    loop {
        let waiting = from.fill_buf().await?;
        if waiting.is_empty() {
            return match line.is_empty() {
                true => Ok(None),
                false => Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
            };
        }
        let end = waiting.iter().position(|byte| *byte == b'\n');
        let part = &waiting[..end.unwrap_or(waiting.len())];
        if line.len() + part.len() > limit {
            return Err(WireError::TooLong { limit });
        }
        line.extend_from_slice(part);
        let taken = part.len() + usize::from(end.is_some());
        from.consume(taken);
        if end.is_some() {
            return Ok(Some(serde_json::from_slice(&line)?));
        }
    }
}

/// Writes a line.
pub(super) async fn write(
    to: &mut (impl AsyncWrite + Unpin),
    line: &impl Serialize,
) -> Result<(), WireError> {
    let mut bytes = serde_json::to_vec(line)?;
    bytes.push(b'\n');
    to.write_all(&bytes).await?;
    Ok(to.flush().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_are_read_one_by_one_whatever_the_pieces() {
        let mut from = &b"1\n[2,3]\n\n4"[..];
        assert_eq!(read::<serde_json::Value>(&mut from, 9).await.unwrap(), Some(1.into()));
        let list = read::<serde_json::Value>(&mut from, 9).await.unwrap();
        assert_eq!(list, Some(serde_json::json!([2, 3])));
        let empty = read::<serde_json::Value>(&mut from, 9).await;
        assert!(matches!(empty, Err(WireError::Garbage(_))), "{empty:?}");
        let torn = read::<serde_json::Value>(&mut from, 9).await;
        assert!(matches!(torn, Err(WireError::Gone(_))), "{torn:?}");
        assert_eq!(read::<serde_json::Value>(&mut from, 9).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_line_has_a_limit() {
        let mut from = tokio::io::BufReader::new(tokio::io::repeat(b'x'));
        let endless = read::<serde_json::Value>(&mut from, 1000).await;
        assert!(matches!(endless, Err(WireError::TooLong { limit: 1000 })), "{endless:?}");
        let mut just = &b"123\n1234\n"[..];
        assert_eq!(read::<u32>(&mut just, 3).await.unwrap(), Some(123));
        assert!(matches!(read::<u32>(&mut just, 3).await, Err(WireError::TooLong { .. })));
    }
}
