// The page for agents: notifications update the model, the model is shown, and operations are sent.

import { CometD } from './cometd.js';
import { Conversations } from './conversations.js';
import { byId, setShown, setText } from './dom.js';
import { Frame } from './frame.js';
import { Refused, Rest } from './rest.js';
import { SessionList } from './session_list.js';
import { SessionView } from './session_view.js';
import { Sessions } from './sessions.js';
import { STATES, partiesOf } from './words.js';

const CHANNEL = '/v2/me/im-sessions';
const SESSIONS = '/api/v2/me/im-sessions';

class Desk {
  #rest = new Rest();
  #frame = new Frame(
    this.#rest,
    (user) => this.#begin(user),
    (how) => this.#end(how),
  );
  #list = new SessionList(
    (id) => this.#select(id, true),
    (number, device) => this.#start(number, device),
  );
  #view = new SessionView((operation, parameters) => this.#operate(operation, parameters));
  #cometd = null;
  #me = null;
  #sessions = new Sessions();
  #conversations = null;
  #selected = null;
  #wasConnected = false;
  #isStarted = false;
  #countdown = null;

  constructor() {
    byId('back').addEventListener('click', () => this.#showList());
    this.#frame.start();
  }

  #begin(user) {
    if (this.#me && this.#me.id !== user.id) this.#view.forget();
    this.#me = user;
    this.#sessions = new Sessions();
    this.#conversations = new Conversations(user.id);
    this.#selected = null;
    this.#wasConnected = false;
    this.#isStarted = false;
    const devices = user.devices ?? [];
    this.#list.setDevices(devices);
    setShown(byId('supervisor-link'), Boolean(user.settings?.supervisor));
    setShown(byId('no-device'), devices.length === 0);
    setShown(byId('desk'), devices.length > 0);
    this.#cometd = new CometD('/api/v2/notifications', [CHANNEL]);
    this.#cometd.addEventListener('state', ({ state }) => this.#connectionChanged(state));
    this.#cometd.addEventListener('message', (message) => this.#received(message));
    this.#cometd.addEventListener('handshake', () => this.#conversations.interrupt());
    this.#cometd.addEventListener('subscribed', () => this.#subscribed());
    this.#cometd.start();
    this.#show();
    byId('main').focus();
  }

  #end({ forget = false } = {}) {
    this.#cometd?.stop();
    this.#cometd = null;
    if (forget) {
      this.#conversations?.forgetAll();
      this.#view.forget();
    }
    this.#conversations?.close();
    clearInterval(this.#countdown);
    document.title = 'IM sessions';
  }

  // Notifications

  #received({ channel, data, id }) {
    if (channel !== CHANNEL) return;
    switch (data?.messageType) {
      case 'IMSessionStateChangeMessage':
        this.#sessionChanged(data.imSession);
        break;
      case 'IMLogUpdateMessage':
        this.#messageArrived(idOf(data.imSessionPath), id, data.message);
        break;
      case 'ErrorMessage':
        this.#frame.notify(`${wordsOf(data.operationName)} failed: ${data.errorMessage ?? 'no reason was given'}`);
        break;
      default:
        // A newer gateway may send other kinds.
        break;
    }
    this.#show();
  }

  #sessionChanged(session) {
    const before = this.#sessions.tell(session);
    this.#conversations.see(session);
    if (before?.state !== session.state) {
      const state = STATES[session.state]?.label ?? session.state;
      const isNew = !before && session.state !== 'Completed';
      this.#frame.announce(`${isNew ? 'New session' : 'Session'} with ${partiesOf(session)}: ${state}.`);
    } else if (JSON.stringify(before.userData) !== JSON.stringify(session.userData)) {
      this.#frame.announce(`User data of the session with ${partiesOf(session)} changed.`);
    }
    // An open session is shown, unless the agent is looking at another open one.
    const shown = this.#sessions.get(this.#selected)?.session;
    const isBusy = shown && (shown.state !== 'Completed' || byId('text').value);
    if (!before && session.state !== 'Completed' && !isBusy) this.#select(session.id, false);
  }

  #messageArrived(session, id, text) {
    const message = this.#conversations.receive(session, id, text);
    if (!message || message.isMine) return;
    if (!this.#isSeen(session)) {
      const entry = this.#sessions.get(session);
      this.#sessions.setUnread(session, (entry?.unread ?? 0) + 1);
      if (session !== this.#selected && entry) this.#frame.announce(`New message from ${partiesOf(entry.session)}.`);
    }
  }

  /** The sessions follow as messages. Those that do not follow no longer exist. */
  async #subscribed() {
    const since = this.#sessions.now;
    try {
      await this.#rest.check();
      const { uris } = await this.#rest.get(SESSIONS);
      if (!this.#cometd) return;
      const known = new Set(uris.map(idOf));
      for (const id of this.#sessions.keep(known, since)) this.#conversations.forget(id);
      if (!this.#sessions.get(this.#selected)) this.#selected = null;
      this.#show();
    } catch (error) {
      // The next handshake asks again. Until then a session that has ended may still be shown.
      if (error instanceof Refused && error.isSignedOut) this.#frame.failed(error, '');
    }
  }

  // The connection

  #connectionChanged(state) {
    clearInterval(this.#countdown);
    const connection = byId('connection');
    connection.dataset.state = state.name;
    switch (state.name) {
      case 'connected':
        setText(connection, 'Connected');
        this.#wasConnected = true;
        this.#startWork();
        break;
      case 'connecting':
        setText(connection, this.#wasConnected ? 'Reconnecting…' : 'Connecting…');
        break;
      case 'waiting': {
        const tell = () => {
          const seconds = Math.max(0, Math.ceil((state.retryAt - Date.now()) / 1000));
          // Not in the live region, because a screen reader would read every second aloud.
          setText(byId('retry'), seconds > 0 ? `next try in ${seconds} s` : '');
        };
        setText(connection, 'Not connected');
        tell();
        this.#countdown = setInterval(tell, 1000);
        break;
      }
      case 'ended':
        if (state.reason === 'signed out') {
          this.#frame.signedOut('Your session has ended. Sign in again to go on.');
        } else if (state.reason) {
          setText(connection, 'Disconnected');
          this.#frame.notify(`The gateway ended the connection: ${state.reason}. Reload the page to connect again.`);
        }
        break;
    }
    if (state.name !== 'waiting') setText(byId('retry'), '');
    byId('desk').dataset.connection = state.name;
  }

  async #startWork() {
    if (this.#isStarted) return;
    this.#isStarted = true;
    try {
      await this.#rest.post('/api/v2/me', { operationName: 'StartContactCenterSession', channels: ['voice'] });
    } catch (error) {
      this.#isStarted = false;
      this.#frame.failed(error, 'Your work could not be started');
    }
  }

  // Operations of the agent

  async #start(number, devicePath) {
    const body = { operationName: 'InitiateIMSession', destination: { phoneNumber: number } };
    if (devicePath) body.devicePath = devicePath;
    return this.#post(SESSIONS, body);
  }

  async #operate(operationName, parameters) {
    const id = this.#selected;
    const isText = operationName === 'SendMessage';
    const body = { operationName, ...parameters };
    if (isText) {
      body.devicePath = this.#me.devices[0].devicePath;
      this.#conversations.sending(id, parameters.text);
    }
    const isSent = await this.#post(`${SESSIONS}/${encodeURIComponent(id)}`, body);
    if (isText && !isSent) this.#conversations.notSent(id, parameters.text);
    return isSent;
  }

  async #post(path, body) {
    try {
      await this.#rest.post(path, body);
      return true;
    } catch (error) {
      this.#frame.failed(error, `${wordsOf(body.operationName)} failed`);
      return false;
    }
  }

  // The view

  #select(id, byPerson) {
    this.#selected = id;
    if (byPerson) {
      byId('desk').dataset.view = 'session';
      this.#show();
      byId('session-title').focus();
    }
  }

  #showList() {
    byId('desk').dataset.view = 'list';
    document.querySelector('#sessions [aria-current]')?.focus();
  }

  #show() {
    if (this.#isSeen(this.#selected)) this.#sessions.setUnread(this.#selected, 0);
    const permitted = this.#me.settings?.permittedOperations ?? [];
    const reason = this.#whyNotStart(permitted);
    this.#list.show(this.#sessions, this.#selected, reason);
    const session = this.#sessions.get(this.#selected)?.session ?? null;
    this.#view.show(session, session && this.#conversations.of(session.id), permitted);
    const { unread } = this.#sessions;
    document.title = unread > 0 ? `(${unread}) IM sessions` : 'IM sessions';
  }

  /** Whether the conversation is visible: on a phone the list may be shown instead. */
  #isSeen(id) {
    return id === this.#selected && document.visibilityState === 'visible' && byId('log').offsetParent !== null;
  }

  /** The page may have become visible. */
  seen() {
    if (this.#cometd) this.#show();
  }

  #whyNotStart(permitted) {
    if (!permitted.includes('InitiateIMSession')) return 'Start session: you have no right to this.';
    const { open } = this.#sessions;
    return open ? `Start session: the session with ${partiesOf(open.session)} is still open.` : null;
  }
}

/** The id at the end of a path or URI. */
function idOf(path) {
  return decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
}

function wordsOf(operation) {
  const words = {
    InitiateIMSession: 'Starting a session',
    SendMessage: 'Sending the message',
    AttachUserData: 'Attaching user data',
    UpdateUserData: 'Updating user data',
    DeleteUserData: 'Deleting user data',
    Complete: 'Completing the session',
  };
  return words[operation] ?? String(operation);
}

const desk = new Desk();
document.addEventListener('visibilitychange', () => desk.seen());
window.addEventListener('resize', () => desk.seen());
