// A client of CometD (Bayeux 1.0) by long-polling: handshake, subscriptions, then one connect after the other.
//
// It reports its state by `state` events, and published messages by `message` events:
//
//     connecting   a handshake is in progress
//     connected    a connect was answered, and the next one is in progress
//     waiting      something failed; `retryAt` is the time of the next try (as `Date.now()`)
//     ended        `stop` was called, nobody is signed in any more (`reason` is `signed out`), or the server wants no
//                  further try (`reason` is its error)
//
// A `handshake` event follows each handshake: from then on nothing is missed; before it something may have been. A
// `subscribed` event follows when the subscriptions have succeeded. Delivery is at least once: listeners have to
// compare ids.

import { parse } from './rest.js';

const FIRST_DELAY = 500;
const LONGEST_DELAY = 15000;
/** How much longer a request may take than the server says. */
const PATIENCE = 10000;
/** How often overdue requests are looked for. */
const GLANCE = 5000;

/** The server cannot be reached, or its response is invalid: try again later. */
class Failed extends Error {}
/** Start again with a handshake. */
class Forgotten extends Error {}
/** Do not try again. */
class Ended extends Error {}

class CometDEvent extends Event {
  constructor(type, members = {}) {
    super(type);
    Object.assign(this, members);
  }
}

export class CometD extends EventTarget {
  #url;
  #channels;
  #advice = { interval: 0, timeout: 30000 };
  #clientId = null;
  #lastId = 0;
  #running = null;
  #state = { name: 'ended', reason: null };
  #wake = () => {};
  /** The current request, and when it should be answered (as `Date.now()`). */
  #asking = { controller: new AbortController(), until: Infinity };

  constructor(url, channels) {
    super();
    this.#url = url;
    this.#channels = channels;
  }

  get state() {
    return this.#state;
  }

