//! One SIP message, as far as the observer needs it: RFC 3261 sections 7, 8.1.1, 20 and 25.
//!
//! Nothing is copied. Headers that are not needed are not looked into, so a fault there disturbs nobody.

use super::address::Address;
use super::error::{SipError, excerpt};
use super::headers::{Header, HeaderLines, Next};
use super::lexer::{Parameters, Unbalanced, find_outside, is_lws, token, trim};

/// A SIP message, as far as the observer needs it.
///
/// ```
/// use im_session::sip::{SipMessage, StartLine};
///
/// let message = SipMessage::parse(
///     b"SIP/2.0 180 Ringing\r\nv: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1\r\nf: <sip:3001@x>;tag=a1\r\n\
///       t: <sip:3002@x>;tag=b1\r\ni: c1@x\r\nCSeq: 1 INVITE\r\n\r\n",
/// )
/// .unwrap();
/// assert_eq!(message.start_line, StartLine::Response { status: 180 });
/// assert_eq!((message.to.tag, message.cseq.method), ("b1", "INVITE"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SipMessage<'m> {
    /// Request or response.
    pub start_line: StartLine<'m>,
    /// The branch of the topmost Via; empty where it has none (RFC 2543).
    pub branch: &'m str,
    /// The branch of the Via below: in a request that a proxy passes on, that of the request it received. Empty where there is none.
    pub branch_below: &'m str,
    /// The From header.
    pub from: Address<'m>,
    /// The To header.
    pub to: Address<'m>,
    /// The Call-ID.
    pub call_id: &'m str,
    /// The CSeq header.
    pub cseq: CSeq<'m>,
    /// The value of Content-Type; empty where there is none.
    pub content_type: &'m [u8],
    /// The body, at most as long as Content-Length says. It may be shorter: see [`missing`](Self::missing).
    pub body: &'m [u8],
    /// How many bytes of the body Content-Length promises beyond those that are there.
    pub missing: usize,
    /// Whether the body is encoded (compressed): it has a Content-Encoding other than `identity`.
    pub encoded: bool,
    /// Whether it carries Authorization or Proxy-Authorization.
    pub credentials: bool,
    /// The cause of a Reason header of the protocol SIP (RFC 3326).
    pub reason: Option<u16>,
}

/// The first line of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartLine<'m> {
    /// A request.
    Request {
        /// Its method; methods are compared with case.
        method: &'m str,
        /// Its Request-URI: whom it is for now, where To says whom it was for at first. Empty where it is not UTF-8.
        uri: &'m str,
    },
    /// A response.
    Response {
        /// Its status code, 100 to 699.
        status: u16,
    },
}

/// The value of CSeq.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CSeq<'m> {
    /// The number of the request.
    pub number: u32,
    /// The method of the request.
    pub method: &'m str,
}

/// What was read of the headers so far.
#[derive(Default)]
struct Found<'m> {
    branch: Option<&'m str>,
    branch_below: Option<&'m str>,
    from: Option<Address<'m>>,
    to: Option<Address<'m>>,
    call_id: Option<&'m str>,
    cseq: Option<CSeq<'m>>,
    content_type: Option<&'m [u8]>,
    content_length: Option<usize>,
    encoded: bool,
    credentials: bool,
    reason: Option<u16>,
}

impl<'m> SipMessage<'m> {
    /// Reads one message: one datagram, or what a stream's framing cut out.
    ///
    /// Empty lines before the first line are skipped; lines may end in LF alone.
    ///
    /// # Errors
    ///
    /// The first thing that is not as RFC 3261 wants it, among the things that are read.
    pub fn parse(bytes: &'m [u8]) -> Result<Self, SipError> {
        let mut bytes = bytes;
        while let [b'\r' | b'\n', rest @ ..] = bytes {
            bytes = rest;
        }
        let not_sip = || SipError::NotSip { found: excerpt(bytes) };
        let line_feed = bytes.iter().position(|&byte| byte == b'\n').ok_or_else(not_sip)?;
        let (first_line, rest) = bytes.split_at_checked(line_feed).ok_or_else(not_sip)?;
        let start_line = StartLine::parse(first_line)?;

        let mut lines = HeaderLines::new(rest.strip_prefix(b"\n").unwrap_or(rest));
        let mut found = Found::default();
        let rest = loop {
            match lines.next()? {
                Next::Header(header, value) => found.header(header, value)?,
                Next::Other => {}
                Next::Body(rest) => break rest,
            }
        };
        found.message(start_line, rest)
    }

