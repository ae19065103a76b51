//! The scenarios: what caller and callee do, and the events that must result at both ends.

use std::fmt::Write as _;

/// One step of one end.
pub(crate) enum Step {
    /// Sends a request outside a dialog, with this method and CSeq number.
    Send(&'static str, u32),
    /// The same within the dialog.
    SendInDialog(&'static str, u32),
    /// Sends a response to the request with this CSeq, and adds the tag of the dialog.
    Answer(&'static str, &'static str),
    /// Sends a response to a request that already has the tag.
    AnswerInDialog(&'static str, &'static str),
    /// Waits for a request with this method.
    Await(&'static str),
    /// Waits for a response with this status.
    AwaitAnswer(u16),
    /// Accepts a response with this status before the next one.
    MayGet(u16),
    /// Waits this many milliseconds.
    Pause(u32),
}

/// A scenario.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    caller: &'static [Step],
    callee: &'static [Step],
    pub(crate) at_caller: &'static [&'static str],
    pub(crate) at_callee: &'static [&'static str],
}

use Step::{Answer, AnswerInDialog, Await, AwaitAnswer, MayGet, Pause, Send, SendInDialog};

pub(crate) const SCENARIOS: [Scenario; 11] = [
    Scenario {
        name: "answered, the caller hangs up",
        caller: &[
            Send("INVITE", 1),
            MayGet(100),
            AwaitAnswer(180),
            AwaitAnswer(200),
            SendInDialog("ACK", 1),
            Pause(50),
            SendInDialog("BYE", 2),
            AwaitAnswer(200),
        ],
        callee: &[
            Await("INVITE"),
            Answer("100 Trying", "1 INVITE"),
            Answer("180 Ringing", "1 INVITE"),
            Pause(30),
            Answer("200 OK", "1 INVITE"),
            Await("ACK"),
            Await("BYE"),
            AnswerInDialog("200 OK", "2 BYE"),
        ],
        at_caller: &["Dialing", "Established", "Released"],
        at_callee: &["Ringing", "Established", "Released"],
    },
    Scenario {
        name: "answered, the callee hangs up",
        caller: &[
            Send("INVITE", 1),
            AwaitAnswer(180),
            AwaitAnswer(200),
            SendInDialog("ACK", 1),
            Await("BYE"),
            AnswerInDialog("200 OK", "1 BYE"),
        ],
        callee: &[
            Await("INVITE"),
            Answer("180 Ringing", "1 INVITE"),
            Answer("200 OK", "1 INVITE"),
            Await("ACK"),
            Pause(30),
            SendInDialog("BYE", 1),
            AwaitAnswer(200),
        ],
        at_caller: &["Dialing", "Established", "Released"],
        at_callee: &["Ringing", "Established", "Released"],
    },
    Scenario {
        name: "answered without ringing",
        caller: &[
            Send("INVITE", 1),
            AwaitAnswer(200),
            SendInDialog("ACK", 1),
            SendInDialog("BYE", 2),
            AwaitAnswer(200),
        ],
        callee: &[
            Await("INVITE"),
            Answer("200 OK", "1 INVITE"),
            Await("ACK"),
            Await("BYE"),
            AnswerInDialog("200 OK", "2 BYE"),
        ],
        at_caller: &["Dialing", "Established", "Released"],
        at_callee: &["Established", "Released"],
    },
    Scenario {
        name: "the caller gives up",
        caller: &[
            Send("INVITE", 1),
            AwaitAnswer(180),
            Pause(30),
            Send("CANCEL", 1),
            AwaitAnswer(200),
            AwaitAnswer(487),
            SendInDialog("ACK", 1),
        ],
        callee: &[
            Await("INVITE"),
            Answer("180 Ringing", "1 INVITE"),
            Await("CANCEL"),
            Answer("200 OK", "1 CANCEL"),
            Answer("487 Request Terminated", "1 INVITE"),
            Await("ACK"),
        ],
        at_caller: &["Dialing", "Released"],
        at_callee: &["Ringing", "Abandoned"],
    },
    Scenario {
        name: "busy",
        caller: &[Send("INVITE", 1), MayGet(100), AwaitAnswer(486), SendInDialog("ACK", 1)],
        callee: &[Await("INVITE"), Answer("100 Trying", "1 INVITE"), Answer("486 Busy Here", "1 INVITE"), Await("ACK")],
        at_caller: &["Dialing", "Released"],
        at_callee: &[],
    },
    Scenario {
        name: "declined after ringing",
        caller: &[Send("INVITE", 1), AwaitAnswer(180), AwaitAnswer(603), SendInDialog("ACK", 1)],
        callee: &[Await("INVITE"), Answer("180 Ringing", "1 INVITE"), Answer("603 Decline", "1 INVITE"), Await("ACK")],
        at_caller: &["Dialing", "Released"],
        at_callee: &["Ringing", "Released"],
    },
    Scenario {
        name: "challenged, and answered",
        caller: &[
            Send("INVITE", 1),
            AwaitAnswer(407),
            SendInDialog("ACK", 1),
            Send("INVITE", 2),
            AwaitAnswer(180),
            AwaitAnswer(200),
            SendInDialog("ACK", 2),
            SendInDialog("BYE", 3),
            AwaitAnswer(200),
        ],
        callee: &[
            Await("INVITE"),
            Answer("407 Proxy Authentication Required", "1 INVITE"),
            Await("ACK"),
            Await("INVITE"),
            Answer("180 Ringing", "2 INVITE"),
            Answer("200 OK", "2 INVITE"),
            Await("ACK"),
            Await("BYE"),
            AnswerInDialog("200 OK", "3 BYE"),
        ],
        at_caller: &["Dialing", "Established", "Released"],
        at_callee: &["Ringing", "Established", "Released"],
    },
    Scenario {
        name: "redirected, and not followed",
        caller: &[Send("INVITE", 1), AwaitAnswer(302), SendInDialog("ACK", 1)],
        callee: &[Await("INVITE"), Answer("302 Moved Temporarily", "1 INVITE"), Await("ACK")],
        at_caller: &["Dialing", "Released"],
        at_callee: &[],
    },
    Scenario {
        name: "messages both ways",
        caller: &[
            Send("INVITE", 1),
            AwaitAnswer(200),
            SendInDialog("ACK", 1),
            SendInDialog("MESSAGE", 2),
            AwaitAnswer(200),
            Await("MESSAGE"),
            AnswerInDialog("200 OK", "1 MESSAGE"),
            SendInDialog("BYE", 3),
            AwaitAnswer(200),
        ],
        callee: &[
            Await("INVITE"),
            Answer("200 OK", "1 INVITE"),
            Await("ACK"),
            Await("MESSAGE"),
            AnswerInDialog("200 OK", "2 MESSAGE"),
            SendInDialog("MESSAGE", 1),
            AwaitAnswer(200),
            Await("BYE"),
            AnswerInDialog("200 OK", "3 BYE"),
        ],
        at_caller: &["Dialing", "Established", "“text 2”", "“text 1”", "Released"],
        at_callee: &["Established", "“text 2”", "“text 1”", "Released"],
    },
    Scenario {
        name: "re-INVITE and UPDATE",
        caller: &[
            Send("INVITE", 1),
            AwaitAnswer(180),
            AwaitAnswer(200),
            SendInDialog("ACK", 1),
            SendInDialog("INVITE", 2),
            AwaitAnswer(200),
            SendInDialog("ACK", 2),
            SendInDialog("UPDATE", 3),
            AwaitAnswer(200),
            SendInDialog("INVITE", 4),
            AwaitAnswer(491),
            SendInDialog("ACK", 4),
            SendInDialog("BYE", 5),
            AwaitAnswer(200),
        ],
        callee: &[
            Await("INVITE"),
            Answer("180 Ringing", "1 INVITE"),
            Answer("200 OK", "1 INVITE"),
            Await("ACK"),
            Await("INVITE"),
            AnswerInDialog("200 OK", "2 INVITE"),
            Await("ACK"),
            Await("UPDATE"),
            AnswerInDialog("200 OK", "3 UPDATE"),
            Await("INVITE"),
            AnswerInDialog("491 Request Pending", "4 INVITE"),
            Await("ACK"),
            Await("BYE"),
            AnswerInDialog("200 OK", "5 BYE"),
        ],
        at_caller: &["Dialing", "Established", "Released"],
        at_callee: &["Ringing", "Established", "Released"],
    },
    Scenario {
        name: "the dialog is gone",
        caller: &[
            Send("INVITE", 1),
            AwaitAnswer(200),
            SendInDialog("ACK", 1),
            SendInDialog("INVITE", 2),
            AwaitAnswer(481),
            SendInDialog("ACK", 2),
        ],
        callee: &[
            Await("INVITE"),
            Answer("200 OK", "1 INVITE"),
            Await("ACK"),
            Await("INVITE"),
            AnswerInDialog("481 Call/Transaction Does Not Exist", "2 INVITE"),
            Await("ACK"),
        ],
        at_caller: &["Dialing", "Established", "Released"],
        at_callee: &["Established", "Released"],
    },
];

