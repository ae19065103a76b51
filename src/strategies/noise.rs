//! What stands between the events of a log and is none of them.

use alloc::string::String;

use proptest::prelude::*;

use super::names::few;
use crate::decode::Form;

/// Lines that are no events.
#[derive(Debug, Clone)]
pub(super) struct Noise {
    /// The lines, each with its end.
    pub(super) text: String,
    /// Whether a decoder tells of it, as an error at its first line.
    pub(super) is_an_error: bool,
}

/// Lines that may stand after any event of this form, and before the first: none of them may become part of an event, and
/// none decides another form.
pub(super) fn noise(form: Form) -> BoxedStrategy<Noise> {
    match form {
        Form::JsonLines => json_noise().boxed(),
        Form::TServerLog => quiet(few(&TSERVER)).boxed(),
        Form::PlatformSdkLog => quiet(few(&PLATFORM_SDK)).boxed(),
    }
}

fn quiet(text: impl Strategy<Value = String>) -> impl Strategy<Value = Noise> {
    text.prop_map(|text| Noise { text, is_an_error: false })
}

fn json_noise() -> impl Strategy<Value = Noise> {
    let wrong = few(&[
        "{\"Event\":\"EventRinging\"\n",
        "{}\n",
        "[1]\n",
        "{\"Event\":\"Ringing\",\"ThisDN\":\"9999\"}\n",
        "{\"Event\":\"EventRinging\",\"ThisDN\":9999,\"CallUUID\":\"A\"}\n",
        "{\"Event\":\"EventRinging\",\"CallUUID\":\"A\"}\n",
        "{\"Event\":\"EventRinging\",\"ThisDN\":\"9999\",\"CallUUID\":\"no id\"}\n",
        "11:49:08.388 Std 05061 Initialization completed\n",
    ]);
    prop_oneof![
        1 => quiet(few(&["\n", " \t\n"])),
        1 => wrong.prop_map(|text| Noise { text, is_an_error: true }),
    ]
}

const TSERVER: [&str; 7] = [
    "\n",
    "11:49:08.388 Std 05061 Initialization completed\n",
    "11:49:08.388 -- suspend\n\tAttributeThisDN\t'9999'\n\t\t'k'\t'v'\n",
    "11:49:08.388 request to 65200(SIPTS) message RequestMakeCall\n\tAttributeThisDN\t'9999'\n\tAttributeUserData\t[10] 00..\n\t\t'k'\t'v'\n",
    "Via: SIP/2.0/UDP 192.0.2.1:5060\n",
    "\u{feff}11:49:08.388\n",
    "@11:49:08.3880 [0] 8.5.2 send_to_client: message\n",
];

const PLATFORM_SDK: [&str; 6] = [
    "\n",
    "2015-03-11 11:49:08,388 INFO Client is up\n",
    "2015-03-11 11:49:08,388 DEBUG Sending 'RequestMakeCall' ('16')\nmessage attributes:\nAttributeThisDN [str] = \"9999\"\nAttributeUserData [bstr] = KVList: \n    'k' [str] = \"v\"\n",
    "2015-03-11 11:49:08,388 INFO\n    at Client.Main()\n    'k' [str] = \"v\"\n",
    "Via: SIP/2.0/UDP 192.0.2.1:5060\n",
    "--\n",
];
