//! CometD by POST. A held request is answered when there is something to send.

use std::convert::Infallible;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::unfold;
use hyper::body::Frame;
use im_session::StatusCode as Code;
use tokio::task::yield_now;

use super::answer::{Failed, json_bytes};
use super::body::{SMALL_BODY, read_body};
use super::cometd::{Answer, BROWSER_COOKIE, CometD, OnItsWay};
use super::{Sending, SignedIn, cookies};
use crate::bayeux::{Reply, Transport, unauthenticated};

/// The reason for refusing a request while too many replies are being written.
pub(super) const FULL: &str = "too many replies are being written: try again later";

/// `POST /api/v2/notifications`, and below.
pub(super) async fn post(State(cometd): State<CometD>, request: Request) -> Result<Response, Failed> {
    let (mut parts, body) = request.into_parts();
    // Moved out of the request, because no other code reads them after this.
    let (signed_in, sending) = (parts.extensions.remove::<SignedIn>(), parts.extensions.remove::<Sending>());
    let Some(mut signed_in) = signed_in else {
        // Large bodies take a place only if their client is signed in. Other clients must not use up the places.
        let patience = cometd.gateway().settings().request_timeout;
        return Ok(not_signed_in(&cometd, &read_body(body, SMALL_BODY, patience).await?));
    };
    let body = cometd.gateway().read_body(body).await?;
    if cometd.is_full() {
        return Err(Failed::new(Code::InternalError, FULL).with_status(StatusCode::SERVICE_UNAVAILABLE));
    }
    let browser = Browser::of(&cometd, &parts.headers)?;
    let answer = cometd.receive(&signed_in, &browser.id, Transport::LongPolling, &body.bytes);
    // Dropped now, so that it does not take memory while the request is held.
    drop((parts, body));
    let (reply, on_its_way) = match answer.map_err(|error| Failed::new(Code::InputValidation, error.to_string()))? {
        Answer::Now(reply, on_its_way) => (reply, on_its_way),
        Answer::Held(mut reply, mut on_its_way) => {
            let reply = tokio::select! {
                reply = &mut reply => reply,
                () = signed_in.ended.wait() => {
                    cometd.sign_out(&signed_in.agent.id, signed_in.session);
                    reply.await
                }
            };
            // The sender was dropped without a reply. The client must have been forgotten for a reason other than those
            // above.
            let reply = reply.map_err(|_| Failed::new(Code::InternalError, "the request is no longer held"))?;
            on_its_way.begins(&reply);
            (reply, on_its_way)
        }
    };
    let mut response = Response::new(match sending {
        Some(sending) => Body::new(WholeReply::new(reply, on_its_way, sending)),
        None => reply_in_pieces(reply, on_its_way),
    });
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    browser.give(&mut response, cometd.gateway().settings().secure_cookies);
    Ok(response)
}

/// Answers each message with a failure, because some clients read only bodies.
pub(super) fn not_signed_in(cometd: &CometD, body: &[u8]) -> Response {
    // Provides the challenge only.
    let mut response = Failed::new(Code::NotAuthenticated, "").into_response();
    let messages = json_bytes(StatusCode::UNAUTHORIZED, unauthenticated(cometd.settings(), body));
    *response.body_mut() = messages.into_body();
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response
}

/// The browser that a request comes from.
pub(super) struct Browser {
    pub(super) id: String,
    is_new: bool,
}

impl Browser {
    pub(super) fn of(cometd: &CometD, headers: &HeaderMap) -> Result<Self, Failed> {
        let is_ours = |id: &&str| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        if let Some(id) = cookies(headers, BROWSER_COOKIE).find(is_ours) {
            return Ok(Self { id: id.to_owned(), is_new: false });
        }
        let bytes = cometd.gateway().surroundings().random.bytes();
        let bytes = bytes.map_err(|_| Failed::new(Code::InternalError, "there are no cookies now"))?;
        Ok(Self { id: format!("{:032x}", u128::from_be_bytes(bytes)), is_new: true })
    }

    /// Sets the cookie, unless the browser has one.
    pub(super) fn give(&self, response: &mut Response, secure: bool) {
        if !self.is_new {
            return;
        }
        let secure = if secure { "; Secure" } else { "" };
        let cookie = format!("{BROWSER_COOKIE}={}; Path=/; HttpOnly; SameSite=Lax{secure}", self.id);
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
}

/// Waits until the runtime has polled the connections again, and has woken the tasks of closed ones.
pub(super) async fn connections_seen() {
    // Runs in a separate task, because this task may be polled earlier for another reason.
    let _ended = tokio::spawn(yield_now()).await;
}

/// The body of a reply on a connection that reports when it was written. It yields its single piece and its end
/// together, so that the server writes both at once.
struct WholeReply {
    body: Bytes,
    /// `Some` until the server takes the body. If it never does, the reply is not delivered.
    on_its_way: Option<(OnItsWay, Sending)>,
}

impl WholeReply {
    fn new(reply: Reply, on_its_way: OnItsWay, sending: Sending) -> Self {
        WholeReply { body: reply.body.into(), on_its_way: Some((on_its_way, sending)) }
    }
}

impl HttpBody for WholeReply {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.on_its_way.take().map(|(on_its_way, sending)| {
            sending.begins(on_its_way);
            Ok(Frame::data(mem::take(&mut self.body)))
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.on_its_way.is_none()
    }
}

/// The body of a reply on a connection that does not report when it was written. The body has to find out itself.
///
/// The server polls the body again after it has copied a piece to its buffer. The body then makes it wait, so that the
/// server writes its buffer and notices a closed connection. At the next poll the body ends, and the reply counts as
/// delivered. If the connection is closed, the body is dropped before that. No length is given in advance, because the
/// server would not poll again after the last byte.
fn reply_in_pieces(reply: Reply, on_its_way: OnItsWay) -> Body {
    let reply = (Some(Bytes::from(reply.body)), on_its_way);
    Body::from_stream(unfold(reply, |(body, on_its_way)| async {
        if let Some(body) = body {
            return Some((Ok::<_, Infallible>(body), (None, on_its_way)));
        }
        connections_seen().await;
        on_its_way.delivered();
        None
    }))
}
