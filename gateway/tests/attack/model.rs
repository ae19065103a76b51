//! Who may see and do what? The model knows the owner of every secret word, and judges a request by its credentials
//! alone.
//!
//! Every text that the test makes up is a word that ends in the owner's name, a number and `q`. Texts and user data
//! begin with `zt`. Ids and numbers begin with `zi`, and supervisors may see them, too. Words that begin with `zp-` are
//! for their owner only.

use std::collections::BTreeMap;

use crate::house::{IDLE, SUPERVISOR, USERS};

/// The users who may see something: one bit per user, and one for the holder of the bearer token.
pub(crate) type Viewers = u8;

pub(crate) const FEED: Viewers = 1 << USERS.len();

pub(crate) fn only(user: usize) -> Viewers {
    1 << user
}

/// An HTTP session, open or ended.
#[derive(Debug, Clone)]
pub(crate) struct HttpSession {
    pub(crate) user: usize,
    pub(crate) cookie: String,
    pub(crate) token: String,
    last_used: u64,
    has_ended: bool,
}

/// A CometD client.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) user: usize,
    /// The HTTP session that the client used last.
    pub(crate) session: usize,
    pub(crate) has_ended: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Model {
    now: u64,
    pub(crate) sessions: Vec<HttpSession>,
    pub(crate) clients: Vec<Client>,
    /// The viewers of each word.
    words: Vec<Viewers>,
    /// The users who have a session with this id.
    owners: BTreeMap<String, Viewers>,
    /// The users whom each user may have talked to.
    talked: [Viewers; USERS.len()],
    has_called: [bool; USERS.len()],
}

/// The receiver of a response.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Seer {
    pub(crate) views: Viewers,
    /// The HTTP session whose token the response may contain.
    pub(crate) session: Option<usize>,
}

/// A word found in a response.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found<'t> {
    pub(crate) text: &'t str,
    is_id: bool,
    number: usize,
}

impl HttpSession {
    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended
    }
}

impl Model {
    pub(crate) fn pass(&mut self, seconds: u64) {
        self.now += seconds;
    }

    fn word(&mut self, kind: &str, user: usize, viewers: Viewers) -> String {
        self.words.push(viewers);
        format!("{kind}{}{}q", USERS[user], self.words.len() - 1)
    }

    /// A text of this user. Everyone who has talked to the user may see it.
    pub(crate) fn text(&mut self, user: usize) -> String {
        self.word("zt", user, only(user) | self.talked[user])
    }

    /// A text that only this user may see.
    pub(crate) fn own_text(&mut self, user: usize) -> String {
        self.word("zt", user, only(user))
    }

    /// An id or a number.
    pub(crate) fn id(&mut self, user: usize) -> String {
        self.word("zi", user, only(user))
    }

    /// Gives another user a session with this id, so that this user may see the id, too.
    pub(crate) fn share(&mut self, id: &str, user: usize) {
        *self.owners.entry(id.to_owned()).or_default() |= only(user);
        if let Some(found) = words(id).first() {
            self.words[found.number] |= only(user);
        }
    }

    /// A call from one user to another, or to someone outside.
    pub(crate) fn call(&mut self, from: usize, to: Option<usize>) {
        self.has_called[from] = true;
        if let Some(to) = to {
            self.has_called[to] = true;
            self.talked[from] |= only(to);
            self.talked[to] |= only(from);
        }
    }

    /// A session in its agent's list. Returns false if the model cannot explain why it is there.
    pub(crate) fn is_explained(&mut self, id: &str, user: usize) -> bool {
        if words(id).is_empty() && self.has_called[user] {
            *self.owners.entry(id.to_owned()).or_default() |= only(user);
        }
        self.owns(user, id)
    }

    pub(crate) fn owns(&self, user: usize, id: &str) -> bool {
        self.owners.get(id).is_some_and(|owners| owners & only(user) != 0)
    }

    pub(crate) fn ids(&self, of: Option<usize>) -> Vec<String> {
        let is_theirs = |owners: &Viewers| of.is_none_or(|user| owners & only(user) != 0);
        self.owners.iter().filter(|(_, owners)| is_theirs(owners)).map(|(id, _)| id.clone()).collect()
    }

