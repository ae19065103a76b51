// Faults of the simulated SIP Server: their state, and buttons that inject them.

import { byId, element, reconcile, setShown, setText } from './dom.js';
import { Refused } from './rest.js';
import { FAULTS, sentence } from './words.js';

const ADDRESS = '/simulator/faults';

export class Faults {
  #rest;
  #frame;

  constructor(rest, frame) {
    this.#rest = rest;
    this.#frame = frame;
  }

  /** Shows the current state; nothing if there is no simulated SIP Server. */
  async update() {
    try {
      const { faults } = await this.#rest.get(ADDRESS);
      setShown(byId('faults-pane'), true);
      reconcile(
        byId('faults'),
        faults,
        ({ fault }) => fault,
        ({ fault }) => this.#row(fault),
        show,
      );
    } catch (error) {
      if (!(error instanceof Refused && error.status === 404)) throw error;
      setShown(byId('faults-pane'), false);
    }
  }

  #row(fault) {
    const { label, happens } = FAULTS[fault] ?? { label: fault, happens: '' };
    const once = element('button', { type: 'button', 'aria-label': `${label} once` }, 'Once');
    once.addEventListener('click', () => this.#inject(fault, null, `${label}: once, at the next chance.`));
    const id = `chance-of-${fault}`;
    const chance = element('input', {
      id,
      type: 'text',
      inputmode: 'decimal',
      autocomplete: 'off',
      maxlength: 8,
      'aria-label': `${label}, probability in percent`,
    });
    const form = element(
      'form',
      { class: 'chance', novalidate: true },
      chance,
      element('span', { 'aria-hidden': 'true' }, '%'),
      element('button', { 'aria-label': `Set the probability: ${label}` }, 'Set'),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#setChance(fault, label, chance);
    });
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, label),
      element('td', { class: 'once' }, once, element('span', { class: 'muted' })),
      element('td', {}, form),
      element('td', {}, happens),
    );
  }

  #setChance(fault, label, field) {
    const percent = /^\d{1,3}([.,]\d+)?$/.test(field.value.trim()) ? Number(field.value.trim().replace(',', '.')) : NaN;
    const isPossible = percent <= 100;
    field.toggleAttribute('aria-invalid', false);
    if (isPossible) {
      this.#inject(fault, percent / 100, `${label}: in ${percent} percent of the chances.`);
      return;
    }
    field.setAttribute('aria-invalid', 'true');
    field.setAttribute('aria-describedby', 'fault-error');
    this.#showError(`${label}: enter a probability from 0 to 100 percent.`);
    field.focus();
  }

  async #inject(fault, probability, done) {
    this.#showError('');
    try {
      await this.#rest.post(ADDRESS, probability === null ? { fault } : { fault, probability });
      this.#frame.announce(done);
      await this.update();
    } catch (error) {
      if (error instanceof Refused && error.isSignedOut) this.#frame.failed(error, '');
      else this.#showError(`The fault was not injected. ${sentence(error.message)}`);
    }
  }

  #showError(text) {
    setText(byId('fault-error'), text);
    setShown(byId('fault-error'), Boolean(text));
  }
}

/** Does not change a field while it is being edited. */
function show(row, { probability, waiting }) {
  const [, once, chance] = row.children;
  setText(once.lastElementChild, waiting > 0 ? `${waiting} waiting` : '');
  const field = chance.querySelector('input');
  const percent = String(Number((probability * 100).toFixed(4)));
  if (field.dataset.set !== percent && document.activeElement !== field) {
    field.value = percent;
    field.dataset.set = percent;
    field.removeAttribute('aria-invalid');
    field.removeAttribute('aria-describedby');
  }
  row.classList.toggle('is-on', probability > 0 || waiting > 0);
}
