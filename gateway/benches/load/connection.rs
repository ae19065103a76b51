//! A minimal HTTP/1.1 client, so that the client takes little processor time from the measured server.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Outcome;

/// A connection that is kept open, with the cookies of its browser.
pub(crate) struct Connection {
    stream: TcpStream,
    address: SocketAddr,
    cookies: Vec<(String, String)>,
    received: Vec<u8>,
}

/// An answer.
pub(crate) struct Answer<'c> {
    pub(crate) status: u16,
    /// The body as received. If it is chunked, this includes the chunk headers.
    pub(crate) body: &'c [u8],
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, address, cookies: Vec::new(), received: Vec::new() })
    }

    pub(crate) async fn ask(&mut self, method: &str, path: &str, headers: &str, body: &str) -> Outcome<Answer<'_>> {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = if cookies.is_empty() { String::new() } else { format!("Cookie: {}\r\n", cookies.join("; ")) };
        let (host, length) = (self.address, body.len());
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\n{cookies}{headers}Content-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.received.clear();
        loop {
            if let Some((head, end)) = whole(&self.received)? {
                let lines = std::str::from_utf8(self.received.get(..head).unwrap_or_default())?;
                keep_cookies(&mut self.cookies, lines);
                let status = lines.split(' ').nth(1).ok_or("no status")?.parse()?;
                return Ok(Answer { status, body: self.received.get(head..end).unwrap_or_default() });
            }
            if self.stream.read_buf(&mut self.received).await? == 0 {
                return Err("the server closed the connection".into());
            }
        }
    }
}

/// The ends of the head and of the body, or `None` if the response is incomplete.
fn whole(received: &[u8]) -> Outcome<Option<(usize, usize)>> {
    let Some(head) = find(received, b"\r\n\r\n").map(|place| place + 4) else { return Ok(None) };
    let lines = std::str::from_utf8(received.get(..head).unwrap_or_default())?.to_ascii_lowercase();
    let header = |name: &str| lines.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim);
    let end = match header("content-length") {
        Some(length) => Some(head + length.parse::<usize>()?),
        // No body in this bench contains the last chunk.
        None => received.ends_with(b"\r\n0\r\n\r\n").then_some(received.len()),
    };
    Ok(end.filter(|&end| end <= received.len()).map(|end| (head, end)))
}

fn keep_cookies(cookies: &mut Vec<(String, String)>, head: &str) {
    for line in head.lines().filter(|line| line.to_ascii_lowercase().starts_with("set-cookie:")) {
        let cookie = line.split_once(':').and_then(|(_, cookie)| cookie.split(';').next()?.trim().split_once('='));
        if let Some((name, value)) = cookie {
            cookies.retain(|(known, _)| known != name);
            cookies.push((name.to_owned(), value.to_owned()));
        }
    }
}

/// The position of `what` in the bytes.
pub(crate) fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}