    pub(crate) fn sign_in(&mut self, user: usize, cookie: String, token: String) -> usize {
        self.sessions.push(HttpSession { user, cookie, token, last_used: self.now, has_ended: false });
        self.sessions.len() - 1
    }

    pub(crate) fn sign_out(&mut self, session: usize) {
        self.sessions[session].has_ended = true;
        self.clients.iter_mut().filter(|client| client.session == session).for_each(|client| client.has_ended = true);
    }

    /// Ends the sessions that have been idle for too long.
    pub(crate) fn sweep(&mut self) {
        for session in 0..self.sessions.len() {
            if self.now - self.sessions[session].last_used >= IDLE {
                self.sign_out(session);
            }
        }
    }

    /// The session that these cookies identify: the first one that is open.
    pub(crate) fn find(&mut self, cookies: &[String]) -> Option<usize> {
        self.sweep();
        let of = |cookie: &String| self.sessions.iter().position(|one| !one.has_ended && one.cookie == *cookie);
        cookies.iter().find_map(of)
    }

    pub(crate) fn open(&self, user: usize) -> Option<usize> {
        self.sessions.iter().position(|session| session.user == user && !session.has_ended)
    }

    pub(crate) fn use_session(&mut self, session: usize) {
        self.sessions[session].last_used = self.now;
    }

    /// Records that a client sent a message in this session.
    pub(crate) fn client_speaks(&mut self, id: &str, session: usize) {
        let user = self.sessions[session].user;
        if let Some(client) = self.clients.iter_mut().find(|client| client.id == id && client.user == user) {
            client.session = session;
        }
    }

    /// Returns a secret in the response that its receiver must not see. Text copied from the request is not a secret.
    pub(crate) fn leak(&self, seer: Seer, request: &str, response: &str) -> Option<String> {
        let is_secret = |found: &Found<'_>| {
            let is_for = if found.is_id { only(SUPERVISOR) } else { 0 };
            let is_for = is_for | FEED | self.words[found.number];
            seer.views & is_for == 0 && !request.contains(found.text)
        };
        if let Some(found) = words(response).into_iter().find(|found| is_secret(found)) {
            return Some(found.text.to_owned());
        }
        let is_told = |secret: &str| response.contains(secret) && !request.contains(secret);
        for (number, session) in self.sessions.iter().enumerate() {
            for secret in [&session.cookie, &session.token] {
                if seer.session != Some(number) && is_told(secret) {
                    return Some(format!("{secret} of {}", USERS[session.user]));
                }
            }
        }
        for client in self.clients.iter().filter(|client| seer.views & only(client.user) == 0) {
            if is_told(&client.id) {
                return Some(format!("client {} of {}", client.id, USERS[client.user]));
            }
        }
        let is_named = |user: &usize| {
            let others = ["zp-first-name-of-", "zp-last-name-of-"].map(|name| format!("{name}{}", USERS[*user]));
            let password = crate::house::password(*user);
            is_told(&password) || (seer.views & only(*user) == 0 && others.iter().any(|name| is_told(name)))
        };
        (0..USERS.len()).find(is_named).map(|user| format!("the name or the password of {}", USERS[user]))
    }

    /// Whether the response shows the viewer a word that no other user may see.
    pub(crate) fn shows_own(&self, seer: Seer, response: &str) -> bool {
        words(response).iter().any(|found| !found.is_id && self.words[found.number] == seer.views)
    }
}

/// The words in a text.
pub(crate) fn words(text: &str) -> Vec<Found<'_>> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices('z') {
        let rest = &text.as_bytes()[start..];
        let is_id = match rest.get(1) {
            Some(b't') => false,
            Some(b'i') => true,
            _ => continue,
        };
        let digits = rest.iter().skip(5).take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 || rest.get(5 + digits) != Some(&b'q') {
            continue;
        }
        let word = &text[start..start + 6 + digits];
        found.push(Found { text: word, is_id, number: word[5..5 + digits].parse().unwrap() });
    }
    found
}