impl Scenario {
    /// The caller's scenario file.
    pub(crate) fn caller_xml(&self) -> String {
        xml(self.caller, true)
    }

    /// The callee's scenario file.
    pub(crate) fn callee_xml(&self) -> String {
        xml(self.callee, false)
    }
}

fn xml(steps: &[Step], caller: bool) -> String {
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<scenario name=\"sip_live\">\n".to_owned();
    for step in steps {
        let _ = match step {
            Step::Await(method) => writeln!(xml, "<recv request=\"{method}\"/>"),
            Step::AwaitAnswer(status) => writeln!(xml, "<recv response=\"{status}\"/>"),
            Step::MayGet(status) => writeln!(xml, "<recv response=\"{status}\" optional=\"true\"/>"),
            Step::Pause(milliseconds) => writeln!(xml, "<pause milliseconds=\"{milliseconds}\"/>"),
            Step::Send(method, cseq) => send(&mut xml, &request(method, *cseq, caller, false)),
            Step::SendInDialog(method, cseq) => send(&mut xml, &request(method, *cseq, caller, true)),
            Step::Answer(status, cseq) => send(&mut xml, &response(status, cseq, ";tag=b1")),
            Step::AnswerInDialog(status, cseq) => send(&mut xml, &response(status, cseq, "")),
        };
    }
    xml.push_str("</scenario>\n");
    xml
}

