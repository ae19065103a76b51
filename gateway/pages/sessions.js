// The agent's sessions in their last known state, by id.

export class Sessions {
  #known = new Map();
  #order = 0;

  /** All sessions: open ones first, then those that changed last. */
  get all() {
    const rank = ({ session }) => (session.state === 'Completed' ? 1 : 0);
    return [...this.#known.values()].sort((one, other) => rank(one) - rank(other) || other.changed - one.changed);
  }

  get(id) {
    return this.#known.get(id) ?? null;
  }

  /** The open session, if there is one. */
  get open() {
    return this.all.find(({ session }) => session.state !== 'Completed') ?? null;
  }

  /** Takes the current state of a session. Returns the previous one; `null` if it is new. */
  tell(session) {
    const before = this.#known.get(session.id) ?? null;
    this.#order += 1;
    const isOther = before?.session.state !== session.state;
    this.#known.set(session.id, {
      session,
      told: this.#order,
      changed: isOther ? this.#order : before.changed,
      since: isOther ? Date.now() : before.since,
      unread: before?.unread ?? 0,
    });
    return before?.session ?? null;
  }

  /** Sets the number of unread messages. */
  setUnread(id, unread) {
    const entry = this.#known.get(id);
    if (entry) entry.unread = unread;
  }

  get unread() {
    return [...this.#known.values()].reduce((sum, entry) => sum + entry.unread, 0);
  }

  /** The current time for `keep`. */
  get now() {
    return this.#order;
  }

  /** Removes sessions that are not in `ids` and did not change after `since`. Returns the removed ids. */
  keep(ids, since) {
    const gone = [...this.#known].filter(([id, entry]) => entry.told <= since && !ids.has(id)).map(([id]) => id);
    for (const id of gone) this.#known.delete(id);
    return gone;
  }
}
