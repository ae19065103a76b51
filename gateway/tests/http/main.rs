//! How does the gateway answer over HTTP? The tests send requests to the router, without connections or waiting, and
//! advance the clock themselves.

mod support;

mod cors;
mod csrf;
mod errors;
mod host;
mod im_sessions;
mod me;
mod open_api;
mod origin;
mod rate_limit;
mod sessions_of_http;
mod sign_in;
mod strangers;
