// What happened at one DN, newest first.

import { element } from './dom.js';
import { REASONS, STATES, clockWithSeconds, dayAndClock } from './words.js';

const OUTCOMES = {
  changed: 'changed',
  unchanged: 'nothing changed',
  message: 'message',
  ignored: 'ignored',
  rejected: 'refused',
  sent: 'sent',
  refused: 'refused',
  done: 'carried out',
  failed: 'failed',
  timedOut: 'timed out',
};

const BAD = new Set(['rejected', 'refused', 'failed', 'timedOut']);

/** A row of the table. */
export function row(observation) {
  const { at, kind, name, id, from, to, outcome, reason, errorCode } = observation;
  const what = kind === 'request' ? `answer to ${name}` : kind === 'expiry' ? 'expired' : name;
  const isError = errorCode !== null && errorCode !== undefined;
  const why = REASONS[reason] ?? reason ?? (isError ? `error ${errorCode}` : null);
  const words = why ? `${OUTCOMES[outcome] ?? outcome}: ${why}` : (OUTCOMES[outcome] ?? outcome);
  return element(
    'tr',
    {},
    element(
      'td',
      { class: 'time' },
      element('time', { datetime: new Date(at).toISOString(), title: dayAndClock(at) }, clockWithSeconds(at)),
    ),
    element('td', {}, element('bdi', {}, what)),
    element('td', { class: BAD.has(outcome) ? 'refused' : null }, words),
    element('td', {}, states(from, to)),
    element('td', { class: 'id' }, element('bdi', {}, id ?? '')),
  );
}

function states(from, to) {
  const label = (state) => STATES[state]?.label ?? state;
  if (!to) return '';
  return from && from !== to ? `${label(from)} → ${label(to)}` : label(to);
}
