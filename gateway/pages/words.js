// The words for states, operations and times.

/** The labels of operations on buttons. */
export const OPERATIONS = {
  InitiateIMSession: 'Start session',
  SendMessage: 'Send',
  AttachUserData: 'Attach',
  UpdateUserData: 'Update',
  DeleteUserData: 'Delete',
  Complete: 'Complete',
};

/**
 * Why an operation on a session is not possible now; `null` if it is. The capabilities decide. The reasons are checked
 * in the order of the library's `why_not`: no right, ended, no user data, not in this state.
 */
export function whyNot(session, operation, permitted) {
  if (session.capabilities?.includes(operation)) return null;
  if (!permitted.includes(operation)) return 'no right';
  if (session.state === 'Completed') return 'over';
  const needsUserData = operation === 'UpdateUserData' || operation === 'DeleteUserData';
  if (needsUserData && Object.keys(session.userData ?? {}).length === 0) return 'no user data';
  return 'not in this state';
}

/** The reason as a sentence about one or several operations. */
export function sentenceOf(reason, operations, state) {
  const name = LIST.format([operations].flat().map((operation) => OPERATIONS[operation]));
  switch (reason) {
    case null:
      return null;
    case 'no right':
      return `${name}: you have no right to this.`;
    case 'over':
      return `${name}: the session is over.`;
    case 'no user data':
      return `${name}: the session has no user data.`;
    case 'not in this state':
      return `${name}: not possible while ${STATES[state]?.while ?? state}.`;
    default:
      return `${name}: ${reason}.`;
  }
}

/** The words for states. */
export const STATES = {
  Initiating: { label: 'Calling', while: 'the other side is being called' },
  Alerting: { label: 'Ringing', while: 'the call is ringing' },
  Talking: { label: 'Talking', while: 'talking' },
  Completed: { label: 'Completed', while: 'completed' },
};

/** The message of an error as a sentence. */
export function sentence(message) {
  const isWhole = /[.!?]$/.test(message);
  return message.charAt(0).toUpperCase() + message.slice(1) + (isWhole ? '' : '.');
}

/** The words for the reasons of rejected events. */
export const REASONS = {
  orphan: 'no such session',
  'role-conflict': 'caller and callee mixed',
  late: 'too late',
  early: 'too early',
  ended: 'session is over',
  stale: 'seen before',
  limit: 'over a limit',
};

/** The faults of the simulated SIP Server. */
export const FAULTS = {
  lose: { label: 'Lose', happens: 'An event never arrives.' },
  delay: { label: 'Delay', happens: 'An event is delayed, and all following ones with it.' },
  repeat: { label: 'Repeat', happens: 'An event arrives twice.' },
  reorder: { label: 'Reorder', happens: 'An event is overtaken by those of other DNs.' },
  restart: { label: 'Restart', happens: 'The server restarts: its calls are gone, and nobody is notified.' },
  busy: { label: 'Busy', happens: 'The callee of a call is busy.' },
  'no-answer': { label: 'No answer', happens: 'The callee of a call does not answer.' },
  refuse: { label: 'Refuse', happens: 'A request is refused.' },
};

/** The other participants, for a heading. */
export function partiesOf(session) {
  const numbers = (session.participants ?? []).map(
    ({ formattedPhoneNumber, phoneNumber }) => formattedPhoneNumber || phoneNumber || 'unknown number',
  );
  return numbers.length > 0 ? numbers.join(', ') : 'unknown number';
}

const LIST = new Intl.ListFormat('en');
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const CLOCK_WITH_SECONDS = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' });
const DAY_AND_CLOCK = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' });

/** A time of day. */
export function clock(milliseconds) {
  return CLOCK.format(milliseconds);
}

/** A time of day with seconds. */
export function clockWithSeconds(milliseconds) {
  return CLOCK_WITH_SECONDS.format(milliseconds);
}

/** A time with its date. */
export function dayAndClock(milliseconds) {
  return DAY_AND_CLOCK.format(milliseconds);
}

/** A duration in its two largest units. */
export function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours > 0) return `${hours} h ${minutes} min`;
  if (minutes > 0) return `${minutes} min ${seconds % 60} s`;
  return `${seconds} s`;
}

const NUMBER = new Intl.NumberFormat('en');

/** A count. */
export function count(number) {
  return NUMBER.format(number);
}
