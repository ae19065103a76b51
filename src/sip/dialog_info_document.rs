//! A dialog-info document as it stands: the XML of RFC 4235 section 4.1, the parts that are needed.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use roxmltree::{Document, Node, ParsingOptions};

use super::error::excerpt;
use crate::event::BadCallUuid;

/// Why a dialog-info document was not taken. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DialogInfoError {
    /// The document is longer than the limit.
    #[error("expected a document of at most {limit} bytes, found {found}")]
    TooLong {
        /// The limit.
        limit: usize,
        /// How long it is.
        found: usize,
    },
    /// It is not XML in UTF-8.
    #[error("expected XML in UTF-8, found something else: {reason}")]
    NotXml {
        /// What the XML reader says.
        reason: String,
    },
    /// The outermost element is another one.
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
    /// An attribute or the text of an element is not what it has to be.
    #[error("{what}: expected {expected}, found {found:?}")]
    Bad {
        /// Which one.
        what: &'static str,
        /// What it should have been.
        expected: &'static str,
        /// What it was, the first 80 characters.
        found: String,
    },
    /// The document is about another entity than those before it.
    #[error("expected a document about {expected:?}, found one about {found:?}")]
    OtherEntity {
        /// Whom the documents before were about.
        expected: String,
        /// Whom this one is about.
        found: String,
    },
    /// As many sessions as the limit allows are open already.
    #[error("expected at most {limit} open calls, found more")]
    TooManyCalls {
        /// The limit.
        limit: usize,
    },
    /// The embedder's function gave something that cannot be the id of a session.
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

/// One dialog in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DialogElement {
    pub(super) id: Box<str>,
    pub(super) call_id: Option<Box<str>>,
    pub(super) local_tag: Option<Box<str>>,
    pub(super) remote_tag: Option<Box<str>>,
    /// Whether the entity called; absent counts as called, which is what a lamp shows.
    pub(super) initiator: bool,
    pub(super) state: DialogState,
    /// The state was reached by the caller giving up.
    pub(super) cancelled: bool,
    /// The address of the other party.
    pub(super) remote: Option<Box<str>>,
}

/// The states of RFC 4235 section 3.7.1. A dialog goes through them in this order, and may skip some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum DialogState {
    Trying,
    Proceeding,
    Early,
    Confirmed,
    Terminated,
}

impl DialogInfoDocument {
    pub(super) fn parse(bytes: &[u8], limit: usize) -> Result<Self, DialogInfoError> {
        if bytes.len() > limit {
            return Err(DialogInfoError::TooLong { limit, found: bytes.len() });
        }
        let not_xml = |reason: String| DialogInfoError::NotXml { reason };
        let text = core::str::from_utf8(bytes).map_err(|error| not_xml(error.to_string()))?;
        // A byte order mark is allowed, a DTD is not: nothing is expanded and nothing fetched.
        let options = ParsingOptions { nodes_limit: 100_000, ..ParsingOptions::default() };
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let document = Document::parse_with_options(text, options).map_err(|error| not_xml(error.to_string()))?;

        let root = document.root_element();
        if root.tag_name().name() != "dialog-info" {
            return Err(DialogInfoError::NotDialogInfo { found: excerpt(root.tag_name().name().as_bytes()) });
        }
        let version = required(root, "dialog-info", "version")?;
        let state = required(root, "dialog-info", "state")?;
        let dialogs = children(root, "dialog").map(DialogElement::read).collect::<Result<_, _>>()?;
        Ok(DialogInfoDocument {
            version: version.trim().parse().map_err(|_| bad("version", "a number of 32 bits", version))?,
            full: match state {
                "full" => true,
                "partial" => false,
                other => return Err(bad("state of dialog-info", "full or partial", other)),
            },
            entity: required(root, "dialog-info", "entity")?.trim().into(),
            dialogs,
        })
    }
}

impl DialogElement {
    fn read(dialog: Node<'_, '_>) -> Result<Self, DialogInfoError> {
        let attribute = |name| dialog.attribute(name).map(str::trim).filter(|text| !text.is_empty()).map(Box::from);
        let state = children(dialog, "state")
            .next()
            .ok_or(DialogInfoError::Missing { element: "dialog", what: "the element state" })?;
        let remote = children(dialog, "remote").next();
        let identity = remote.and_then(|remote| children(remote, "identity").next()).and_then(|node| node.text());
        let target =
            || remote.and_then(|remote| children(remote, "target").next()).and_then(|node| node.attribute("uri"));
        Ok(DialogElement {
            id: required(dialog, "dialog", "id")?.trim().into(),
            call_id: attribute("call-id"),
            local_tag: attribute("local-tag"),
            remote_tag: attribute("remote-tag"),
            initiator: match dialog.attribute("direction").map(str::trim) {
                Some("initiator") => true,
                Some("recipient") | None => false,
                Some(other) => return Err(bad("direction", "initiator or recipient", other)),
            },
            state: match state.text().unwrap_or_default().trim() {
                "trying" => DialogState::Trying,
                "proceeding" => DialogState::Proceeding,
                "early" => DialogState::Early,
                "confirmed" => DialogState::Confirmed,
                "terminated" => DialogState::Terminated,
                other => return Err(bad("state of dialog", "a dialog state of RFC 4235", other)),
            },
            cancelled: state.attribute("event") == Some("cancelled"),
            remote: identity.or_else(target).map(str::trim).map(Box::from),
        })
    }
}

fn bad(what: &'static str, expected: &'static str, found: &str) -> DialogInfoError {
    DialogInfoError::Bad { what, expected, found: excerpt(found.as_bytes()) }
}

fn required<'a>(node: Node<'a, '_>, element: &'static str, what: &'static str) -> Result<&'a str, DialogInfoError> {
    let value = node.attribute(what).filter(|value| !value.trim().is_empty());
    value.ok_or(DialogInfoError::Missing { element, what })
}

/// The child elements with this name, in whatever namespace: not all notifiers name it.
fn children<'a, 'input>(node: Node<'a, 'input>, name: &'static str) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(move |child| child.is_element() && child.tag_name().name() == name)
}
