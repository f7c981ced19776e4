//! Where a cluster's scheduler is.

use std::fmt;
use std::str::FromStr;

/// The host and port of a scheduler, written `ballista://HOST:PORT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    host: String,
    port: u16,
}

impl Address {
    /// The host's name or number.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// As Ballista's client wants it.
    #[cfg(feature = "cluster")]
    pub(super) fn url(&self) -> String {
        format!("http://{}:{}", self.host, self.port)
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no address of a scheduler; write `ballista://HOST:PORT`");
        let rest = text.strip_prefix("ballista://").unwrap_or(text).trim_end_matches('/');
        let (host, port) = rest.rsplit_once(':').ok_or_else(wrong)?;
        let port = port.parse().ok().filter(|port| *port != 0).ok_or_else(wrong)?;
        // An IPv6 address stands in brackets, in which its colons are no ports.
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let doubtful = |host: &str| host.is_empty() || host.contains(|c: char| c.is_whitespace() || "/@[]".contains(c));
        if doubtful(bare.unwrap_or(host)) || (bare.is_none() && host.contains(':')) {
            return Err(wrong());
        }
        Ok(Self { host: host.to_owned(), port })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ballista://{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may fail loudly")]
mod tests {
    use super::Address;

    #[test]
    fn an_address_is_a_host_and_a_port() {
        for (text, host, port) in
            [("ballista://b1:50050", "b1", 50050), ("127.0.0.1:7", "127.0.0.1", 7), ("ballista://[::1]:9/", "[::1]", 9)]
        {
            let address: Address = text.parse().unwrap();
            assert_eq!((address.host(), address.port()), (host, port));
        }
        for text in ["", "b1", "b1:", ":50050", "b1:0", "b1:x", "http://b1:80", "::1:50050", "a b:1"] {
            assert!(text.parse::<Address>().is_err(), "`{text}` is taken for an address");
        }
    }
}
