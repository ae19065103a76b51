//! The error responses that many endpoints have in common.

use serde_json::Value;
use utoipa::IntoResponses;

use super::schemas::ErrorAnswer;

/// Of every endpoint.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "says how an answer looks")]
pub(crate) enum Refusals {
    /// The Host does not belong to this gateway. statusCode 5.
    #[response(status = 421)]
    Host(ErrorAnswer),
    /// Something in the gateway failed. statusCode 4.
    #[response(status = 500)]
    Internal(ErrorAnswer),
}

/// Of endpoints that need a signed-in agent.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "says how an answer looks")]
pub(crate) enum NotSignedIn {
    /// There is neither a session cookie nor a user with a password, or it is a wrong user or password. statusCode 20.
    #[response(status = 401, headers(("WWW-Authenticate" = String, description = "Basic")))]
    NotSignedIn(ErrorAnswer),
    /// Too many wrong passwords for this user, or from this address. statusCode 20.
    #[response(status = 429, headers(("Retry-After" = u32, description = "Seconds to wait.")))]
    TooMany(ErrorAnswer),
}

/// Of endpoints for supervisors only.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "says how an answer looks")]
pub(crate) enum OnlySupervisors {
    /// The agent is not a supervisor. statusCode 5.
    #[response(status = 403)]
    NoSupervisor(ErrorAnswer),
}

/// Of the injection of a fault.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "says how an answer looks")]
pub(crate) enum OfAnInjection {
    /// The body is not a JSON object, there is no such fault, or the probability is invalid. statusCode 10.
    #[response(status = 400)]
    Body(ErrorAnswer),
    /// The agent is not a supervisor, the CSRF token is missing, or the page has another origin. statusCode 5.
    #[response(status = 403)]
    Forbidden(ErrorAnswer),
}

/// Of endpoints with an id in the path.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "says how an answer looks")]
pub(crate) enum Unknown {
    /// There is no session with this id, or it belongs to another agent. statusCode 6.
    #[response(status = 404)]
    NotFound(ErrorAnswer),
}

/// Of endpoints that take an operation.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "says how an answer looks")]
pub(crate) enum OfAnOperation {
    /// A parameter is missing (statusCode 1), or the body is not a JSON object or has an invalid value (10).
    #[response(status = 400)]
    Body(ErrorAnswer),
    /// There is no such operation here (statusCode 3); or the right to it or the CSRF token is missing, or the page has
    /// another origin (5).
    #[response(status = 403)]
    Forbidden(ErrorAnswer),
}

/// Of endpoints that take a body.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "says how an answer looks")]
pub(crate) enum OfABody {
    /// The body did not arrive in time. statusCode 10.
    #[response(status = 408)]
    Late(ErrorAnswer),
    /// The body is longer than 64 KiB, or for events 16 MiB, 20 000 events or 200 000 pairs. statusCode 10.
    #[response(status = 413)]
    Long(ErrorAnswer),
}

/// Of endpoints that wait for room.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "says how an answer looks")]
pub(crate) enum Busy {
    /// Too many replies are being written, or other events are being applied: try again later. statusCode 4.
    #[response(status = 503)]
    Full(ErrorAnswer),
}

/// Of endpoints that take an operation on sessions.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "says how an answer looks")]
pub(crate) enum InThisState {
    /// Not allowed in this state; for InitiateIMSession: another session of the agent is open. statusCode 2.
    #[response(status = 409)]
    State(ErrorAnswer),
}

/// Of CometD.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "says how an answer looks")]
pub(crate) enum OfCometD {
    /// The body contains no Bayeux messages.
    #[response(status = 400)]
    Body(ErrorAnswer),
    /// There is no session cookie: each message fails, with `401::`.
    #[response(status = 401, headers(("WWW-Authenticate" = String, description = "Basic")))]
    NotSignedIn(Value),
    /// The page has another origin. statusCode 5.
    #[response(status = 403)]
    Forbidden(ErrorAnswer),
}

/// Of feeds.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "says how an answer looks")]
pub(crate) enum OfAFeed {
    /// A parameter or the body cannot be read: a statusCode and a message. For /events also: all lines are wrong, and
    /// `accepted` is 0.
    #[response(status = 400)]
    Body(Value),
    /// The bearer token is missing or wrong. statusCode 20.
    #[response(status = 401)]
    Token(ErrorAnswer),
    /// The page has another origin. statusCode 5.
    #[response(status = 403)]
    Forbidden(ErrorAnswer),
}
