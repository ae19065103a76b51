//! Logs to decode. Each of the three forms contains the same events, one session after the other.

use std::fmt::Write;

/// A form of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    JsonLines,
    TServerLog,
    PlatformSdkLog,
}

pub(crate) struct Log {
    pub(crate) bytes: Vec<u8>,
    pub(crate) events: u64,
}

/// The life of a session: name and number of each event.
const LIFE: [(&str, u16); 5] = [
    ("EventRinging", 60),
    ("EventEstablished", 64),
    ("EventPrivateInfo", 150),
    ("EventAttachedDataChanged", 85),
    ("EventReleased", 65),
];

impl Log {
    /// As many complete lives as needed for this length.
    pub(crate) fn of(form: Form, length: usize) -> Self {
        let mut text = String::new();
        let mut events = 0;
        while text.len() < length {
            for (name, number) in LIFE {
                let event = Written { name, number, life: events / LIFE.len() as u64, sequence: events };
                match form {
                    Form::JsonLines => event.json_line(&mut text),
                    Form::PlatformSdkLog => event.platform_sdk_message(&mut text),
                    Form::TServerLog => event.tserver_message(&mut text),
                }
                .expect("a String takes what is written");
                events += 1;
            }
        }
        Log { bytes: text.into_bytes(), events }
    }
}

struct Written {
    name: &'static str,
    number: u16,
    life: u64,
    sequence: u64,
}

impl Written {
    fn has_user_data(&self) -> bool {
        matches!(self.number, 60 | 85)
    }

    fn has_text(&self) -> bool {
        self.number == 150
    }

    fn json_line(&self, text: &mut String) -> std::fmt::Result {
        let Written { name, life, sequence, .. } = self;
        write!(
            text,
            r#"{{"Event":"{name}","EventSequenceNumber":{sequence},"ServerStartTime":1426099682,"ConnID":"006e{life:012x}","CallUUID":"01C8M2R4T0BGL5E7PS6GK2VA{life:08X}","ThisDN":"3002","OtherDN":"+14155550100""#
        )?;
        if self.has_user_data() {
            write!(
                text,
                r#","UserData":{{"ServiceType":"orders","WebPage":"/orders/{sequence}","Skills":{{"English":5}}}}"#
            )?;
        }
        if self.has_text() {
            write!(text, r#","Extensions":{{"text":"Is my order {sequence} on its way?"}}"#)?;
        }
        text.write_str("}\n")
    }

    fn tserver_message(&self, text: &mut String) -> std::fmt::Result {
        let Written { name, life, sequence, .. } = self;
        write!(
            text,
            "@11:48:02.1170 [0] 8.1.102.93 distribute_event: message {name}\n\
             \tAttributeEventSequenceNumber\t{sequence:016x}\n\
             \tAttributeServerStartTime\t0000000055008c16\n\
             \tAttributeTimeinuSecs\t117000\n\
             \tAttributeTimeinSecs\t1426099682 (11:48:02)\n\
             \tAttributeCallType\t2\n\
             \tAttributeConnID\t006e{life:012x}\n\
             \tAttributeCallUUID\t'01C8M2R4T0BGL5E7PS6GK2VA{life:08X}'\n\
             \tAttributeThisDN\t'3002'\n\
             \tAttributeOtherDN\t'+14155550100'\n"
        )?;
        if self.has_user_data() {
            write!(
                text,
                "\tAttributeUserData\t[93] 00 03 00 00..\n\
                 \t\t'ServiceType'\t'orders'\n\
                 \t\t'WebPage'\t'/orders/{sequence}'\n\
                 \t\t'Skills'(list)\n\
                 \t\t\t'English'\t5\n"
            )?;
        }
        if self.has_text() {
            write!(
                text,
                "\tAttributeExtensions\t[47] 00 01 00 00..\n\t\t'text'\t'Is my order {sequence} on its way?'\n"
            )?;
        }
        text.write_str("11:48:02.119: CID:UUID>9F41D0A6-88C1-1@192.0.2.10:\n")
    }

    fn platform_sdk_message(&self, text: &mut String) -> std::fmt::Result {
        let Written { name, number, life, sequence } = self;
        write!(
            text,
            "2015-03-11 11:48:02,117 [5] DEBUG Received '{name}' ('{number}')\n\
             message attributes:\n\
             AttributeEventSequenceNumber [long] = {sequence}\n\
             AttributeServerStartTime [long] = 1426099682\n\
             Time            = ComplexClass(TimeStamp):\n\
             \u{20}   AttributeTimeinuSecs [int] = 117000\n\
             \u{20}   AttributeTimeinSecs [int] = 1426099682\n\
             AttributeCallType [int] = 2\n\
             AttributeConnID [long] = 006e{life:012x}\n\
             AttributeCallUuid [str] = \"01C8M2R4T0BGL5E7PS6GK2VA{life:08X}\"\n\
             AttributeThisDN [str] = \"3002\"\n\
             AttributeOtherDN [str] = \"+14155550100\"\n"
        )?;
        if self.has_user_data() {
            write!(
                text,
                "AttributeUserData [bstr] = KVList:\n\
                 \u{20}   'ServiceType' [str] = \"orders\"\n\
                 \u{20}   'WebPage' [str] = \"/orders/{sequence}\"\n\
                 \u{20}   'Skills' [list] = KVList:\n\
                 \u{20}       'English' [int] = 5\n"
            )?;
        }
        if self.has_text() {
            write!(
                text,
                "AttributeExtensions [bstr] = KVList:\n\
                 \u{20}   'text' [str] = \"Is my order {sequence} on its way?\"\n"
            )?;
        }
        text.write_str("\n")
    }
}
