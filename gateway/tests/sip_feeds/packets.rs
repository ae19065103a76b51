//! Which packets are accepted, and from which senders?

use im_session_gateway::feeds::hep::{HepKey, RefusedPacket, captured};

use crate::support::{ANN, BOB, call, hep};

#[test]
fn a_packet_of_sip_is_taken() {
    let message = call(ANN, BOB).remove(0);
    assert_eq!(captured(&hep(&message, 1, None), None), Ok(message.clone()));
    // If no key is configured, the gateway ignores the key of a packet.
    assert_eq!(captured(&hep(&message, 1, Some(b"any")), None), Ok(message));
}

#[test]
fn the_key_is_compared() {
    let message = call(ANN, BOB).remove(0);
    let key = HepKey::new(b"the key").unwrap();
    let with = |sent: Option<&[u8]>| captured(&hep(&message, 1, sent), Some(&key));
    assert_eq!(with(Some(b"the key")), Ok(message.clone()));
    for wrong in [None, Some(&b""[..]), Some(b"the kez"), Some(b"the key "), Some(b"the ke")] {
        assert_eq!(with(wrong), Err(RefusedPacket::WrongKey), "{wrong:?}");
    }
    // The key is checked first, so that a stranger learns nothing.
    assert_eq!(captured(&hep(&message, 100, None), Some(&key)), Err(RefusedPacket::WrongKey));
    assert!(HepKey::new(b"").is_none());
}

#[test]
fn what_is_no_sip_is_told_apart() {
    let message = call(ANN, BOB).remove(0);
    assert_eq!(captured(&hep(&message, 100, None), None), Err(RefusedPacket::OtherProtocol));
    let packet = hep(&message, 1, None);
    let place = packet.windows(4).position(|bytes| bytes == [0, 0, 0, 15]).unwrap();
    let mut compressed = packet.clone();
    compressed[place + 3] = 16;
    assert_eq!(captured(&compressed, None), Err(RefusedPacket::Compressed));
    for length in 0..packet.len() {
        assert_eq!(captured(&packet[..length], None), Err(RefusedPacket::Malformed), "{length} bytes");
    }
    assert_eq!(captured(&[&packet[..], b"x"].concat(), None), Err(RefusedPacket::Malformed));
    // HEP version 1.
    let old = [&[1, 16, 2, 17, 0x13, 0xc4, 0x13, 0xce, 192, 0, 2, 1, 192, 0, 2, 2][..], &message.message].concat();
    assert_eq!(captured(&old, None), Err(RefusedPacket::Malformed));
}