    /// Whether it is a request with this method.
    #[must_use]
    pub fn is_request(&self, wanted: &str) -> bool {
        matches!(self.start_line, StartLine::Request { method, .. } if method == wanted)
    }
}

impl<'m> StartLine<'m> {
    fn parse(line: &'m [u8]) -> Result<Self, SipError> {
        let line = trim(line);
        let not_sip = || SipError::NotSip { found: excerpt(line) };
        let space = line.iter().position(|&byte| byte == b' ').ok_or_else(not_sip)?;
        let (first, rest) = line.split_at_checked(space).ok_or_else(not_sip)?;
        if is_version_name(first) {
            check_version(first)?;
            let code = trim(rest).get(..3).unwrap_or_default();
            let ended = matches!(trim(rest).get(3), None | Some(b' '));
            let status = if ended { number(code).and_then(|code| u16::try_from(code).ok()) } else { None };
            return status
                .filter(|status| (100..700).contains(status))
                .map(|status| StartLine::Response { status })
                .ok_or_else(|| SipError::BadStatus { found: excerpt(trim(rest)) });
        }
        let method = token(first).ok_or_else(not_sip)?;
        let space = rest.iter().rposition(|&byte| byte == b' ').ok_or_else(not_sip)?;
        let (uri, version) = rest.split_at_checked(space).ok_or_else(not_sip)?;
        let version = trim(version);
        if !is_version_name(version) {
            return Err(not_sip());
        }
        check_version(version)?;
        let uri = trim(uri);
        if uri.is_empty() || uri.iter().copied().any(is_lws) {
            let expected = "an address without white space";
            return Err(SipError::BadHeader { header: "request line", expected, found: excerpt(uri) });
        }
        Ok(StartLine::Request { method, uri: core::str::from_utf8(uri).unwrap_or_default() })
    }
}

fn is_version_name(bytes: &[u8]) -> bool {
    bytes.get(..4).is_some_and(|name| name.eq_ignore_ascii_case(b"SIP/"))
}

fn check_version(version: &[u8]) -> Result<(), SipError> {
    let same = version.eq_ignore_ascii_case(b"SIP/2.0");
    if same { Ok(()) } else { Err(SipError::BadVersion { found: excerpt(version) }) }
}

impl<'m> Found<'m> {
    fn header(&mut self, header: Header, value: &'m [u8]) -> Result<(), SipError> {
        match header {
            // The topmost counts, and the one below if it can be read: the others are of proxies further on.
            Header::Via => {
                if self.branch.is_none() {
                    let (first, rest) = first_via(value)?;
                    self.branch = Some(branch(first)?);
                    self.branch_below = rest.map(|rest| branch(rest).unwrap_or_default());
                } else if self.branch_below.is_none() {
                    self.branch_below = first_via(value).and_then(|(first, _)| branch(first)).ok();
                }
                Ok(())
            }
            Header::From => once(&mut self.from, "From", Address::parse("From", value)?),
            Header::To => once(&mut self.to, "To", Address::parse("To", value)?),
            Header::CallId => once(&mut self.call_id, "Call-ID", call_id(value)?),
            Header::CSeq => once(&mut self.cseq, "CSeq", cseq(value)?),
            Header::ContentType => once(&mut self.content_type, "Content-Type", value),
            Header::ContentLength => once(&mut self.content_length, "Content-Length", content_length(value)?),
            Header::ContentEncoding => {
                self.encoded |= !value.is_empty() && !value.eq_ignore_ascii_case(b"identity");
                Ok(())
            }
            Header::Reason => {
                self.reason = self.reason.or_else(|| reason(value));
                Ok(())
            }
            Header::Credentials => {
                self.credentials = true;
                Ok(())
            }
        }
    }

