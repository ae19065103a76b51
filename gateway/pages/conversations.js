// The conversation of each session, as far as this page saw it.
//
// The gateway pushes messages and keeps none, and a message does not say who wrote it. So the page keeps what it saw,
// over a reload too (in the storage of its tab, until the agent signs out), marks where it may have missed some, and
// takes a message for the agent's own if a page of this browser has just sent one with that text.

const MOST_MESSAGES = 500;
const MOST_SESSIONS = 50;
const PREFIX = 'im-session/conversations/';

// An entry of a conversation is a message, `{ id, text, at, isMine }`, or a place where some may be missing,
// `{ gap, at }`.

export class Conversations {
  #agent;
  #bySession;
  #expected = new Map();
  #tabs;

  constructor(agent) {
    this.#agent = agent;
    // Texts of another agent are not for this one.
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(PREFIX) && key !== PREFIX + agent) sessionStorage.removeItem(key);
    }
    this.#bySession = read(PREFIX + agent);
    this.#tabs = new BroadcastChannel('im-session/sent');
    this.#tabs.addEventListener('message', ({ data }) => {
      if (data.agent === agent) this.#expect(data.session, data.text);
    });
  }

  /** What was seen of a session; `isWhole` says whether that begins with its beginning. */
  of(session) {
    return this.#bySession.get(session) ?? empty(false);
  }

  /** A session is there. Where it cannot have had a message yet, its conversation will be whole. */
  see(session) {
    const conversation = this.#bySession.get(session.id) ?? empty(isBeforeTalking(session));
    conversation.isOver = session.state === 'Completed';
    this.#bySession.set(session.id, conversation);
    while (this.#bySession.size > MOST_SESSIONS) this.#bySession.delete(this.#bySession.keys().next().value);
    this.#write();
  }

  /** The page was not connected until now: of sessions that were not over, messages may be missing. */
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

  /** It was not sent. */
  notSent(session, text) {
    this.#take(session, text);
  }

  /** A message arrived. Returns it; `null` where it was there already. */
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

  /** The session is gone. */
  forget(session) {
    this.#bySession.delete(session);
    this.#write();
  }

  /** The agent signed out: nothing stays. */
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
    // What never came back is forgotten some time.
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
      // The storage is full or forbidden: after a reload less is known, and the page says so.
    }
  }
}

function empty(isWhole) {
  return { isWhole, isOver: false, since: Date.now(), entries: [] };
}

/** No message can have been there yet. */
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
