// The agent's sessions as the gateway told them last. A session is known by its id.

export class Sessions {
  #known = new Map();
  #order = 0;

  /** All of them: open ones first, then those that changed last. */
  get all() {
    const rank = ({ session }) => (session.state === 'Completed' ? 1 : 0);
    return [...this.#known.values()].sort((one, other) => rank(one) - rank(other) || other.changed - one.changed);
  }

  get(id) {
    return this.#known.get(id) ?? null;
  }

  /** Whether one of them goes on. */
  get open() {
    return this.all.find(({ session }) => session.state !== 'Completed') ?? null;
  }

  /** A session is now like this. Returns how it was before; `null` where it is new. */
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

  /** How many messages nobody has looked at. */
  setUnread(id, unread) {
    const entry = this.#known.get(id);
    if (entry) entry.unread = unread;
  }

  get unread() {
    return [...this.#known.values()].reduce((sum, entry) => sum + entry.unread, 0);
  }

  /** The place in time that `keep` needs. */
  get now() {
    return this.#order;
  }

  /** The server knows no others than `ids`; what was told after `since` is newer. Returns the ids that are gone. */
  keep(ids, since) {
    const gone = [...this.#known].filter(([id, entry]) => entry.told <= since && !ids.has(id)).map(([id]) => id);
    for (const id of gone) this.#known.delete(id);
    return gone;
  }
}