    fn message(self, start_line: StartLine<'m>, rest: &'m [u8]) -> Result<SipMessage<'m>, SipError> {
        let missing = |header| SipError::MissingHeader { header };
        let branch = self.branch.ok_or(missing("Via"))?;
        let from = self.from.ok_or(missing("From"))?;
        let to = self.to.ok_or(missing("To"))?;
        let call_id = self.call_id.ok_or(missing("Call-ID"))?;
        let cseq = self.cseq.ok_or(missing("CSeq"))?;
        if let StartLine::Request { method, .. } = start_line {
            if method != cseq.method {
                return Err(SipError::MethodMismatch {
                    cseq: excerpt(cseq.method.as_bytes()),
                    found: excerpt(method.as_bytes()),
                });
            }
        }
        let length = self.content_length.unwrap_or(rest.len());
        Ok(SipMessage {
            start_line,
            branch,
            branch_below: self.branch_below.unwrap_or_default(),
            from,
            to,
            call_id,
            cseq,
            content_type: self.content_type.unwrap_or_default(),
            body: rest.get(..length).unwrap_or(rest),
            missing: length.saturating_sub(rest.len()),
            encoded: self.encoded,
            credentials: self.credentials,
            reason: self.reason,
        })
    }
}

fn once<T>(slot: &mut Option<T>, header: &'static str, value: T) -> Result<(), SipError> {
    if slot.is_some() {
        return Err(SipError::RepeatedHeader { header });
    }
    *slot = Some(value);
    Ok(())
}

fn bad_via(value: &[u8], expected: &'static str) -> SipError {
    SipError::BadHeader { header: "Via", expected, found: excerpt(value) }
}

/// The first value of a Via header, and the others.
fn first_via(value: &[u8]) -> Result<(&[u8], Option<&[u8]>), SipError> {
    first_of(value).map_err(|_| bad_via(value, "quotes that end"))
}

/// The first of the values between commas, and the others.
fn first_of(values: &[u8]) -> Result<(&[u8], Option<&[u8]>), Unbalanced> {
    let end = find_outside(values, |byte| byte == b',')?;
    Ok(match end.and_then(|end| values.split_at_checked(end)) {
        Some((first, rest)) => (first, rest.get(1..)),
        None => (values, None),
    })
}

/// The branch of the first value of a Via header.
fn branch(value: &[u8]) -> Result<&str, SipError> {
    let semicolon = find_outside(value, |byte| byte == b';').map_err(|_| bad_via(value, "quotes that end"))?;
    // The parameters end at a comma.
    let parameters = semicolon.and_then(|position| value.get(position..)).unwrap_or_default();
    let branch = Parameters::new(parameters).get("branch").unwrap_or_default();
    core::str::from_utf8(branch).map_err(|_| bad_via(value, "a branch in UTF-8"))
}

fn call_id(value: &[u8]) -> Result<&str, SipError> {
    let bad = || SipError::BadHeader { header: "Call-ID", expected: "one word", found: excerpt(value) };
    let text = core::str::from_utf8(value).map_err(|_| bad())?;
    if text.is_empty() || text.contains(|c: char| c.is_whitespace() || c.is_control()) { Err(bad()) } else { Ok(text) }
}

fn cseq(value: &[u8]) -> Result<CSeq<'_>, SipError> {
    let bad =
        || SipError::BadHeader { header: "CSeq", expected: "a number of 32 bits and a method", found: excerpt(value) };
    let space = value.iter().position(|&byte| is_lws(byte)).ok_or_else(bad)?;
    let (digits, method) = value.split_at_checked(space).ok_or_else(bad)?;
    let number = number(digits).and_then(|number| u32::try_from(number).ok()).ok_or_else(bad)?;
    Ok(CSeq { number, method: token(trim(method)).ok_or_else(bad)? })
}

fn content_length(value: &[u8]) -> Result<usize, SipError> {
    number(value).and_then(|length| usize::try_from(length).ok()).ok_or_else(|| SipError::BadHeader {
        header: "Content-Length",
        expected: "a number",
        found: excerpt(value),
    })
}

/// The cause of the first value of the protocol SIP.
fn reason(value: &[u8]) -> Option<u16> {
    let mut rest = Some(value);
    while let Some(values) = rest {
        let (one, others) = first_of(values).ok()?;
        let semicolon = find_outside(one, |byte| byte == b';').ok()?.unwrap_or(one.len());
        let (protocol, parameters) = one.split_at_checked(semicolon)?;
        if trim(protocol).eq_ignore_ascii_case(b"SIP") {
            return number(Parameters::new(parameters).get("cause")?).and_then(|cause| u16::try_from(cause).ok());
        }
        rest = others;
    }
    None
}

/// A decimal number, leading zeros allowed; `None` also where it does not fit.
fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |sum, digit| {
        let digit = char::from(*digit).to_digit(10)?;
        sum.checked_mul(10)?.checked_add(u64::from(digit))
    })
}
