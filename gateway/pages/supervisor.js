// The page for supervisors: it reads the state of the sessions every two seconds.

import { byId, element, reconcile, setShown, setText } from './dom.js';
import { Faults } from './faults.js';
import { Frame } from './frame.js';
import { Rates } from './rates.js';
import { Refused, Rest } from './rest.js';
import { row } from './timeline.js';
import { REASONS, STATES, clockWithSeconds, count, duration, sentence } from './words.js';

const EVERY = 2000;

class Board {
  #rest = new Rest();
  #frame = new Frame(
    this.#rest,
    (user) => this.#begin(user),
    () => this.#end(),
  );
  #faults = new Faults(this.#rest, this.#frame);
  #rates = new Rates();
  #timer = null;
  #isPaused = false;
  #dn = null;
  #answered = null;

  constructor() {
    byId('pause').addEventListener('click', () => this.#pause(!this.#isPaused));
    byId('look-up').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#lookUp(byId('dn').value.trim());
    });
    document.addEventListener('visibilitychange', () => this.#visibilityChanged());
    this.#frame.start();
  }

  #begin(user) {
    const isSupervisor = Boolean(user.settings?.supervisor);
    setShown(byId('no-right'), !isSupervisor);
    setShown(byId('board'), isSupervisor);
    setShown(byId('agent-link'), (user.devices ?? []).length > 0);
    byId('main').focus();
    if (isSupervisor) this.#update();
  }

  #end() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#rates.interrupt();
    setText(byId('connection'), '');
  }

  #pause(isPaused) {
    this.#isPaused = isPaused;
    byId('pause').setAttribute('aria-pressed', String(isPaused));
    clearTimeout(this.#timer);
    this.#rates.interrupt();
    this.#showConnection('paused');
    if (!isPaused) this.#update();
  }

  /** Sends no requests while the page is not visible. */
  #visibilityChanged() {
    if (this.#timer === null || this.#isPaused) return;
    clearTimeout(this.#timer);
    if (document.visibilityState === 'visible') this.#update();
    else this.#rates.interrupt();
  }

  async #update() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    try {
      const overview = await this.#rest.get('/api/supervisor/overview');
      // The timer shows whether somebody is still signed in.
      if (this.#timer === null) return;
      this.#answered = Date.now();
      this.#show(overview);
      await this.#updateTimeline();
      await this.#faults.update();
      this.#showConnection('connected');
    } catch (error) {
      if (this.#timer === null) return;
      if (error instanceof Refused && error.isSignedOut) {
        this.#frame.failed(error, '');
        return;
      }
      this.#rates.interrupt();
      this.#showConnection('waiting', error.message);
    }
    if (this.#timer !== null && !this.#isPaused) this.#timer = setTimeout(() => this.#update(), EVERY);
  }

  #showConnection(state, message) {
    const connection = byId('connection');
    connection.dataset.state = state === 'paused' ? 'connecting' : state;
    setText(connection, { connected: 'Up to date', waiting: 'Not up to date', paused: 'Paused' }[state]);
    const since = this.#answered ? clockWithSeconds(this.#answered) : 'never';
    setText(
      byId('updated'),
      state === 'waiting' ? `Last update ${since}. ${sentence(message)}` : `Last update ${since}.`,
    );
  }

  #show({ now, sessions, events, rejected, openLongest }) {
    this.#showStates(sessions);
    this.#showRate(events, rejected);
    this.#showRefused(rejected);
    setShown(byId('no-open'), openLongest.length === 0);
    setShown(byId('open-frame'), openLongest.length > 0);
    reconcile(
      byId('open'),
      openLongest,
      ({ thisDN, id }) => `${thisDN} ${id}`,
      (one) => this.#openRow(one),
      (rowElement, one) => updateOpen(rowElement, one, now),
    );
  }

  #showStates(sessions) {
    const tile = ([state]) =>
      element('div', { class: 'pane tile' }, element('dt', {}, STATES[state]?.label ?? state), element('dd', {}));
    reconcile(
      byId('states'),
      Object.entries(sessions).sort(inOrder),
      ([state]) => state,
      tile,
      (made, [, number]) => setText(made.lastElementChild, count(number)),
    );
  }

  #showRate(events, rejected) {
    const total = [...Object.values(events), ...Object.values(rejected)].reduce((sum, number) => sum + number, 0);
    this.#rates.count(total, performance.now());
    const { now, highest } = this.#rates;
    setText(byId('rate'), now === null ? '–' : now.toLocaleString('en', { maximumFractionDigits: now < 10 ? 1 : 0 }));
    setText(byId('events'), `${count(total)} in all`);
    const points = this.#rates.points(120, 40).map((point) => point.map((number) => number.toFixed(2)).join(','));
    byId('curve').setAttribute('points', points.join(' '));
    const [first, last] = [points[0]?.split(',')[0], points.at(-1)?.split(',')[0]];
    byId('area').setAttribute('points', points.length > 1 ? `${first},39.5 ${points.join(' ')} ${last},39.5` : '');
    const most = highest.toLocaleString('en', { maximumFractionDigits: 1 });
    setText(byId('chart-range'), `The last four minutes. Highest: ${most} a second.`);
  }

  #showRefused(rejected) {
    const reasons = Object.entries(rejected).filter(([, number]) => number > 0);
    reasons.sort(([one, first], [other, second]) => second - first || one.localeCompare(other));
    const total = reasons.reduce((sum, [, number]) => sum + number, 0);
    setShown(byId('no-refused'), total === 0);
    setShown(byId('refused-table'), total > 0);
    const make = ([reason]) =>
      element(
        'tr',
        {},
        element('th', { scope: 'row', class: 'sentence' }, REASONS[reason] ?? reason),
        element(
          'td',
          { class: 'share' },
          element('div', { class: 'share-bar', 'aria-hidden': 'true' }, element('div')),
        ),
        element('td', { class: 'number' }),
      );
    reconcile(
      byId('refused'),
      reasons,
      ([reason]) => reason,
      make,
      (made, [, number]) => {
        made.querySelector('.share-bar').firstElementChild.style.inlineSize = `${(100 * number) / total}%`;
        setText(made.lastElementChild, count(number));
      },
    );
  }

  #openRow({ thisDN }) {
    const button = element(
      'button',
      { type: 'button', class: 'quiet', 'aria-label': `Show the timeline of ${thisDN}` },
      'Show',
    );
    button.addEventListener('click', () => {
      byId('dn').value = thisDN;
      this.#lookUp(thisDN);
      byId('timeline-title').focus();
      byId('timeline-title').scrollIntoView({ block: 'start' });
    });
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, element('bdi', {}, thisDN)),
      element('td', {}),
      element('td', {}, element('span', { class: 'state' })),
      element('td', {}, element('bdi')),
      element('td', { class: 'number' }),
      element('td', {}, button),
    );
  }

  async #lookUp(dn) {
    const field = byId('dn');
    setShown(byId('dn-error'), !dn);
    setText(byId('dn-error'), dn ? '' : 'Enter a DN.');
    if (!dn) {
      field.setAttribute('aria-invalid', 'true');
      field.setAttribute('aria-describedby', 'dn-error');
      field.focus();
      return;
    }
    field.removeAttribute('aria-invalid');
    field.removeAttribute('aria-describedby');
    this.#dn = dn;
    try {
      const length = await this.#updateTimeline();
      this.#frame.announce(`Timeline of ${dn}: ${length === 1 ? '1 entry' : `${length} entries`}.`);
    } catch (error) {
      this.#frame.failed(error, 'The timeline could not be read');
    }
  }

  async #updateTimeline() {
    const dn = this.#dn;
    if (!dn) return 0;
    const { agent, timeline } = await this.#rest.get(`/api/supervisor/timeline?dn=${encodeURIComponent(dn)}`);
    if (dn !== this.#dn) return 0;
    const whose = agent ? `${dn} (${agent})` : dn;
    setText(byId('timeline-title'), `Timeline of ${whose}`);
    setText(byId('no-timeline'), `Nothing happened at ${dn} since the gateway started.`);
    setShown(byId('no-timeline'), timeline.length === 0);
    setShown(byId('timeline-frame'), timeline.length > 0);
    setShown(byId('timeline-hint'), timeline.length > 0);
    // Existing rows are kept, and with them a selection.
    const seen = new Map();
    const rows = timeline.map((observation) => {
      const text = JSON.stringify(observation);
      seen.set(text, (seen.get(text) ?? 0) + 1);
      return { observation, key: `${dn} ${text} ${seen.get(text)}` };
    });
    reconcile(
      byId('timeline'),
      rows.reverse(),
      ({ key }) => key,
      ({ observation }) => row(observation),
      () => {},
    );
    return timeline.length;
  }
}

const ORDER = Object.keys(STATES);

function inOrder([one], [other]) {
  return ORDER.indexOf(one) - ORDER.indexOf(other);
}

function updateOpen(rowElement, { agent, state, participants, since, earlier }, now) {
  const [, agentCell, stateCell, withCell, forCell] = rowElement.children;
  setText(agentCell, agent ?? '–');
  const label = stateCell.firstElementChild;
  setText(label, STATES[state]?.label ?? state);
  label.dataset.state = state;
  setText(withCell.firstElementChild, participants.length > 0 ? participants.join(', ') : '–');
  // The gateway found it open when it started, so it is older.
  setText(forCell, `${earlier ? 'more than ' : ''}${duration(now - since)}`);
}

new Board();
