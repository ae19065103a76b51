//! How does the program start, run and end?

mod support;

mod agents;
mod connections;
mod hash_password;
mod listening;
mod refusing;
mod the_end;
mod web_sockets;
