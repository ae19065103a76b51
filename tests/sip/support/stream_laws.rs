//! What holds for every connection, whatever bytes it carries? The properties and the fuzzer check these laws of both
//! adapters of `sip::stream`. Uses only the public interface.

use im_session::sip::stream::{Framed, FramingFault, TcpFraming, WebSocketFraming};

/// One of the two adapters.
pub(crate) trait Framing {
    /// An adapter with this limit on the length of a message.
    fn with_limit(limit: usize) -> Self;
    fn next_message(&mut self, input: &mut &[u8]) -> Option<Framed<'_>>;
    fn finish(&mut self) -> Option<Framed<'_>>;
    /// Whether a framed message keeps its wire form, so that it can be framed again on its own.
    const WIRE_FORM: bool;
}

macro_rules! framing {
    ($name:ty, $wire_form:expr) => {
        impl Framing for $name {
            fn with_limit(limit: usize) -> Self {
                <$name>::with_limit(limit)
            }
            fn next_message(&mut self, input: &mut &[u8]) -> Option<Framed<'_>> {
                <$name>::next_message(self, input)
            }
            fn finish(&mut self) -> Option<Framed<'_>> {
                <$name>::finish(self)
            }
            const WIRE_FORM: bool = $wire_form;
        }
    };
}

framing!(TcpFraming, true);
framing!(WebSocketFraming, false);

/// The owned result of framing a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Came {
    Message(Vec<u8>),
    Skipped(u64, FramingFault),
}

impl From<Framed<'_>> for Came {
    fn from(framed: Framed<'_>) -> Self {
        match framed {
            Framed::Message(message) => Came::Message(message.to_vec()),
            Framed::Skipped { bytes, fault } => Came::Skipped(bytes, fault),
        }
    }
}

/// The results of these pieces, and the result of their end.
pub(crate) fn frames<'p, F: Framing>(
    framing: &mut F,
    pieces: impl IntoIterator<Item = &'p [u8]>,
) -> (Vec<Came>, Option<Came>) {
    let mut came = Vec::new();
    for mut piece in pieces {
        while let Some(framed) = framing.next_message(&mut piece) {
            came.push(framed.into());
        }
        assert!(piece.is_empty(), "all is taken before more is asked for");
    }
    (came, framing.finish().map(Came::from))
}

/// Checks the laws. The first byte selects the limit and the size of the pieces. Returns the number of messages.
pub(crate) fn any_bytes<F: Framing>(input: &[u8]) -> usize {
    let (first, bytes) = input.split_first().unwrap_or((&0, &[]));
    let limit = [40, 400, 1000, 65_535][usize::from(first & 3)];
    let piece = usize::from(first >> 2) + 2;
    let framing = || F::with_limit(limit);
    let whole = frames(&mut framing(), [bytes]);
    assert_eq!(frames(&mut framing(), bytes.chunks(piece)), whole, "pieces of {piece}");
    assert_eq!(frames(&mut framing(), bytes.chunks(1)), whole, "byte by byte");
    // After the end of a connection, an adapter is as good as new.
    let mut again = framing();
    assert_eq!(frames(&mut again, [bytes]), whole);
    assert_eq!(frames(&mut again, [bytes]), whole, "again");

    let (came, end) = whole;
    let mut total = 0;
    for came in came.iter().chain(&end) {
        match came {
            Came::Message(message) => {
                assert!(!message.is_empty() && message.len() <= limit, "{} of {limit}", message.len());
                total += message.len() as u64;
            }
            Came::Skipped(bytes, _) => {
                assert!(*bytes > 0);
                total += bytes;
            }
        }
    }
    assert!(total <= bytes.len() as u64, "{total} of {}", bytes.len());
    for message in came.iter().filter_map(|came| if let Came::Message(message) = came { Some(message) } else { None }) {
        if F::WIRE_FORM {
            let alone = frames(&mut framing(), [message.as_slice()]);
            assert_eq!(alone, (vec![Came::Message(message.clone())], None), "a message alone");
        }
    }
    came.iter().filter(|came| matches!(came, Came::Message(_))).count()
}
