//! The same events in the three text forms, as in a SIP Server's day: overlapping calls, seen at both DNs, and lines of
//! other kinds between the messages of the logs.

use std::fmt::Write;

use crate::keys::{Keys, dns};
use crate::random::Random;

/// A form of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    JsonLines,
    TServerLog,
    PlatformSdkLog,
}

/// How many calls are open at the same time.
const OPEN: usize = 64;

/// The life of a call: each event with its number and its party (0 is the caller).
const LIFE: [(&str, u16, usize); 9] = [
    ("EventDialing", 61, 0),
    ("EventRinging", 60, 1),
    ("EventEstablished", 64, 0),
    ("EventEstablished", 64, 1),
    ("EventPrivateInfo", 150, 1),
    ("EventAttachedDataChanged", 85, 1),
    ("EventPrivateInfo", 150, 0),
    ("EventReleased", 65, 0),
    ("EventReleased", 65, 1),
];

/// A text of one form.
pub struct Text {
    pub form: Form,
    pub text: String,
    pub events: usize,
}

pub const FORMS: [(&str, Form); 3] =
    [("JSON lines", Form::JsonLines), ("T-Server log", Form::TServerLog), ("Platform SDK log", Form::PlatformSdkLog)];

struct Written<'k> {
    name: &'static str,
    number: u16,
    sequence: usize,
    call: usize,
    this_dn: &'k str,
    other_dn: &'k str,
    call_uuid: &'k str,
}

impl Text {
    /// The events of this many calls.
    pub fn of(form: Form, calls: usize) -> Self {
        let keys = Keys::of(0..2 * calls, 2 * calls);
        let mut random = Random::new(3);
        let mut text = String::new();
        let mut sequence = 0;
        let mut next_call = OPEN.min(calls);
        // The open calls, each with the index of its next event.
        let mut open: Vec<(usize, usize)> = (0..next_call).map(|call| (call, 0)).collect();
        while !open.is_empty() {
            let which = random.below(open.len());
            let (call, at) = open[which];
            let (name, number, party) = LIFE[at];
            let session = 2 * call + party;
            let (this_dn, call_uuid) = keys.get(session);
            let (_, other_dn) = dns(session, 2 * calls);
            sequence += 1;
            let written = Written { name, number, sequence, call, this_dn, other_dn: &other_dn, call_uuid };
            match form {
                Form::JsonLines => written.json_line(&mut text),
                Form::PlatformSdkLog => written.platform_sdk_message(&mut text),
                Form::TServerLog => written.tserver_message(&mut text),
            }
            .expect("a String takes what is written");
            if at + 1 < LIFE.len() {
                open[which].1 += 1;
            } else if next_call < calls {
                open[which] = (next_call, 0);
                next_call += 1;
            } else {
                open.swap_remove(which);
            }
        }
        Text { form, text, events: sequence }
    }
}

impl Written<'_> {
    /// For calls to a queue; every second one has user data from the start.
    fn has_user_data(&self) -> bool {
        match self.number {
            60 | 61 => self.call.is_multiple_of(2),
            85 => true,
            _ => false,
        }
    }

    fn has_text(&self) -> bool {
        self.number == 150
    }

    fn json_line(&self, text: &mut String) -> std::fmt::Result {
        let Written { name, number, sequence, call, this_dn, other_dn, call_uuid } = self;
        write!(
            text,
            r#"{{"Event":"{name}","EventSequenceNumber":{sequence},"ServerStartTime":1426099682,"CallType":2,"ConnID":"006e{call:012x}","CallUUID":"{call_uuid}","ThisDN":"{this_dn}","ThisDNRole":{role},"OtherDN":"{other_dn}""#,
            role = number % 2
        )?;
        if self.has_user_data() {
            write!(text, r#","UserData":{{"ServiceType":"orders","WebPage":"/orders/{sequence}","PegAG":"1"}}"#)?;
        }
        if self.has_text() {
            write!(text, r#","Extensions":{{"text":"Is my order {sequence} on its way?"}}"#)?;
        }
        text.write_str("}\n")
    }

    fn tserver_message(&self, text: &mut String) -> std::fmt::Result {
        let Written { name, number, sequence, call, this_dn, other_dn, call_uuid } = self;
        let seconds = sequence / 1000 % 60;
        write!(
            text,
            "@11:48:{seconds:02}.1170 [0] 8.1.102.93 distribute_event: message {name}\n\
             \tAttributeEventSequenceNumber\t{sequence:016x}\n\
             \tAttributeServerStartTime\t0000000055008c16\n\
             \tAttributeTimeinuSecs\t117000\n\
             \tAttributeTimeinSecs\t1426099682 (11:48:{seconds:02})\n\
             \tAttributeOtherDNRole\t2\n\
             \tAttributeOtherDN\t'{other_dn}'\n\
             \tAttributeThisDNRole\t{role}\n\
             \tAttributeThisDN\t'{this_dn}'\n",
            role = number % 2
        )?;
        if self.has_user_data() {
            write!(
                text,
                "\tAttributeUserData\t[93] 00 03 00 00..\n\
                 \t\t'ServiceType'\t'orders'\n\
                 \t\t'WebPage'\t'/orders/{sequence}'\n\
                 \t\t'PegAG'\t'1'\n"
            )?;
        }
        if self.has_text() {
            write!(
                text,
                "\tAttributeExtensions\t[47] 00 01 00 00..\n\t\t'text'\t'Is my order {sequence} on its way?'\n"
            )?;
        }
        write!(
            text,
            "\tAttributeCallType\t2\n\
             \tAttributeCallID\t{call}\n\
             \tAttributeCallUUID\t'{call_uuid}'\n\
             \tAttributeConnID\t006e{call:012x}\n\
             11:48:{seconds:02}.119: CID:UUID>9F41D0A6-88C1-{call}@192.0.2.10:{call_uuid}:\n"
        )
    }

    fn platform_sdk_message(&self, text: &mut String) -> std::fmt::Result {
        let Written { name, number, sequence, call, this_dn, other_dn, call_uuid } = self;
        write!(
            text,
            "2015-03-11 11:48:02,117 [5] DEBUG Received '{name}' ('{number}')\n\
             message attributes:\n\
             AttributeEventSequenceNumber [long] = {sequence}\n\
             AttributeServerStartTime [long] = 1426099682\n\
             Time            = ComplexClass(TimeStamp):\n\
             \u{20}   AttributeTimeinuSecs [int] = 117000\n\
             \u{20}   AttributeTimeinSecs [int] = 1426099682\n\
             AttributeOtherDN [str] = \"{other_dn}\"\n\
             AttributeThisDNRole [int] = {role}\n\
             AttributeThisDN [str] = \"{this_dn}\"\n",
            role = number % 2
        )?;
        if self.has_user_data() {
            write!(
                text,
                "AttributeUserData [bstr] = KVList:\n\
                 \u{20}   'ServiceType' [str] = \"orders\"\n\
                 \u{20}   'WebPage' [str] = \"/orders/{sequence}\"\n\
                 \u{20}   'PegAG' [str] = \"1\"\n"
            )?;
        }
        if self.has_text() {
            write!(
                text,
                "AttributeExtensions [bstr] = KVList:\n\
                 \u{20}   'text' [str] = \"Is my order {sequence} on its way?\"\n"
            )?;
        }
        write!(
            text,
            "AttributeCallType [int] = 2\n\
             AttributeCallUuid [str] = \"{call_uuid}\"\n\
             AttributeConnID [long] = 006e{call:012x}\n\n"
        )
    }
}
