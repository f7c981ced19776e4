//! Whether a cluster can compute: its scheduler answers and an executor has joined.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use crate::cluster::Address;

/// How long one waits for a scheduler that is being started again, or for its first executor.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long one question to the scheduler may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// Waits until the cluster can compute. Ballista itself keeps a job for as long as no executor comes.
///
/// # Errors
/// What keeps it from that, and what to do.
pub(super) async fn ready(address: &Address) -> Result<(), String> {
    let begun = Instant::now();
    loop {
        let state = timeout(ANSWER_WITHIN, asked(address)).await.unwrap_or(State::Silent);
        if state == State::Ready {
            return Ok(());
        }
        if begun.elapsed() >= PATIENCE {
            return Err(match state {
                State::Silent => {
                    format!("no scheduler answers at `{address}`; is `stead cluster scheduler` running there?")
                }
                _ => format!(
                    "no executor has joined the cluster at `{address}`; start one: \
                     `stead cluster executor --scheduler {}:{}`",
                    address.host(),
                    address.port()
                ),
            });
        }
        sleep(Duration::from_millis(250)).await;
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Silent,
    Alone,
    Ready,
}

/// Asks Ballista's readiness probe, which is ready from the first executor on.
async fn asked(address: &Address) -> State {
    let answer = async {
        let host = address.host().trim_start_matches('[').trim_end_matches(']');
        let mut stream = TcpStream::connect((host, address.port())).await?;
        let request = format!("GET /readyz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", address.host());
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(4096).read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    match answer.await {
        Ok(answer) if answer.starts_with(b"HTTP/1.1 200") => State::Ready,
        Ok(answer) if answer.starts_with(b"HTTP/1.1 503") => State::Alone,
        _ => State::Silent,
    }
}
