//! One SIP message, as far as the observer needs it: RFC 3261 sections 7, 8.1.1, 20 and 25.
//!
//! Nothing is copied. A header that the message does not need is not parsed, or not refused, so an error in it has no
//! effect.

mod address;
mod contact;
mod headers;
mod lexer;
mod text;
mod uri;
mod via;

pub use address::Address;
use address::first_uri;
pub use contact::Contact;
use contact::contacts;
pub(super) use headers::{Header, HeaderLine, HeaderLines};
pub(super) use lexer::decimal;
use lexer::{first_of, is_lws, token, trim, with_parameters};
pub(super) use text::text_of;
pub(super) use uri::has_user;
pub use uri::{address_of_record, dn_of_uri};
use via::branch;
pub use via::{Rport, Via};

use super::error::{SipError, excerpt};

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
    /// The branch of the topmost Via. Empty if it has none (RFC 2543), or if a Via that the message does not need is
    /// missing or cannot be read.
    pub branch: &'m str,
    /// The branch of the Via below the topmost. In a request that a proxy forwards it is that of the request that the
    /// proxy received. Empty if there is none.
    pub branch_below: &'m str,
    /// The From header.
    pub from: Address<'m>,
    /// The To header.
    pub to: Address<'m>,
    /// The Call-ID.
    pub call_id: &'m str,
    /// The CSeq header.
    pub cseq: CSeq<'m>,
    /// The value of the first Content-Type; empty if there is none.
    pub content_type: &'m [u8],
    /// The body, limited by Content-Length. It may be shorter: see [`missing`](Self::missing). If Content-Length is not
    /// one number, the body extends to the end of the bytes.
    pub body: &'m [u8],
    /// The number of bytes by which the body is shorter than Content-Length says.
    pub missing: usize,
    /// Whether the body is encoded (compressed): there is a Content-Encoding other than `identity`.
    pub encoded: bool,
    /// Whether there is an Authorization or Proxy-Authorization.
    pub credentials: bool,
    /// The cause in a Reason header of the protocol SIP (RFC 3326).
    pub reason: Option<u16>,
    top_via: &'m [u8],
    has_via_below: bool,
    top_contact: &'m [u8],
    headers: &'m [u8],
}

/// The first line of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartLine<'m> {
    /// A request.
    Request {
        /// Its method. Methods are case-sensitive.
        method: &'m str,
        /// Its Request-URI: the current destination, while To has the original one. Empty if it is not UTF-8.
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

/// The headers read so far.
#[derive(Default)]
struct Found<'m> {
    top_via: Option<&'m [u8]>,
    branch: &'m str,
    branch_below: Option<&'m str>,
    has_via_below: bool,
    from: Option<Address<'m>>,
    to: Option<Address<'m>>,
    call_id: Option<&'m str>,
    cseq: Option<CSeq<'m>>,
    content_type: Option<&'m [u8]>,
    content_length: ContentLength,
    encoded: bool,
    credentials: bool,
    reason: Option<u16>,
    top_contact: &'m [u8],
    /// The error in the branch, which only INVITE, CANCEL and the responses to INVITE need.
    bad_branch: Option<SipError>,
    /// The first error in the URIs of From and To, which only INVITE needs.
    bad_uri: Option<SipError>,
}

/// The length of the body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum ContentLength {
    /// There is no Content-Length.
    #[default]
    Absent,
    /// This many bytes.
    Bytes(usize),
    /// The header is not a number, or not the same number as an earlier one.
    Unusable,
}

impl ContentLength {
    /// The length after one more header with this value.
    pub(super) fn and(self, value: &[u8]) -> Self {
        match (self, decimal(value).and_then(|length| usize::try_from(length).ok())) {
            (ContentLength::Absent, Some(length)) => ContentLength::Bytes(length),
            (ContentLength::Bytes(before), Some(length)) if before == length => self,
            (ContentLength::Absent | ContentLength::Bytes(_) | ContentLength::Unusable, _) => ContentLength::Unusable,
        }
    }
}

