//! Parses a dialog-info document: the XML of RFC 4235 section 4.1, as far as it is needed.
//!
//! The document is read once, token by token, and only the needed parts are kept. So the cost is linear in its length,
//! whatever its elements, attributes and namespaces are.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use xmlparser::{ElementEnd, Reference, StrSpan, Stream, Token, Tokenizer};

use crate::event::BadCallUuid;
use crate::sip::error::excerpt;
use crate::sip::limits::SipLimits;

/// The maximum depth of elements. RFC 4235 needs five levels.
const DEEPEST: usize = 64;

/// Why a dialog-info document was refused. Nothing has changed in this case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DialogInfoError {
    /// The document, or a part of it that is kept, is longer than the limit.
    #[error("expected {what} of at most {limit} bytes, found {found}")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// The limit.
        limit: usize,
        /// Its length.
        found: usize,
    },
    /// It is not XML in UTF-8.
    #[error("expected XML in UTF-8, found something else: {reason}")]
    NotXml {
        /// The message of the XML parser.
        reason: String,
    },
    /// The root element is another one.
    #[error("expected the element dialog-info, found {found:?}")]
    NotDialogInfo {
        /// Its name.
        found: String,
    },
    /// An attribute or an element is missing.
    #[error("{element}: expected {what}, found none")]
    Missing {
        /// The element that lacks it.
        element: &'static str,
        /// What is missing.
        what: &'static str,
    },
    /// An attribute or the text of an element has an invalid value.
    #[error("{what}: expected {expected}, found {found:?}")]
    Bad {
        /// Which one.
        what: &'static str,
        /// What was expected.
        expected: &'static str,
        /// What was found, its first 80 characters.
        found: String,
    },
    /// The document is about another entity than earlier ones.
    #[error("expected a document about {expected:?}, found one about {found:?}")]
    OtherEntity {
        /// The entity of the earlier documents.
        expected: String,
        /// The entity of this document.
        found: String,
    },
    /// The document would open more sessions than the limit allows.
    #[error("expected at most {limit} open calls, found more")]
    TooManyCalls {
        /// The limit.
        limit: usize,
    },
    /// The function of the embedder returned something that cannot be the id of a session.
    #[error("the session id: {0}")]
    BadSessionId(#[from] BadCallUuid),
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DialogInfoDocument {
    pub(super) version: u32,
    pub(super) full: bool,
    pub(super) entity: Box<str>,
    pub(super) dialogs: Vec<DialogElement>,
}

/// One dialog in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DialogElement {
    pub(super) id: Box<str>,
    pub(super) call_id: Option<Box<str>>,
    pub(super) local_tag: Option<Box<str>>,
    pub(super) remote_tag: Option<Box<str>>,
    /// Whether the entity is the caller. Without a direction it counts as the callee, as for a busy lamp field.
    pub(super) initiator: bool,
    pub(super) state: DialogState,
    /// Whether the state was reached because the caller gave up.
    pub(super) cancelled: bool,
    /// The address of the other party.
    pub(super) remote: Option<Box<str>>,
}

/// The states of RFC 4235 section 3.7.1. A dialog passes them in this order, and may skip some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum DialogState {
    Trying,
    Proceeding,
    Early,
    Confirmed,
    Terminated,
}

impl DialogInfoDocument {
    pub(super) fn parse(bytes: &[u8], limits: &SipLimits) -> Result<Self, DialogInfoError> {
        at_most(limits.message, "a document", bytes.len())?;
        let text = core::str::from_utf8(bytes).map_err(|error| not_xml(error.to_string()))?;
        let mut reader = Reader::default();
        // A byte order mark is allowed. A DTD is not, so that no entities are expanded or fetched.
        for token in Tokenizer::from(text) {
            match token.map_err(|error| not_xml(error.to_string()))? {
                Token::ElementStart { prefix, local, .. } => reader.begin(prefix, local)?,
                Token::Attribute { prefix, local, value, .. } if prefix.is_empty() => {
                    reader.attribute(local.as_str(), value.as_str())?;
                }
                Token::ElementEnd { end: ElementEnd::Empty, .. } => reader.end(None, limits)?,
                Token::ElementEnd { end: ElementEnd::Close(prefix, local), .. } => {
                    reader.end(Some((prefix, local)), limits)?;
                }
                Token::Text { text } => reader.text(&decoded(text.as_str())?),
                Token::Cdata { text, .. } => reader.text(text.as_str()),
                Token::DtdStart { .. }
                | Token::EmptyDtd { .. }
                | Token::EntityDeclaration { .. }
                | Token::DtdEnd { .. } => return Err(not_xml("a document type".into())),
                Token::ElementEnd { end: ElementEnd::Open, .. }
                | Token::Attribute { .. }
                | Token::Declaration { .. }
                | Token::ProcessingInstruction { .. }
                | Token::Comment { .. } => {}
            }
        }
        reader.document()
    }
}

