// What both pages share: signing in and out, notices, and announcements for screen readers.

import { byId, element, setShown, setText } from './dom.js';
import { Refused } from './rest.js';
import { sentence } from './words.js';

const ME = '/api/v2/me?subresources=devices,settings';
/** The maximum number of notices; more would hide the page. */
const MOST_NOTICES = 4;

export class Frame {
  #rest;
  #begin;
  #end;
  #me = null;

  /** `begin` is called with the user after signing in, `end` after signing out. */
  constructor(rest, begin, end) {
    this.#rest = rest;
    this.#begin = begin;
    this.#end = end;
    byId('sign-in-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#signIn();
    });
    byId('sign-out').addEventListener('click', () => this.#signOut());
  }

  /** Finds out who is signed in. The cookie of another tab, or from before a reload, suffices. */
  async start() {
    try {
      this.#signedIn(await this.#rest.get(ME));
    } catch (error) {
      this.#showForm(error instanceof Refused && error.isSignedOut ? null : sentence(error.message));
    }
  }

  /** Shows the form again, because the HTTP session has ended. */
  signedOut(reason) {
    const user = this.#me?.userName;
    if (this.#me) this.#end();
    this.#me = null;
    this.#showForm(reason, user);
  }

  async #signIn() {
    const [user, password, button] = [byId('user'), byId('password'), byId('sign-in-button')];
    for (const [field, name] of [
      [user, 'user name'],
      [password, 'password'],
    ]) {
      field.toggleAttribute('aria-invalid', false);
      if (!field.value) {
        this.#showError(`Enter the ${name}.`);
        field.setAttribute('aria-invalid', 'true');
        field.focus();
        return;
      }
    }
    button.setAttribute('aria-disabled', 'true');
    setText(button, 'Signing in…');
    try {
      this.#signedIn(await this.#rest.get(ME, { user: user.value, password: password.value }));
    } catch (error) {
      this.#showError(wordsOf(error));
      password.focus();
      password.select();
    } finally {
      button.removeAttribute('aria-disabled');
      setText(button, 'Sign in');
    }
  }

  #signedIn({ user }) {
    this.#me = user;
    this.#rest.user = user.id;
    byId('password').value = '';
    this.#showError(null);
    const numbers = (user.devices ?? []).map((device) => device.phoneNumber).join(', ');
    const name = `${user.firstName} ${user.lastName}`.trim() || user.userName;
    setText(byId('who'), numbers ? `${name} · ${numbers}` : name);
    for (const shownWhenSignedIn of [byId('work'), byId('account')]) setShown(shownWhenSignedIn, true);
    setShown(byId('sign-in'), false);
    this.#begin(user);
  }

  async #signOut() {
    try {
      await this.#rest.post('/api/v2/me', { operationName: 'EndContactCenterSession', signOut: true });
    } catch (error) {
      // The session has already ended, as intended.
      if (!(error instanceof Refused && error.isSignedOut)) {
        this.notify(`You are still signed in: ${error.message}`);
        return;
      }
    }
    this.#me = null;
    this.#end({ forget: true });
    byId('user').value = '';
    byId('notices').replaceChildren();
    this.#showForm(null);
    this.announce('You are signed out.');
  }

  #showForm(error, user) {
    for (const shownWhenSignedIn of [byId('work'), byId('account')]) setShown(shownWhenSignedIn, false);
    setShown(byId('sign-in'), true);
    if (user) byId('user').value = user;
    this.#showError(error);
    byId(byId('user').value ? 'password' : 'user').focus();
  }

  #showError(text) {
    setText(byId('sign-in-error'), text ?? '');
    setShown(byId('sign-in-error'), Boolean(text));
  }

  /** Announces to screen readers what others can see. */
  announce(text) {
    const said = element('p', {}, text);
    byId('announcer').append(said);
    setTimeout(() => said.remove(), 5000);
  }

  /** Shows and announces that something went wrong. */
  notify(text) {
    const notices = byId('notices');
    for (const same of [...notices.children].filter((notice) => notice.firstElementChild.textContent === text)) {
      same.remove();
    }
    while (notices.children.length >= MOST_NOTICES) notices.firstElementChild.remove();
    const dismiss = element('button', { type: 'button', class: 'quiet' }, 'Dismiss');
    const notice = element('div', { class: 'notice' }, element('p', {}, text), dismiss);
    dismiss.addEventListener('click', () => {
      notice.remove();
      byId('main').focus();
    });
    notices.append(notice);
  }

  /** A request failed: reports it, or shows the form if nobody is signed in any more. */
  failed(error, what) {
    if (error instanceof Refused && error.isSignedOut) {
      this.signedOut('Your session has ended. Sign in again to go on.');
    } else {
      this.notify(`${what}: ${error.message}`);
    }
  }
}

function wordsOf(error) {
  if (error.status === 401) return 'The user name or the password is wrong.';
  if (error.status === 429) return `Too many attempts. Try again in ${error.retryAfter ?? 60} seconds.`;
  return sentence(error.message);
}