fn send(xml: &mut String, message: &str) -> std::fmt::Result {
    writeln!(xml, "<send>\n<![CDATA[\n{message}\n]]>\n</send>")
}

fn request(method: &str, cseq: u32, caller: bool, in_dialog: bool) -> String {
    let (own, own_tag, other, other_tag) =
        if caller { ("alice", "a1", "bob", "b1") } else { ("bob", "b1", "alice", "a1") };
    let to_tag = if in_dialog { format!(";tag={other_tag}") } else { String::new() };
    let body = if method == "MESSAGE" { format!("text {cseq}") } else { String::new() };
    let content = if body.is_empty() { "" } else { "Content-Type: text/plain\n" };
    // CANCEL, and ACK for an error response, have the branch of their INVITE.
    format!(
        "{method} sip:{other}@[remote_ip]:[remote_port] SIP/2.0\n\
         Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-{own}-{cseq}\n\
         From: \"{own}\" <sip:{own}@[local_ip]:[local_port]>;tag={own_tag}\n\
         To: <sip:{other}@[remote_ip]:[remote_port]>{to_tag}\nCall-ID: [call_id]\nCSeq: {cseq} {method}\n\
         Contact: <sip:{own}@[local_ip]:[local_port]>\nMax-Forwards: 70\n{content}Content-Length: [len]\n\n{body}"
    )
}

/// A response to the last received request, or (487) to the request that it cancelled.
fn response(status: &str, cseq: &str, tag: &str) -> String {
    format!(
        "SIP/2.0 {status}\n[last_Via:]\n[last_From:]\n[last_To:]{tag}\n[last_Call-ID:]\nCSeq: {cseq}\n\
         Contact: <sip:[local_ip]:[local_port]>\nContent-Length: 0\n"
    )
}
