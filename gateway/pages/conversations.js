// The conversation of each session, as far as this page has seen it.
//
// The gateway sends messages and stores none, and a message does not say who wrote it. So the page keeps what it has
// seen, across reloads too (in the storage of its tab, until the agent signs out), and marks where it may have missed
// messages. It takes a message for the agent's own if a page of this browser has just sent one with this text.

const MOST_MESSAGES = 500;
const MOST_SESSIONS = 50;
const PREFIX = 'im-session/conversations/';

// An entry of a conversation is a message, `{ id, text, at, isMine }`, or a place where messages may be missing, `{
// gap, at }`.

export class Conversations {
  #agent;
  #bySession;
  #expected = new Map();
  #tabs;

  constructor(agent) {
    this.#agent = agent;
    // Texts of another agent are removed.
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(PREFIX) && key !== PREFIX + agent) sessionStorage.removeItem(key);
    }
    this.#bySession = read(PREFIX + agent);
    this.#tabs = new BroadcastChannel('im-session/sent');
    this.#tabs.addEventListener('message', ({ data }) => {
      if (data.agent === agent) this.#expect(data.session, data.text);
    });
  }

  /** The known part of a session's conversation; `isWhole` says whether it includes the beginning. */
  of(session) {
    return this.#bySession.get(session) ?? empty(false);
  }

  /** A session exists. If it cannot have had a message yet, its conversation will be complete. */
  see(session) {
    const conversation = this.#bySession.get(session.id) ?? empty(isBeforeTalking(session));
    conversation.isOver = session.state === 'Completed';
    this.#bySession.set(session.id, conversation);
    while (this.#bySession.size > MOST_SESSIONS) this.#bySession.delete(this.#bySession.keys().next().value);
    this.#write();
  }

  /** The page was not connected until now: messages of open sessions may be missing. */
  interrupt() {
    for (const { isOver, entries } of this.#bySession.values()) {
      if (!isOver && !entries.at(-1)?.gap) entries.push({ gap: true, at: Date.now() });
    }
    this.#write();
  }

  /** This page is about to send a text. */
  sending(session, text) {
    this.#expect(session, text);
    this.#tabs.postMessage({ agent: this.#agent, session, text });
  }

  /** The text was not sent. */
  notSent(session, text) {
    this.#take(session, text);
  }

  /** A message arrived. Returns it; `null` if it was already there. */
  receive(session, id, text) {
    const conversation = this.#bySession.get(session) ?? empty(false);
    this.#bySession.set(session, conversation);
    const { entries } = conversation;
    if (id !== undefined && entries.some((entry) => entry.id === id && entry.text === text)) return null;
    const message = { id, text, at: Date.now(), isMine: this.#take(session, text) };
    entries.push(message);
    if (entries.length > MOST_MESSAGES) {
      entries.splice(0, entries.length - MOST_MESSAGES);
      conversation.isWhole = false;
      conversation.since = entries[0].at;
    }
    this.#write();
    return message;
  }

  /** The session no longer exists. */
  forget(session) {
    this.#bySession.delete(session);
    this.#write();
  }

  /** The agent signed out: removes everything. */
  forgetAll() {
    this.#bySession.clear();
    sessionStorage.removeItem(PREFIX + this.#agent);
  }

  close() {
    this.#tabs.close();
  }

  #expect(session, text) {
    const expected = this.#expected.get(session) ?? [];
    expected.push(text);
    // Texts that are never echoed are dropped eventually.
    this.#expected.set(session, expected.slice(-20));
  }

  #take(session, text) {
    const expected = this.#expected.get(session) ?? [];
    const place = expected.indexOf(text);
    if (place < 0) return false;
    expected.splice(place, 1);
    return true;
  }

  #write() {
    try {
      sessionStorage.setItem(PREFIX + this.#agent, JSON.stringify([...this.#bySession]));
    } catch {
      // The storage is full or disabled: after a reload less is known, and the page says so.
    }
  }
}

function empty(isWhole) {
  return { isWhole, isOver: false, since: Date.now(), entries: [] };
}

/** Whether there cannot have been a message yet. */
function isBeforeTalking({ state }) {
  return state === 'Initiating' || state === 'Alerting';
}

function read(key) {
  try {
    return new Map(JSON.parse(sessionStorage.getItem(key) ?? '[]'));
  } catch {
    return new Map();
  }
}
