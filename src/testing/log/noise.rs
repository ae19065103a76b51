//! What stands between the events of a log and is none of them.

use crate::decode::Form;

/// Lines that are no events.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Noise {
    /// The lines, each with its end.
    pub(crate) text: &'static str,
    /// Whether a decoder tells of it, as an error at its first line.
    pub(crate) is_an_error: bool,
}

impl Noise {
    /// What may stand after any event of this form, and before the first: none of them may become part of an event, and none
    /// decides another form.
    pub(crate) fn of(form: Form) -> &'static [Noise] {
        match form {
            Form::JsonLines => &JSON_LINES,
            Form::TServerLog => &TSERVER_LOG,
            Form::PlatformSdkLog => &PLATFORM_SDK_LOG,
        }
    }
}

const fn quiet(text: &'static str) -> Noise {
    Noise { text, is_an_error: false }
}

const fn wrong(text: &'static str) -> Noise {
    Noise { text, is_an_error: true }
}

const JSON_LINES: [Noise; 10] = [
    quiet("\n"),
    quiet(" \t\n"),
    wrong("{\"Event\":\"EventRinging\"\n"),
    quiet("{}\n"),
    quiet("[1]\n"),
    quiet("{\"Event\":\"Ringing\",\"ThisDN\":\"9999\"}\n"),
    wrong("{\"Event\":\"EventRinging\",\"ThisDN\":9999,\"CallUUID\":\"A\"}\n"),
    wrong("{\"Event\":\"EventRinging\",\"CallUUID\":\"A\"}\n"),
    wrong("{\"Event\":\"EventRinging\",\"ThisDN\":\"9999\",\"CallUUID\":\"no id\"}\n"),
    quiet("11:49:08.388 Std 05061 Initialization completed\n"),
];

const TSERVER_LOG: [Noise; 7] = [
    quiet("\n"),
    quiet("11:49:08.388 Std 05061 Initialization completed\n"),
    quiet("11:49:08.388 -- suspend\n\tAttributeThisDN\t'9999'\n\t\t'k'\t'v'\n"),
    quiet(
        "11:49:08.388 request to 65200(SIPTS) message RequestMakeCall\n\tAttributeThisDN\t'9999'\n\tAttributeUserData\t[10] 00..\n\t\t'k'\t'v'\n",
    ),
    quiet("Via: SIP/2.0/UDP 192.0.2.1:5060\n"),
    quiet("\u{feff}11:49:08.388\n"),
    quiet("@11:49:08.3880 [0] 8.5.2 send_to_client: message\n"),
];

const PLATFORM_SDK_LOG: [Noise; 6] = [
    quiet("\n"),
    quiet("2015-03-11 11:49:08,388 INFO Client is up\n"),
    quiet(
        "2015-03-11 11:49:08,388 DEBUG Sending 'RequestMakeCall' ('16')\nmessage attributes:\nAttributeThisDN [str] = \"9999\"\nAttributeUserData [bstr] = KVList: \n    'k' [str] = \"v\"\n",
    ),
    quiet("2015-03-11 11:49:08,388 INFO\n    at Client.Main()\n    'k' [str] = \"v\"\n"),
    quiet("Via: SIP/2.0/UDP 192.0.2.1:5060\n"),
    quiet("--\n"),
];