  /** Starts. Does nothing if it is already running. */
  start() {
    if (this.#running) return;
    const running = new AbortController();
    this.#running = running;
    for (const type of ['online', 'pageshow', 'focus']) {
      window.addEventListener(type, () => this.#wake(), { signal: running.signal });
    }
    // A lost network or a suspended computer leaves connections that never answer. Timers stop during sleep, so the
    // wall clock is checked.
    window.addEventListener('offline', () => this.#asking.controller.abort(), { signal: running.signal });
    const glance = setInterval(() => {
      if (Date.now() > this.#asking.until) this.#asking.controller.abort();
    }, GLANCE);
    running.signal.addEventListener('abort', () => clearInterval(glance), { once: true });
    this.#run(running.signal);
  }

  /** Stops, and informs the server. */
  stop() {
    if (!this.#running) return;
    const clientId = this.#clientId;
    this.#running.abort();
    this.#running = null;
    this.#clientId = null;
    if (clientId) {
      const body = JSON.stringify([{ channel: '/meta/disconnect', clientId, id: this.#nextId() }]);
      // The answer is not needed: the server also forgets a client that stays away.
      fetch(`${this.#url}/disconnect`, { ...REQUEST, body, keepalive: true }).catch(() => {});
    }
    this.#become({ name: 'ended', reason: null });
  }

  async #run(signal) {
    let failures = 0;
    let wasForgotten = false;
    while (!signal.aborted) {
      try {
        if (!this.#clientId) {
          this.#become({ name: 'connecting' });
          await this.#handshake(signal);
          this.dispatchEvent(new CometDEvent('handshake'));
          await this.#subscribe(signal);
          this.dispatchEvent(new CometDEvent('subscribed'));
          await this.#connect(signal, 0);
        } else {
          await this.#connect(signal, null);
        }
        failures = 0;
        wasForgotten = false;
        this.#become({ name: 'connected' });
        await this.#pause(this.#advice.interval, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Ended) {
          this.#running?.abort();
          this.#running = null;
          this.#clientId = null;
          this.#become({ name: 'ended', reason: error.message });
          return;
        }
        if (error instanceof Forgotten) {
          this.#clientId = null;
          // At once, but only once in a row.
          if (!wasForgotten) {
            wasForgotten = true;
            continue;
          }
        } else if (!(error instanceof Failed)) {
          // A listener threw: its view may be wrong. The console shows the reason.
          console.error(error);
        }
        failures += 1;
        const longest = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** Math.min(failures, 10));
        // Random, so that not all pages connect at once after a restart of the server.
        const delay = Math.max(longest * (0.5 + Math.random() / 2), this.#advice.interval);
        this.#become({ name: 'waiting', retryAt: Date.now() + delay });
        await this.#pause(delay, signal);
      }
    }
  }

  async #handshake(signal) {
    const [reply] = await this.#exchange(
      'handshake',
      [
        {
          channel: '/meta/handshake',
          version: '1.0',
          minimumVersion: '1.0',
          supportedConnectionTypes: ['long-polling'],
        },
      ],
      0,
      signal,
    );
    if (!reply.successful) this.#refused(reply);
    this.#clientId = reply.clientId;
  }

  async #subscribe(signal) {
    const subscriptions = this.#channels.map((subscription) => ({ channel: '/meta/subscribe', subscription }));
    for (const reply of await this.#exchange('', subscriptions, 0, signal)) {
      if (!reply.successful) this.#refused(reply);
    }
  }

  async #connect(signal, timeout) {
    const message = { channel: '/meta/connect', connectionType: 'long-polling' };
    if (timeout !== null) message.advice = { timeout };
    const [reply] = await this.#exchange('connect', [message], timeout ?? this.#advice.timeout, signal);
    if (!reply.successful) this.#refused(reply);
  }

  #refused(reply) {
    const reconnect = reply.advice?.reconnect ?? this.#advice.reconnect;
    const error = reply.error ?? 'the server refused';
    if (/^401/.test(error)) throw new Ended('signed out');
    if (reconnect === 'none') throw new Ended(error);
    if (reconnect === 'handshake' || /^402/.test(error)) throw new Forgotten(error);
    throw new Failed(error);
  }

  /** Posts messages, publishes received ones, and returns the replies in the order of the messages. */
  async #exchange(path, messages, timeout, signal) {
    for (const message of messages) {
      message.id = this.#nextId();
      if (this.#clientId) message.clientId = this.#clientId;
    }
    const received = await this.#post(path, messages, timeout, signal);
    const replies = new Map();
    for (const message of received) {
      if (message.advice) this.#advice = { ...this.#advice, ...message.advice };
      if (message.channel?.startsWith('/meta/')) {
        replies.set(String(message.id), message);
      } else {
        this.dispatchEvent(
          new CometDEvent('message', { channel: message.channel, data: message.data, id: message.id }),
        );
      }
    }
    return messages.map((message) => {
      const reply = replies.get(message.id);
      if (!reply) throw new Failed(`expected a reply to ${message.channel}, got none`);
      return reply;
    });
  }

  async #post(path, messages, timeout, signal) {
    const controller = new AbortController();
    this.#asking = { controller, until: Date.now() + timeout + PATIENCE };
    const ends = AbortSignal.any([signal, controller.signal]);
    const request = { ...REQUEST, body: JSON.stringify(messages), signal: ends };
    let response;
    let text;
    try {
      response = await fetch(`${this.#url}/${path}`, request);
      text = await response.text();
    } catch {
      throw new Failed('the gateway cannot be reached');
    } finally {
      this.#asking.until = Infinity;
    }
    if (response.status === 401) throw new Ended('signed out');
    if (!response.ok) throw new Failed(`HTTP status ${response.status}`);
    try {
      const received = parse(text);
      if (Array.isArray(received)) return received;
    } catch {
      // Handled like a response that is not a list.
    }
    throw new Failed('expected a list of messages');
  }

  #nextId() {
    this.#lastId += 1;
    return String(this.#lastId);
  }

  #become(state) {
    const isSame = this.#state.name === state.name && state.name !== 'waiting';
    this.#state = state;
    if (!isSame) this.dispatchEvent(new CometDEvent('state', { state }));
  }

  /** Waits, but not after the end, and not after the network is back or the page becomes visible. */
  #pause(milliseconds, signal) {
    if (!milliseconds) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      const end = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#wake = () => {
        if (this.#state.name === 'waiting') end();
      };
      signal.addEventListener('abort', end, { once: true });
    });
  }
}

const REQUEST = {
  method: 'POST',
  headers: { 'Content-Type': 'application/json', 'X-Requested-With': 'XMLHttpRequest' },
  credentials: 'same-origin',
  cache: 'no-store',
};
