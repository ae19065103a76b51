// One session: its state, its conversation, and the operations that are allowed.

import { byId, element, isPossible, setPossibleOrSay, setShown, setText } from './dom.js';
import { UserData } from './user_data.js';
import { STATES, clock, dayAndClock, partiesOf, sentenceOf, whyNot } from './words.js';

export class SessionView {
  #operate;
  #userData;
  #session = null;
  #conversation = null;
  #parties = '';
  #shown = 0;
  #isAtEnd = true;
  #drafts = new Map();

  /** `operate` is called with the name of an operation and its parameters, and returns whether it was sent. */
  constructor(operate) {
    this.#operate = operate;
    this.#userData = new UserData(operate);
    const text = byId('text');
    byId('compose').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
    text.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    });
    // If the end of the conversation is visible, it stays visible when the pane becomes smaller.
    const log = byId('log');
    log.addEventListener('scroll', () => {
      this.#isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 48;
    });
    new ResizeObserver(() => this.#isAtEnd && this.#toEnd()).observe(log);
    byId('complete').addEventListener('click', () => {
      if (isPossible(byId('complete'))) this.#operate('Complete', {});
    });
  }

  /** Shows a session, or that none is selected. */
  show(session, conversation, permitted) {
    setShown(byId('no-session'), !session);
    setShown(byId('session'), Boolean(session));
    setShown(byId('data'), Boolean(session));
    if (!session) {
      this.#keepDraft();
      this.#session = null;
      return;
    }
    const isOther = this.#session?.id !== session.id;
    if (isOther) this.#changeDraft(session.id);
    this.#session = session;
    this.#parties = partiesOf(session);
    setText(byId('session-parties'), this.#parties);
    setText(byId('text-label'), `Message to ${this.#parties}`);
    const state = byId('session-state');
    setText(state, STATES[session.state]?.label ?? session.state);
    state.dataset.state = session.state;
    byId('log').setAttribute('aria-label', `Conversation with ${this.#parties}`);

    const sentence = (operation) => sentenceOf(whyNot(session, operation, permitted), operation, session.state);
    const nobody = this.#to() ? null : 'Send: there is nobody to send to.';
    setPossibleOrSay(byId('send'), sentence('SendMessage') ?? nobody, byId('send-reason'));
    setPossibleOrSay(byId('complete'), sentence('Complete'), byId('complete-reason'));
    this.#userData.show(session, permitted);
    this.#showConversation(conversation, isOther);
  }

  /** Clears what was typed, because it belongs to another agent. */
  forget() {
    this.#drafts.clear();
    this.#session = null;
    byId('text').value = '';
    byId('log').replaceChildren();
    this.#userData.forget();
  }

  #keepDraft() {
    if (this.#session) this.#drafts.set(this.#session.id, byId('text').value);
  }

  #changeDraft(id) {
    const text = byId('text');
    this.#keepDraft();
    text.value = this.#drafts.get(id) ?? '';
    this.#shown = 0;
  }

  /** Adds new messages; the conversation of another session, or a cut one, is shown completely. */
  #showConversation(conversation, isOther) {
    const log = byId('log');
    const { entries } = conversation;
    const isAnew = isOther || conversation !== this.#conversation || entries.length < this.#shown;
    this.#conversation = conversation;
    if (isAnew) {
      // A complete conversation is not news, so it is not read aloud.
      log.setAttribute('aria-live', 'off');
      log.replaceChildren();
      this.#shown = 0;
      setTimeout(() => log.setAttribute('aria-live', 'polite'), 500);
    }
    for (const entry of entries.slice(this.#shown)) log.append(this.#entry(entry));
    this.#shown = entries.length;
    const unknown = conversation.isWhole
      ? ''
      : `Messages before ${clock(conversation.since)} are not known to this page.`;
    setText(byId('earlier'), unknown);
    setShown(byId('earlier'), Boolean(unknown));
    setText(byId('no-messages'), conversation.isWhole ? 'No messages yet.' : 'No messages since.');
    setShown(byId('no-messages'), entries.length === 0);
    if (isAnew || this.#isAtEnd) this.#toEnd();
  }

  #toEnd() {
    const log = byId('log');
    log.scrollTop = log.scrollHeight;
    this.#isAtEnd = true;
  }

  #entry(entry) {
    if (entry.gap) {
      const text = `Connected again at ${clock(entry.at)}. Messages sent before that may be missing here.`;
      return element('p', { class: 'gap' }, text);
    }
    const time = element(
      'time',
      { datetime: new Date(entry.at).toISOString(), title: dayAndClock(entry.at) },
      clock(entry.at),
    );
    const author = element('span', { class: 'author' }, entry.isMine ? 'You' : element('bdi', {}, this.#parties));
    return element(
      'div',
      { class: entry.isMine ? 'message mine' : 'message' },
      element('p', { class: 'meta' }, author, ' ', time),
      element('p', { class: 'text', dir: 'auto' }, entry.text),
    );
  }

  #to() {
    return this.#session?.participants?.[0]?.phoneNumber;
  }

  async #send() {
    const text = byId('text');
    const sent = text.value;
    const session = this.#session.id;
    if (!isPossible(byId('send'))) return;
    if (!sent.trim()) {
      text.focus();
      return;
    }
    text.value = '';
    const isSent = await this.#operate('SendMessage', { text: sent, destination: { phoneNumber: this.#to() } });
    if (!isSent) {
      // What was not sent is restored, in front of what was typed in the meantime.
      if (this.#session?.id === session) text.value = text.value ? `${sent}\n${text.value}` : sent;
      else this.#drafts.set(session, sent);
    }
    if (this.#session?.id === session) text.focus();
  }
}
