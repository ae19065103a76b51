// The user data of a session, and the form that attaches, updates and deletes a pair.

import { byId, element, isPossible, reconcile, setPossible, setShown, setText } from './dom.js';
import { sentenceOf, whyNot } from './words.js';

const BUTTONS = { AttachUserData: 'attach', UpdateUserData: 'update', DeleteUserData: 'delete' };

export class UserData {
  #operate;
  #session = null;
  #drafts = new Map();

  /** `operate` is called with the name of the operation and its parameters; it says whether it was sent. */
  constructor(operate) {
    this.#operate = operate;
    byId('user-data-form').addEventListener('submit', (event) => event.preventDefault());
    for (const [operation, id] of Object.entries(BUTTONS)) {
      byId(id).addEventListener('click', () => this.#perform(operation));
    }
    // Enter does the usual thing: it replaces an existing pair, or adds a new one.
    byId('value').addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.isComposing) return;
      event.preventDefault();
      const isThere = Object.hasOwn(this.#session?.userData ?? {}, byId('key').value);
      this.#perform(isThere ? 'UpdateUserData' : 'AttachUserData');
    });
  }

  /** Shows the user data of this session, and the operations that are allowed. */
  show(session, permitted) {
    if (this.#session?.id !== session.id) this.#change(session.id);
    this.#session = session;
    const pairs = Object.entries(session.userData ?? {});
    setShown(byId('no-user-data'), pairs.length === 0);
    setShown(byId('pairs'), pairs.length > 0);
    reconcile(
      byId('pairs'),
      pairs,
      ([key]) => key,
      ([key]) => this.#make(key),
      update,
    );
    this.#showButtons(session, permitted);
  }

  /** Operations that are impossible for the same reason share one sentence. */
  #showButtons(session, permitted) {
    const byReason = new Map();
    for (const [operation, id] of Object.entries(BUTTONS)) {
      const reason = whyNot(session, operation, permitted);
      setPossible(byId(id), reason, byId('user-data-reason'));
      if (reason) byReason.set(reason, [...(byReason.get(reason) ?? []), operation]);
    }
    const sentences = [...byReason].map(([reason, operations]) => sentenceOf(reason, operations, session.state));
    setText(byId('user-data-reason'), sentences.join('\n'));
    setShown(byId('user-data-reason'), sentences.length > 0);
  }

  /** Clears what was typed, because it belongs to another agent. */
  forget() {
    this.#drafts.clear();
    this.#session = null;
    byId('pairs').replaceChildren();
    for (const field of [byId('key'), byId('value')]) field.value = '';
  }

  /** What was typed belongs to the session for which it was typed. */
  #change(id) {
    const [key, value] = [byId('key'), byId('value')];
    if (this.#session) this.#drafts.set(this.#session.id, [key.value, value.value]);
    [key.value, value.value] = this.#drafts.get(id) ?? ['', ''];
    this.#showError(null);
  }

  #make(key) {
    const edit = element('button', { type: 'button', class: 'quiet', 'aria-label': `Edit ${key}` }, 'Edit');
    edit.addEventListener('click', () => {
      byId('key').value = key;
      byId('value').value = textOf(this.#session.userData?.[key] ?? '');
      this.#showError(null);
      byId('value').focus();
      byId('value').select();
    });
    return element(
      'li',
      { class: 'pair' },
      element('bdi', { class: 'pair-key' }),
      element('bdi', { class: 'pair-value' }),
      edit,
    );
  }

  async #perform(operation) {
    if (!isPossible(byId(BUTTONS[operation]))) return;
    const [key, value] = [byId('key'), byId('value')];
    if (!key.value) {
      this.#showError('Enter a key.');
      return;
    }
    this.#showError(null);
    const parameters =
      operation === 'DeleteUserData'
        ? { key: key.value }
        : { userData: { [key.value]: this.#valueOf(key.value, value.value) } };
    const id = this.#session.id;
    if (await this.#operate(operation, parameters)) {
      this.#drafts.delete(id);
      if (this.#session?.id === id) [key.value, value.value] = ['', ''];
      key.focus();
    }
  }

  /** A value that was a number stays one if the new text is a number. */
  #valueOf(key, text) {
    const wasNumber = typeof this.#session.userData?.[key] === 'number';
    const number = Number(text);
    return wasNumber && /^-?\d+$/.test(text) && Number.isSafeInteger(number) ? number : text;
  }

  #showError(text) {
    const key = byId('key');
    setText(byId('key-error'), text ?? '');
    setShown(byId('key-error'), Boolean(text));
    if (text) {
      key.setAttribute('aria-invalid', 'true');
      key.setAttribute('aria-describedby', 'key-error');
      key.focus();
    } else {
      key.removeAttribute('aria-invalid');
      key.removeAttribute('aria-describedby');
    }
  }
}

function update(item, [key, value]) {
  const [keyElement, valueElement, edit] = item.children;
  setText(keyElement, key);
  setText(valueElement, textOf(value));
  // A list cannot be edited as a single line of text.
  setShown(edit, typeof value !== 'object');
}

/** A value as text; a list as its pairs. */
function textOf(value) {
  return typeof value === 'object' && value !== null ? JSON.stringify(value, null, 1) : String(value);
}