impl<'m> SipMessage<'m> {
    /// Parses one message: a datagram, or a message from the framing of a stream.
    ///
    /// Empty lines before the first line are skipped. Lines may end in LF only.
    ///
    /// # Errors
    ///
    /// The first violation of RFC 3261 in the parts that are read.
    pub fn parse(bytes: &'m [u8]) -> Result<Self, SipError> {
        let mut bytes = bytes;
        while let [b'\r' | b'\n', rest @ ..] = bytes {
            bytes = rest;
        }
        let not_sip = || SipError::NotSip { found: excerpt(bytes) };
        let line_feed = bytes.iter().position(|&byte| byte == b'\n').ok_or_else(not_sip)?;
        let (first_line, rest) = bytes.split_at_checked(line_feed).ok_or_else(not_sip)?;
        let start_line = StartLine::parse(first_line)?;

        let headers = rest.strip_prefix(b"\n").unwrap_or(rest);
        let mut lines = HeaderLines::new(headers);
        let mut found = Found::default();
        let mut bad = None;
        let rest = loop {
            match lines.next()? {
                HeaderLine::Header(header, value) => found.header(header, value)?,
                HeaderLine::Other => {}
                HeaderLine::Bad(line) => bad = bad.or(Some(line)),
                HeaderLine::Body(rest) => break rest,
            }
        };
        found.message(start_line, headers, rest).map_err(|error| match (error, bad) {
            // If a header is missing, the malformed line is the better explanation.
            (SipError::MissingHeader { .. }, Some(line)) => SipError::BadHeaderLine { found: excerpt(trim(line)) },
            (error, _) => error,
        })
    }

    /// Whether this is a request, and not a response.
    #[must_use]
    pub fn is_a_request(&self) -> bool {
        matches!(self.start_line, StartLine::Request { .. })
    }

    /// The topmost Via: who sent the request, and where its responses go. `None` if there is none or it cannot be read.
    ///
    /// ```
    /// use im_session::sip::SipMessage;
    ///
    /// let message = SipMessage::parse(
    ///     b"INVITE sip:3002@x SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bK1\r\n\
    ///       From: <sip:3001@x>;tag=a1\r\nTo: <sip:3002@x>\r\n\
    ///       Contact: <sip:3001@10.0.0.1:5070>\r\nCall-ID: c1\r\nCSeq: 1 INVITE\r\n\r\n",
    /// )
    /// .unwrap();
    /// let via = message.via().unwrap();
    /// assert_eq!((via.host, via.reply_port(40_000)), ("10.0.0.1", 5070));
    /// assert_eq!(message.contact(), Some("sip:3001@10.0.0.1:5070"));
    /// assert!(message.is_request("INVITE") && !message.has_via_below());
    /// ```
    #[must_use]
    pub fn via(&self) -> Option<Via<'m>> {
        Via::parse(self.top_via)
    }

    /// The URI of the first Contact: where its sender expects requests. `None` if there is none or it cannot be read.
    #[must_use]
    pub fn contact(&self) -> Option<&'m str> {
        first_uri(self.top_contact)
    }

    /// Whether there is a Via below the topmost one: a proxy has forwarded the message, or has to forward it.
    #[must_use]
    pub fn has_via_below(&self) -> bool {
        self.has_via_below
    }

    /// All Contacts in order. In a 2xx to REGISTER they are the registrations of To (RFC 3261 section 10.3). A Contact
    /// that cannot be read ends the header that contains it.
    pub fn contacts(&self) -> impl Iterator<Item = Contact<'m>> + use<'m> {
        contacts(self.headers)
    }

    /// Whether this is a request with this method.
    #[must_use]
    pub fn is_request(&self, wanted: &str) -> bool {
        matches!(self.start_line, StartLine::Request { method, .. } if method == wanted)
    }
}

