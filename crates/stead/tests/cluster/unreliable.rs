//! A network that is slow and fails now and then: it stands in front of a server, and breaks some connections off.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// One connection in so many is broken off in the middle of what it carries.
const BREAKS_EVERY: usize = 7;

/// How many bytes a connection that breaks has carried towards the server by then.
const BROKEN_AFTER_BYTES: usize = 700;

/// How long each part of what is carried takes longer than it would.
const SLOWER: Duration = Duration::from_millis(3);

/// An address that leads to another one, unreliably.
pub struct Unreliable {
    pub address: String,
    broken: Arc<AtomicUsize>,
}

impl Unreliable {
    /// In front of `HOST:PORT`.
    pub fn before(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let broken = Arc::new(AtomicUsize::new(0));
        let (server, counted) = (server.to_owned(), Arc::clone(&broken));
        thread::spawn(move || {
            for (number, client) in listener.incoming().enumerate() {
                let (Ok(client), Ok(there)) = (client, TcpStream::connect(&server)) else { continue };
                let breaks = number % BREAKS_EVERY == BREAKS_EVERY - 1;
                if breaks {
                    counted.fetch_add(1, Ordering::Relaxed);
                }
                let (to_client, to_server) = (client.try_clone().expect("cloned"), there.try_clone().expect("cloned"));
                thread::spawn(move || carry(client, to_server, breaks.then_some(BROKEN_AFTER_BYTES)));
                thread::spawn(move || carry(there, to_client, None));
            }
        });
        Self { address, broken }
    }

    /// How many connections were broken off.
    pub fn broken(&self) -> usize {
        self.broken.load(Ordering::Relaxed)
    }
}

/// Carries bytes from one to the other until one of them ends, or so many are carried.
fn carry(mut from: TcpStream, mut to: TcpStream, bytes_max: Option<usize>) {
    let mut part = vec![0; 64 * 1024];
    let mut carried = 0;
    while let Ok(bytes @ 1..) = from.read(&mut part) {
        thread::sleep(SLOWER);
        carried += bytes;
        let ends = bytes_max.is_some_and(|most| carried > most);
        if ends || to.write_all(&part[..bytes]).is_err() {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