/// The kind of an element, by its name and its parent. The namespace does not count, since not all notifiers set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Element {
    DialogInfo,
    Dialog,
    State,
    Remote,
    Identity,
    Target,
    Other,
}

/// Reads a document token by token.
#[derive(Default)]
struct Reader<'d> {
    /// The open elements.
    open: Vec<(Element, StrSpan<'d>, StrSpan<'d>)>,
    /// The values of the root element and of the last dialog: attributes by their names, the text under an empty name.
    read: BTreeMap<(Element, &'d str), String>,
    dialogs: Vec<DialogElement>,
}

impl<'d> Reader<'d> {
    fn begin(&mut self, prefix: StrSpan<'d>, local: StrSpan<'d>) -> Result<(), DialogInfoError> {
        if self.open.len() >= DEEPEST {
            return Err(not_xml(format!("elements more than {DEEPEST} levels deep")));
        }
        let element = match (self.open.last().map(|&(element, _, _)| element), local.as_str()) {
            (None, "dialog-info") => Element::DialogInfo,
            (None, other) => return Err(DialogInfoError::NotDialogInfo { found: excerpt(other.as_bytes()) }),
            (Some(Element::DialogInfo), "dialog") => {
                self.read.retain(|(element, _), _| *element == Element::DialogInfo);
                Element::Dialog
            }
            (Some(Element::Dialog), "state") => Element::State,
            (Some(Element::Dialog), "remote") => Element::Remote,
            (Some(Element::Remote), "identity") => Element::Identity,
            (Some(Element::Remote), "target") => Element::Target,
            (Some(_), _) => Element::Other,
        };
        // The first of several equal elements counts.
        let element = if self.read.contains_key(&(element, "")) { Element::Other } else { element };
        self.read.entry((element, "")).or_default();
        self.open.push((element, prefix, local));
        Ok(())
    }

