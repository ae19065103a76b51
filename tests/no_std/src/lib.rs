//! Does `im-session` work without the standard library? This static library without `std` has its own panic handler and
//! allocator and is linked into the C program `main.c`. `./check` builds and runs it. Nothing depends on this crate.

#![no_std]

mod bump_allocator;
mod plain_hasher;

use core::hash::BuildHasherDefault;

use im_session::decode::DecodeResult;
use im_session::machine::{Step, step};
use im_session::{BaseUri, CallEvent, Decoder, Sessions, State};
use plain_hasher::PlainHasher;

const LOG: &[u8] = b"11:49:08.388 Trc 04542 received from 65200(SIPTS)host:7007(fd=12) message EventRinging\n\
    \tAttributeCallUUID\t'QK59HK4FS927D7FUU41G6IE468000004'\n\
    \tAttributeThisDN\t'3020'\n\
    11:49:09.112 Trc 04542 received from 65200(SIPTS)host:7007(fd=12) message EventEstablished\n\
    \tAttributeCallUUID\t'QK59HK4FS927D7FUU41G6IE468000004'\n\
    \tAttributeThisDN\t'3020'\n";

/// Uses every module. Returns 0 if everything works, otherwise the number of the failing line.
#[unsafe(no_mangle)]
pub extern "C" fn im_session_check() -> u32 {
    if step(Some(State::Alerting), CallEvent::Established) != (Step::Changed { to: State::Talking }) {
        return line!();
    }

    let hasher = BuildHasherDefault::<PlainHasher>::default();
    let mut sessions = Sessions::with_hasher(BaseUri::new("http://localhost:8090"), hasher);
    let mut notifications = 0;
    let mut handle = |result: DecodeResult<'_>| {
        if let Ok(decoded) = result {
            if let Ok(handled) = sessions.handle_event(&decoded.event) {
                notifications += handled.notifications().count();
            }
        }
    };
    let mut decoder = Decoder::new();
    for bytes in LOG.chunks(100) {
        decoder.push(bytes, &mut handle);
    }
    decoder.finish().for_each(handle);
    if notifications != 2 {
        return line!();
    }

    let Some(session) = sessions.get("3020", "QK59HK4FS927D7FUU41G6IE468000004") else {
        return line!();
    };
    let resource = sessions.resource(session);
    if resource.state() != State::Talking || resource.path() != "/im-sessions/QK59HK4FS927D7FUU41G6IE468000004" {
        return line!();
    }
    0
}

/// `std` would bring its own panic handler. The build fails with two, which proves that `std` is not linked.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
