//! Are HEP packets of all versions read, and how are truncated and invalid ones handled?

use im_session::sip::SipMessage;
use im_session::sip::hep::{HepError, HepPacket, HepPayload, packet_length};

/// A chunk of vendor 0.
fn chunk(kind: u16, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len() + 6).unwrap();
    [&[0, 0][..], &kind.to_be_bytes(), &length.to_be_bytes(), value].concat()
}

fn packet(chunks: &[Vec<u8>]) -> Vec<u8> {
    let chunks = chunks.concat();
    let length = u16::try_from(chunks.len() + 6).unwrap();
    [&b"HEP3"[..], &length.to_be_bytes(), &chunks].concat()
}

fn addresses() -> Vec<Vec<u8>> {
    vec![
        chunk(3, &[192, 0, 2, 1]),
        chunk(4, &[192, 0, 2, 2]),
        chunk(7, &5060_u16.to_be_bytes()),
        chunk(8, &5070_u16.to_be_bytes()),
    ]
}

fn with(more: &[Vec<u8>]) -> Vec<u8> {
    packet(&[addresses(), more.to_vec()].concat())
}

#[test]
fn a_packet_has_what_it_says() {
    let bytes = with(&[
        chunk(9, &1_700_000_000_u32.to_be_bytes()),
        chunk(10, &250_000_u32.to_be_bytes()),
        chunk(11, &[1]),
        chunk(14, b"key"),
        chunk(17, b"call@x"),
        // A chunk of another vendor, and one of an unknown type.
        [&[0, 7, 0, 15, 0, 7][..], b"x"].concat(),
        chunk(999, b"?"),
        chunk(15, b"OPTIONS sip:a SIP/2.0\r\n"),
    ]);
    let read = HepPacket::parse(&bytes).unwrap();
    assert_eq!((read.version, read.protocol, read.is_sip(), read.is_whole), (3, Some(1), true, true));
    assert_eq!(
        (read.source.to_string(), read.destination.to_string()),
        ("192.0.2.1:5060".into(), "192.0.2.2:5070".into())
    );
    assert_eq!(read.time.unwrap().as_millis(), 1_700_000_000_250);
    assert_eq!((read.authentication_key, read.correlation_id), (Some(&b"key"[..]), Some(&b"call@x"[..])));
    assert_eq!(read.payload, HepPayload::Plain(b"OPTIONS sip:a SIP/2.0\r\n"));
    assert_eq!(packet_length(&bytes), Some(bytes.len()));
    let compressed = with(&[chunk(11, &[100]), chunk(16, b"\x78\x9c")]);
    let compressed = HepPacket::parse(&compressed).unwrap();
    assert_eq!((compressed.payload, compressed.is_sip()), (HepPayload::Compressed(b"\x78\x9c"), false));
}

#[test]
fn addresses_are_of_either_family() {
    let v6 = |last: u8| [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last];
    let bytes = packet(&[chunk(5, &v6(1)), chunk(6, &v6(2)), chunk(15, b"x")]);
    let read = HepPacket::parse(&bytes).unwrap();
    assert_eq!(
        (read.source.to_string(), read.destination.to_string()),
        ("[2001:db8::1]:0".into(), "[2001:db8::2]:0".into())
    );
    // Versions 1 and 2.
    let old = |version: u8, time: &[u8]| {
        [&[version, 16, 2, 17, 0x13, 0xc4, 0x13, 0xce, 192, 0, 2, 1, 192, 0, 2, 2][..], time, b"SIP"].concat()
    };
    for (bytes, version) in [(old(1, b""), 1), (old(2, &[0; 12]), 2)] {
        let read = HepPacket::parse(&bytes).unwrap();
        assert_eq!((read.version, read.payload, read.time), (version, HepPayload::Plain(b"SIP"), None));
        assert_eq!((read.source.port(), read.destination.port()), (5060, 5070));
    }
}

#[test]
fn what_is_wrong_is_named() {
    let missing = |what| Err(HepError::Missing { what });
    assert_eq!(HepPacket::parse(b"INVITE sip:a SIP/2.0\r\n"), Err(HepError::NotHep));
    assert_eq!(HepPacket::parse(b"HEP3\x00"), Err(HepError::Short));
    assert_eq!(HepPacket::parse(&packet(&[chunk(15, b"x")])), missing("a source address"));
    assert_eq!(
        HepPacket::parse(&packet(&[chunk(3, &[1, 2, 3, 4]), chunk(15, b"x")])),
        missing("a destination address")
    );
    assert_eq!(HepPacket::parse(&with(&[])), missing("a payload"));
    assert_eq!(HepPacket::parse(&with(&[chunk(3, &[1, 2, 3])])), Err(HepError::BadChunk { chunk: 3 }));
    assert_eq!(HepPacket::parse(&with(&[chunk(9, &[1])])), Err(HepError::BadChunk { chunk: 9 }));
    assert_eq!(HepPacket::parse(&with(&[vec![0, 0, 0, 15, 0, 5]])), Err(HepError::BadChunk { chunk: 15 }));
    assert_eq!(HepPacket::parse(&[1, 16, 7, 17, 0, 0, 0, 0]), Err(HepError::BadFamily { found: 7 }));
    assert_eq!(HepPacket::parse(&[1, 16, 2, 17, 0, 0, 0, 0, 1]), Err(HepError::Short));
}

#[test]
fn a_packet_that_was_cut_off_says_so() {
    let bytes = with(&[chunk(15, b"OPTIONS sip:a SIP/2.0\r\n")]);
    let mut read = 0;
    for length in 0..bytes.len() {
        if let Ok(cut) = HepPacket::parse(&bytes[..length]) {
            assert!(!cut.is_whole, "{length} bytes");
            read += 1;
        }
    }
    assert!(read > 10, "{read} cuts gave a packet");
    let followed = [&bytes[..], b"HEP3"].concat();
    assert!(HepPacket::parse(&followed).unwrap().is_whole, "what follows is another packet");
}

#[test]
fn contacts_come_in_one_header_or_in_several() {
    let message =
        b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:a@x>;tag=2\r\n\
        Call-ID: c\r\nCSeq: 1 REGISTER\r\nContact: \"A, <b>\" <sip:a@1.2.3.4>;q=1;expires=60, sip:a@b\r\n\
        X: y\r\nm: <sip:a@c;x=1>;expires=many\r\n\r\nContact: <sip:body@x>";
    let message = SipMessage::parse(message).unwrap();
    let found: Vec<(&str, Option<u32>)> = message.contacts().map(|contact| (contact.uri, contact.expires)).collect();
    assert_eq!(found, [("sip:a@1.2.3.4", Some(60)), ("sip:a@b", None), ("sip:a@c;x=1", None)]);
    assert!(!message.has_via_below());
}

#[test]
fn a_via_below_is_seen_also_where_it_cannot_be_read() {
    for vias in ["Via: SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/UDP b", "v: SIP/2.0/UDP a;branch=z9hG4bK1\r\nVia: ?"] {
        let message = format!(
            "SIP/2.0 200 OK\r\n{vias}\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:a@x>;tag=2\r\nCall-ID: c\r\nCSeq: 1 REGISTER\r\n\r\n"
        );
        assert!(SipMessage::parse(message.as_bytes()).unwrap().has_via_below(), "{vias}");
    }
}