    fn attribute(&mut self, name: &'d str, value: &'d str) -> Result<(), DialogInfoError> {
        let element = self.open.last().map_or(Element::Other, |&(element, _, _)| element);
        let needed = match element {
            Element::DialogInfo => matches!(name, "version" | "state" | "entity"),
            Element::Dialog => matches!(name, "id" | "call-id" | "local-tag" | "remote-tag" | "direction"),
            Element::State => name == "event",
            Element::Target => name == "uri",
            Element::Remote | Element::Identity | Element::Other => false,
        };
        // A repeated attribute, which XML forbids, is ignored.
        if needed && !self.read.contains_key(&(element, name)) {
            self.read.insert((element, name), decoded(value)?.into());
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if let Some(&(element @ (Element::State | Element::Identity), _, _)) = self.open.last() {
            self.read.entry((element, "")).or_default().push_str(text);
        }
    }

    /// Ends the innermost element. `name` is that of its end tag, if it has one.
    fn end(&mut self, name: Option<(StrSpan<'d>, StrSpan<'d>)>, limits: &SipLimits) -> Result<(), DialogInfoError> {
        let Some((element, prefix, local)) = self.open.pop() else { return Ok(()) };
        let same = |(p, l): (StrSpan<'_>, StrSpan<'_>)| (p.as_str(), l.as_str()) == (prefix.as_str(), local.as_str());
        if !name.is_none_or(same) {
            return Err(not_xml(format!("no end of the element {:?}", excerpt(local.as_str().as_bytes()))));
        }
        if element == Element::Dialog {
            let dialog = self.dialog()?;
            at_most(limits.name, "the id of a dialog", dialog.id.len())?;
            self.dialogs.push(dialog);
        }
        Ok(())
    }

    /// A value that was read, without white space around it. `None` if it is empty or absent.
    fn get(&self, element: Element, name: &'static str) -> Option<&str> {
        self.read.get(&(element, name)).map(|text| text.trim()).filter(|text| !text.is_empty())
    }

    fn required(&self, element: Element, what: &'static str) -> Result<&str, DialogInfoError> {
        let name = if element == Element::Dialog { "dialog" } else { "dialog-info" };
        self.get(element, what).ok_or(DialogInfoError::Missing { element: name, what })
    }

    fn document(mut self) -> Result<DialogInfoDocument, DialogInfoError> {
        if !self.read.contains_key(&(Element::DialogInfo, "")) || !self.open.is_empty() {
            return Err(not_xml("the end of the text".into()));
        }
        let dialogs = core::mem::take(&mut self.dialogs);
        let version = self.required(Element::DialogInfo, "version")?;
        Ok(DialogInfoDocument {
            full: match self.required(Element::DialogInfo, "state")? {
                "full" => true,
                "partial" => false,
                other => return Err(bad("state of dialog-info", "full or partial", other)),
            },
            version: version.parse().map_err(|_| bad("version", "a number of 32 bits", version))?,
            entity: self.required(Element::DialogInfo, "entity")?.into(),
            dialogs,
        })
    }

    fn dialog(&self) -> Result<DialogElement, DialogInfoError> {
        let attribute = |name| self.get(Element::Dialog, name);
        let state = self.read.get(&(Element::State, ""));
        let state = state.ok_or(DialogInfoError::Missing { element: "dialog", what: "the element state" })?;
        Ok(DialogElement {
            id: self.required(Element::Dialog, "id")?.into(),
            call_id: attribute("call-id").map(Box::from),
            local_tag: attribute("local-tag").map(Box::from),
            remote_tag: attribute("remote-tag").map(Box::from),
            initiator: match attribute("direction") {
                Some("initiator") => true,
                Some("recipient") | None => false,
                Some(other) => return Err(bad("direction", "initiator or recipient", other)),
            },
            state: match state.trim() {
                "trying" => DialogState::Trying,
                "proceeding" => DialogState::Proceeding,
                "early" => DialogState::Early,
                "confirmed" => DialogState::Confirmed,
                "terminated" => DialogState::Terminated,
                other => return Err(bad("state of dialog", "a dialog state of RFC 4235", other)),
            },
            cancelled: self.get(Element::State, "event") == Some("cancelled"),
            remote: self.get(Element::Identity, "").or_else(|| self.get(Element::Target, "uri")).map(Box::from),
        })
    }
}

fn not_xml(reason: String) -> DialogInfoError {
    DialogInfoError::NotXml { reason }
}

fn bad(what: &'static str, expected: &'static str, found: &str) -> DialogInfoError {
    DialogInfoError::Bad { what, expected, found: excerpt(found.as_bytes()) }
}

fn at_most(limit: usize, what: &'static str, found: usize) -> Result<(), DialogInfoError> {
    if found > limit { Err(DialogInfoError::TooLong { what, limit, found }) } else { Ok(()) }
}

/// The text with its references replaced by the characters that they stand for.
fn decoded(text: &str) -> Result<Cow<'_, str>, DialogInfoError> {
    if !text.contains('&') {
        return Ok(Cow::Borrowed(text));
    }
    let mut whole = String::with_capacity(text.len());
    let mut stream = Stream::from(text);
    while !stream.at_end() {
        whole.push_str(stream.consume_bytes(|_, byte| byte != b'&').as_str());
        if stream.at_end() {
            break;
        }
        match stream.consume_reference().map_err(|error| not_xml(error.to_string()))? {
            Reference::Char(character) => whole.push(character),
            Reference::Entity(name) => {
                return Err(not_xml(format!("the unknown entity {:?}", excerpt(name.as_bytes()))));
            }
        }
    }
    Ok(Cow::Owned(whole))
}