impl<'m> StartLine<'m> {
    pub(super) fn parse(line: &'m [u8]) -> Result<Self, SipError> {
        let line = trim(line);
        let not_sip = || SipError::NotSip { found: excerpt(line) };
        let space = line.iter().position(|&byte| byte == b' ').ok_or_else(not_sip)?;
        let (first, rest) = line.split_at_checked(space).ok_or_else(not_sip)?;
        if is_version_name(first) {
            check_version(first)?;
            let code = trim(rest).get(..3).unwrap_or_default();
            let ended = matches!(trim(rest).get(3), None | Some(b' '));
            let status = if ended { decimal(code).and_then(|code| u16::try_from(code).ok()) } else { None };
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
            // Only the topmost counts, and the one below it if it can be read. The others are from proxies further
            // away.
            Header::Via => {
                if self.top_via.is_none() {
                    let (first, rest) = first_of(value).unwrap_or((value, None));
                    self.top_via = Some(first);
                    match branch(first) {
                        Ok(branch) => self.branch = branch,
                        Err(fault) => self.bad_branch = Some(fault),
                    }
                    self.branch_below = rest.map(|rest| branch(rest).unwrap_or_default());
                    self.has_via_below = rest.is_some();
                    return Ok(());
                }
                self.has_via_below = true;
                if self.branch_below.is_none() {
                    self.branch_below = first_of(value).ok().and_then(|(first, _)| branch(first).ok());
                }
                Ok(())
            }
            Header::From => {
                let (address, fault) = Address::parse("From", value)?;
                self.bad_uri = self.bad_uri.take().or(fault);
                once(&mut self.from, "From", address)
            }
            Header::To => {
                let (address, fault) = Address::parse("To", value)?;
                self.bad_uri = self.bad_uri.take().or(fault);
                once(&mut self.to, "To", address)
            }
            Header::CallId => once(&mut self.call_id, "Call-ID", call_id(value)?),
            Header::CSeq => once(&mut self.cseq, "CSeq", cseq(value)?),
            Header::ContentType => {
                self.content_type = self.content_type.or(Some(value));
                Ok(())
            }
            Header::ContentLength => {
                self.content_length = self.content_length.and(value);
                Ok(())
            }
            Header::ContentEncoding => {
                self.encoded |= !value.is_empty() && !value.eq_ignore_ascii_case(b"identity");
                Ok(())
            }
            Header::Reason => {
                self.reason = self.reason.or_else(|| reason(value));
                Ok(())
            }
            Header::Contact => {
                self.top_contact = if self.top_contact.is_empty() { value } else { self.top_contact };
                Ok(())
            }
            Header::Credentials => {
                self.credentials = true;
                Ok(())
            }
        }
    }

    fn message(self, start_line: StartLine<'m>, headers: &'m [u8], rest: &'m [u8]) -> Result<SipMessage<'m>, SipError> {
        let missing = |header| SipError::MissingHeader { header };
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
        let is_request = matches!(start_line, StartLine::Request { .. });
        if cseq.method == "INVITE" || (cseq.method == "CANCEL" && is_request) {
            self.top_via.ok_or(missing("Via"))?;
            self.bad_branch.map_or(Ok(()), Err)?;
        }
        if cseq.method == "INVITE" && is_request {
            self.bad_uri.map_or(Ok(()), Err)?;
        }
        let length = match self.content_length {
            ContentLength::Bytes(length) => length,
            ContentLength::Absent | ContentLength::Unusable => rest.len(),
        };
        Ok(SipMessage {
            start_line,
            branch: self.branch,
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
            top_via: self.top_via.unwrap_or_default(),
            has_via_below: self.has_via_below,
            top_contact: self.top_contact,
            // Without the body, so that messages compare equal whatever follows them.
            headers: headers.get(..headers.len().saturating_sub(rest.len())).unwrap_or_default(),
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
    let number = decimal(digits).and_then(|number| u32::try_from(number).ok()).ok_or_else(bad)?;
    Ok(CSeq { number, method: token(trim(method)).ok_or_else(bad)? })
}

/// The cause in the first value of the protocol SIP.
fn reason(value: &[u8]) -> Option<u16> {
    let mut rest = Some(value);
    while let Some(values) = rest {
        let (one, others) = first_of(values).ok()?;
        let (protocol, parameters) = with_parameters(one).ok()?;
        if trim(protocol).eq_ignore_ascii_case(b"SIP") {
            return decimal(parameters.get("cause")?).and_then(|cause| u16::try_from(cause).ok());
        }
        rest = others;
    }
    None
}
