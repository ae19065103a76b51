//! What does the program do from start to end?

mod support;

mod agents;
mod connections;
mod hash_password;
mod listening;
mod refusing;
mod the_end;
mod web_sockets;
