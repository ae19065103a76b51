// Requests to the gateway. The browser sends the cookie; the CSRF token comes with every response to a GET.

/** The gateway refused, or could not be reached (`status` 0). */
export class Refused extends Error {
  constructor(status, statusCode, message, retryAfter = null) {
    super(message);
    this.name = 'Refused';
    this.status = status;
    this.statusCode = statusCode;
    this.retryAfter = retryAfter;
  }

  /** Whether nobody is signed in, or no longer. */
  get isSignedOut() {
    return this.status === 401;
  }
}

/** Parses JSON from the gateway. An integer that a number cannot represent stays a string of digits. */
export function parse(text) {
  return JSON.parse(text, (_, value, context) => {
    const isLost = typeof value === 'number' && !Number.isSafeInteger(value) && context?.source;
    return isLost ? context.source : value;
  });
}

export class Rest {
  #token = null;

  /** The id of the user of this page. The cookie belongs to the browser, so another tab may sign in another user. */
  user = null;

  /** Sends a GET; with credentials it signs in. */
  async get(path, credentials = null) {
    const headers = credentials ? { Authorization: basic(credentials) } : {};
    return this.#send(path, { method: 'GET', headers });
  }

  /** Sends a POST. */
  async post(path, body) {
    const send = () => {
      const headers = { 'Content-Type': 'application/json', ...(this.#token ? { 'X-CSRF-TOKEN': this.#token } : {}) };
      return this.#send(path, { method: 'POST', headers, body: JSON.stringify(body) });
    };
    try {
      return await send();
    } catch (error) {
      // Another tab may have signed in again, which changes the token; a GET returns the new one.
      if (!(error instanceof Refused && error.status === 403 && /csrf/i.test(error.message))) throw error;
      await this.check();
      return send();
    }
  }

  /** Checks that the cookie still belongs to the user. */
  async check() {
    const { user } = await this.get('/api/v2/me');
    if (user.id !== this.user) throw new Refused(401, null, 'another user has signed in with this browser');
  }

  async #send(path, request) {
    let response;
    let text;
    try {
      const headers = { Accept: 'application/json', 'X-Requested-With': 'XMLHttpRequest', ...request.headers };
      response = await fetch(path, { ...request, headers, credentials: 'same-origin', cache: 'no-store' });
      text = await response.text();
    } catch {
      throw new Refused(0, null, 'the gateway cannot be reached');
    }
    this.#token = response.headers.get('X-CSRF-TOKEN') ?? this.#token;
    let answer = null;
    try {
      answer = parse(text);
    } catch {
      // The response came from a proxy, or is empty: only the status is known.
    }
    if (!response.ok) {
      const message = answer?.statusMessage ?? `the gateway answered with HTTP status ${response.status}`;
      throw new Refused(response.status, answer?.statusCode ?? null, message, response.headers.get('Retry-After'));
    }
    if (answer === null) throw new Refused(response.status, null, 'the gateway gave an answer that cannot be read');
    return answer;
  }
}

function basic({ user, password }) {
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}
