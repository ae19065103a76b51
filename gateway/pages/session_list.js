// The list of the agent's sessions, and the form that starts one.

import { byId, element, isPossible, reconcile, setPossibleOrSay, setShown, setText } from './dom.js';
import { STATES, clock, partiesOf } from './words.js';

export class SessionList {
  #select;
  #start;

  /** `select` is called with the chosen id, `start` with a number and a devicePath. */
  constructor(select, start) {
    this.#select = select;
    this.#start = start;
    const [form, number, button] = [byId('start-form'), byId('number'), byId('start-button')];
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      if (!isPossible(button)) return;
      if (!number.value.trim()) {
        this.#showError('Enter a number.');
        return;
      }
      this.#showError(null);
      const device = byId('device').value || undefined;
      if (await this.#start(number.value.trim(), device)) number.value = '';
    });
  }

  /** Sets the agent's devices. They can be chosen only if there are several. */
  setDevices(devices) {
    const choices = devices.map((device) => element('option', { value: device.devicePath }, device.phoneNumber));
    byId('device').replaceChildren(...choices);
    setShown(byId('device-field'), devices.length > 1);
  }

  #showError(text) {
    const number = byId('number');
    setText(byId('number-error'), text ?? '');
    setShown(byId('number-error'), Boolean(text));
    if (text) {
      number.setAttribute('aria-invalid', 'true');
      number.setAttribute('aria-describedby', 'number-error');
      number.focus();
    } else {
      number.removeAttribute('aria-invalid');
      number.removeAttribute('aria-describedby');
    }
  }

  /** Shows the sessions; `reason` says why none can be started. */
  show(sessions, selected, reason) {
    setPossibleOrSay(byId('start-button'), reason, byId('start-reason'));
    const all = sessions.all;
    setShown(byId('no-sessions'), all.length === 0);
    reconcile(
      byId('sessions'),
      all,
      ({ session }) => session.id,
      ({ session }) => this.#make(session.id),
      (item, entry) => update(item, entry, selected),
    );
  }

  #make(id) {
    const button = element(
      'button',
      { type: 'button', class: 'session' },
      element('bdi', { class: 'session-with' }),
      element('span', { class: 'session-time' }),
      element('span', { class: 'state' }),
      element('span', { class: 'unread' }),
    );
    button.addEventListener('click', () => this.#select(id));
    return element('li', {}, button);
  }
}

function update(item, { session, unread, since }, selected) {
  const button = item.firstElementChild;
  const [parties, time, state, news] = button.children;
  setText(parties, partiesOf(session));
  setText(time, clock(since));
  setText(state, STATES[session.state]?.label ?? session.state);
  state.dataset.state = session.state;
  setText(news, unread > 0 ? `${unread} new` : '');
  setShown(news, unread > 0);
  if (session.id === selected) button.setAttribute('aria-current', 'true');
  else button.removeAttribute('aria-current');
}
