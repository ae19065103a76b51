//! How the gateway refuses, everywhere alike.

use serde_json::Value;
use utoipa::IntoResponses;

use super::schemas::ErrorAnswer;

/// Whatever is asked.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "says how an answer looks")]
pub(crate) enum Refusals {
    /// The Host is not this gateway's. statusCode 5.
    #[response(status = 421)]
    Host(ErrorAnswer),
    /// Something in the gateway failed. statusCode 4.
    #[response(status = 500)]
    Internal(ErrorAnswer),
}

/// Where somebody has to be signed in.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "says how an answer looks")]
pub(crate) enum NotSignedIn {
    /// Neither the cookie of a session nor a user with a password, or a wrong user or password. statusCode 20.
    #[response(status = 401, headers(("WWW-Authenticate" = String, description = "Basic")))]
    NotSignedIn(ErrorAnswer),
    /// Too many wrong passwords for this user, or from this address. statusCode 20.
    #[response(status = 429, headers(("Retry-After" = u32, description = "Seconds to wait.")))]
    TooMany(ErrorAnswer),
}

/// Where supervisors are let in alone.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "says how an answer looks")]
pub(crate) enum OnlySupervisors {
    /// Who asks is no supervisor. statusCode 5.
    #[response(status = 403)]
    NoSupervisor(ErrorAnswer),
}

/// Of a fault that is to be injected.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "says how an answer looks")]
pub(crate) enum OfAnInjection {
    /// The body is no JSON object, there is no such fault, or the probability is none. statusCode 10.
    #[response(status = 400)]
    Body(ErrorAnswer),
    /// Who asks is no supervisor, there is no CSRF token, or another page asks. statusCode 5.
    #[response(status = 403)]
    Forbidden(ErrorAnswer),
}

/// Where something is named in the path.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "says how an answer looks")]
pub(crate) enum Unknown {
    /// There is none with this id, or it is another agent's. statusCode 6.
    #[response(status = 404)]
    NotFound(ErrorAnswer),
}

/// Of a body that is an operation.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "says how an answer looks")]
pub(crate) enum OfAnOperation {
    /// A parameter is missing (statusCode 1), or the body is no JSON object, or a value cannot be (10).
    #[response(status = 400)]
    Body(ErrorAnswer),
    /// There is no such operation here (statusCode 3), no right to it, no CSRF token, or another page asks (5).
    #[response(status = 403)]
    Forbidden(ErrorAnswer),
}

/// Of a body, whatever it is.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "says how an answer looks")]
pub(crate) enum OfABody {
    /// It did not come in time. statusCode 10.
    #[response(status = 408)]
    Late(ErrorAnswer),
    /// It is longer than 64 KiB, or of events longer than 16 MiB. statusCode 10.
    #[response(status = 413)]
    Long(ErrorAnswer),
}

/// Of an operation on sessions.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "says how an answer looks")]
pub(crate) enum InThisState {
    /// Not in this state; of InitiateIMSession: another session of the agent is open. statusCode 2.
    #[response(status = 409)]
    State(ErrorAnswer),
}

/// Of CometD.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "says how an answer looks")]
pub(crate) enum OfCometD {
    /// No messages of Bayeux.
    #[response(status = 400)]
    Body(ErrorAnswer),
    /// No cookie of a session: each message has failed, with `401::`.
    #[response(status = 401, headers(("WWW-Authenticate" = String, description = "Basic")))]
    NotSignedIn(Value),
    /// The page of another origin asks. statusCode 5.
    #[response(status = 403)]
    Forbidden(ErrorAnswer),
}

/// Of a feed.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "says how an answer looks")]
pub(crate) enum OfAFeed {
    /// A parameter or the body cannot be read: a statusCode and a message; of /events also: lines are wrong and none is an
    /// event: `accepted` is 0.
    #[response(status = 400)]
    Body(Value),
    /// Not the token. statusCode 20.
    #[response(status = 401)]
    Token(ErrorAnswer),
    /// The page of another origin asks. statusCode 5.
    #[response(status = 403)]
    Forbidden(ErrorAnswer),
}
