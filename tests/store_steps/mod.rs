//! What can happen to a store, as values: made at random by `generate`, carried out by `carry_out` at the crate's store and
//! at the reference, told as JSON by both. `client` follows the notifications alone.

#![allow(dead_code, unused_imports, reason = "every test that includes this uses another part of it")]

mod carry_out;
mod client;
mod generate;

use serde_json::Value;

pub(crate) use carry_out::{BASE_URI, Store, counts, list_of, new_store};
pub(crate) use client::Client;
pub(crate) use generate::{event, history, history_of, linear_extension};

use crate::store_reference::ReferenceEvent;

/// The agents: devicePath and DN of each device. One has two DNs, one none.
pub(crate) const AGENTS: [&[(&str, &str)]; 4] =
    [&[("/devices/1", "3001")], &[("/devices/2", "3003"), ("/devices/3", "3002")], &[("/devices/1", "VQ_4")], &[]];

/// The DNs of all agents, and one of nobody.
pub(crate) const DNS: [&str; 5] = ["3001", "3002", "3003", "VQ_4", "9"];

/// The ids that all of them share.
pub(crate) const IDS: [&str; 4] = ["007MDF3D0KAHL93L807GK2LAES000001", "a", "b", "~._-"];

/// Something that happens to a store.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    Event(ReferenceEvent),
    Post { agent: usize, target: Option<String>, body: String },
    List { agent: usize, query: String },
    Read { agent: usize, id: String, query: String },
    Time(u64),
    Expire { ago: u64 },
    Forget { this_dn: String, id: String },
    ForgetCompleted { ago: u64 },
    ForgetRequests { ago: u64 },
    Reconcile { this_dn: String, list: Vec<Value> },
}
