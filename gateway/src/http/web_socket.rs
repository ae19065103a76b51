//! CometD over a WebSocket. Each of its messages is a request, and the reply is another message. Gateway specification
//! 3.

use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use im_session::StatusCode as Code;
use tokio::time::{Instant, sleep_until, timeout};

use super::SignedIn;
use super::answer::Failed;
use super::cometd::{Answer, CometD, OnItsWay, until};
use super::long_polling::{Browser, FULL, connections_seen, not_signed_in};
use crate::bayeux::{Reply, Transport};

/// The reply to a held request; `None` if the client no longer exists.
type HeldReply = BoxFuture<'static, Option<(Reply, OnItsWay)>>;

/// `GET /api/v2/notifications`, and all paths below. Accepts only WebSockets.
pub(super) async fn open(
    State(cometd): State<CometD>,
    signed_in: Option<SignedIn>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Failed> {
    let Ok(upgrade) = upgrade else { return Ok(no_web_socket()) };
    if !cometd.settings().web_socket {
        return Err(Failed::new(Code::OperationForbidden, "WebSockets are switched off"));
    }
    let Some(signed_in) = signed_in else {
        return Ok(not_signed_in(&cometd, b"[]"));
    };
    let place = cometd.place(&signed_in.agent.id).ok_or_else(|| {
        let most = cometd.settings().web_sockets_per_agent;
        Failed::new(
            Code::OperationForbidden,
            format!("expected at most {most} open WebSockets of an agent, got one more"),
        )
    })?;
    let browser = Browser::of(&cometd, &headers)?;
    let secure = cometd.gateway().settings().secure_cookies;
    let id = browser.id.clone();
    let mut response = upgrade
        // With tungstenite's defaults, each socket would allocate 128 KiB as soon as it opens.
        .read_buffer_size(READ_AT_ONCE)
        .write_buffer_size(0)
        .max_message_size(LONGEST_SOCKET_MESSAGE)
        .max_frame_size(LONGEST_SOCKET_MESSAGE)
        .on_upgrade(|socket| async move {
            Connection { cometd, signed_in, browser: id, socket, written: Vec::new() }.run().await;
            drop(place);
        })
        .into_response();
    browser.give(&mut response, secure);
    Ok(response)
}

/// `GET` works only for a WebSocket, so `Allow` names `POST`.
fn no_web_socket() -> Response {
    let message = "expected a POST of Bayeux messages, or a WebSocket";
    let failed = Failed::new(Code::OperationForbidden, message).with_status(StatusCode::METHOD_NOT_ALLOWED);
    let mut response = failed.into_response();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    response
}

struct Connection {
    cometd: CometD,
    signed_in: SignedIn,
    browser: String,
    socket: WebSocket,
    /// Replies that were written, but whose client may have disconnected before.
    written: Vec<OnItsWay>,
}

/// Why the connection ends.
enum End {
    /// The client closed it, or it broke.
    Gone,
    /// The gateway closes it, with this code and reason.
    Close(u16, &'static str),
}

impl Connection {
    async fn run(mut self) {
        let end = self.serve().await;
        if let End::Close(code, reason) = end {
            let close = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
            let _gone = timeout(WRITE, self.socket.send(close)).await;
        }
    }

    async fn serve(&mut self) -> End {
        let settings = self.cometd.settings().clone();
        // A live client connects more often than this.
        let patience = settings.timeout + settings.max_interval + settings.max_interval;
        let mut ending = self.cometd.gateway().ending();
        let mut held = FuturesUnordered::<HeldReply>::new();
        let mut last_message = Instant::now();
        loop {
            tokio::select! {
                // Rare events come first, so that a client that sends without pause cannot starve them.
                biased;
                () = self.signed_in.ended.wait() => {
                    self.cometd.sign_out(&self.signed_in.agent.id, self.signed_in.session);
                    self.write_all(&mut held).await;
                    return End::Close(close_code::POLICY, "not signed in");
                }
                () = until(&mut ending) => {
                    self.write_all(&mut held).await;
                    return End::Close(close_code::AWAY, "the gateway ends");
                }
                Some(reply) = held.next() => {
                    if let Some((reply, on_its_way)) = reply
                        && !self.write(reply, on_its_way).await
                    {
                        return End::Gone;
                    }
                }
                message = self.socket.recv(), if self.written.len() < WRITTEN => {
                    let body = match message {
                        Some(Ok(Message::Text(text))) => bytes::Bytes::from(text),
                        Some(Ok(Message::Binary(bytes))) => bytes,
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return End::Gone,
                    };
                    last_message = Instant::now();
                    if !self.cometd.gateway().sign_in().renew(self.signed_in.session) {
                        self.cometd.sign_out(&self.signed_in.agent.id, self.signed_in.session);
                        return End::Close(close_code::POLICY, "not signed in");
                    }
                    if self.cometd.is_full() {
                        return End::Close(close_code::AGAIN, FULL);
                    }
                    let browser = &self.browser;
                    match self.cometd.receive(&self.signed_in, browser, Transport::WebSocket, &body) {
                        Ok(Answer::Now(reply, on_its_way)) => {
                            if !self.write(reply, on_its_way).await {
                                return End::Gone;
                            }
                        }
                        Ok(Answer::Held(reply, mut on_its_way)) => {
                            held.push(Box::pin(async move {
                                let reply = reply.await.ok()?;
                                on_its_way.begins(&reply);
                                Some((reply, on_its_way))
                            }));
                        }
                        Err(_) => return End::Close(close_code::INVALID, "expected Bayeux messages"),
                    }
                }
                // The runtime has polled the connection since then, and it was not closed.
                () = connections_seen(), if !self.written.is_empty() => {
                    self.written.drain(..).for_each(OnItsWay::delivered);
                }
                () = sleep_until(last_message + patience) => return End::Close(close_code::NORMAL, "idle"),
            }
        }
    }

    /// Writes a reply. Returns false if the connection is gone. The messages of the reply are then queued again.
    async fn write(&mut self, reply: Reply, on_its_way: OnItsWay) -> bool {
        // The body is JSON, and therefore UTF-8.
        let Ok(text) = String::from_utf8(reply.body) else { return false };
        match timeout(WRITE, self.socket.send(Message::Text(text.into()))).await {
            Ok(Ok(())) => {
                self.written.push(on_its_way);
                true
            }
            Ok(Err(_)) | Err(_) => false,
        }
    }

    /// Writes the replies to all held requests that have been answered or are being answered.
    async fn write_all(&mut self, held: &mut FuturesUnordered<HeldReply>) {
        while let Ok(Some(reply)) = timeout(WRITE, held.next()).await {
            if let Some((reply, on_its_way)) = reply
                && !self.write(reply, on_its_way).await
            {
                return;
            }
        }
    }
}

/// The maximum length of a message on a WebSocket, in bytes. Its contents are Bayeux messages, which are short.
pub const LONGEST_SOCKET_MESSAGE: usize = 16 * 1_024;

/// The number of bytes of a WebSocket that are read at once.
const READ_AT_ONCE: usize = 4 * 1_024;

/// The maximum number of replies that are written before the runtime polls the connection again. Until then, nothing
/// more is read.
const WRITTEN: usize = 64;

/// The time limit for a client to read a reply.
const WRITE: Duration = Duration::from_secs(10);
