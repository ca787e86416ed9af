/** The one way to the API: same origin, the session's cookie, and the token against forged requests. */

/** Something that the API refused, or that did not reach it; `message` is for a person. */
export class Refusal extends Error {
  /**
   * @param {number} status 0 where there was no answer
   * @param {string} message
   * @param {{ field: string, says: string }[]} faults by field, where that is known
   * @param {string} title
   */
  constructor(status, message, faults = [], title = '') {
    super(message);
    this.status = status;
    this.faults = faults;
    this.title = title;
  }
}

const sessionPath = '/api/staff/session/';

/** @type {() => Promise<void>} asks the person to sign in; rejects when they do not, or somebody else does */
let signInAgain = () => Promise.reject(new Refusal(401, 'You are signed out.'));

/** Milliseconds that the server's clock is ahead of this one. */
let ahead = 0;

/** @param {() => Promise<void>} ask */
export function whenSignedOut(ask) {
  signInAgain = ask;
}

/** @returns epoch milliseconds, by the server's clock, which is the one that ends undo windows */
export function serverNow() {
  return Date.now() + ahead;
}

/** @returns {Promise<any>} who is signed in; undefined for nobody */
export async function whoAmI() {
  const answer = await send('GET', sessionPath);
  if (answer.status === 401) return answer.body?.cancel();
  return (await read(answer)).body;
}

/**
 * @param {string} email
 * @param {string} password
 * @returns {Promise<any>} who that is
 */
export async function signIn(email, password) {
  const { body } = await read(await sendWithToken('POST', sessionPath, { email, password }));
  return body;
}

export async function signOut() {
  await read(await sendWithToken('DELETE', sessionPath));
}

/**
 * @param {string} path
 * @returns {Promise<any>} the body
 */
export async function get(path) {
  return (await page(path)).body;
}

/**
 * @param {string} path
 * @returns {Promise<{ body: any, next: string | undefined }>} with the path of the next page
 */
export async function page(path) {
  return read(await whileSignedIn(() => send('GET', path)));
}

/**
 * @param {'POST' | 'PUT' | 'PATCH' | 'DELETE'} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>} the body
 */
export async function write(method, path, body) {
  return (await read(await whileSignedIn(() => sendWithToken(method, path, body)))).body;
}

/**
 * Whoever has to sign in again in the middle of something goes on with it, once.
 *
 * @param {() => Promise<Response>} request
 */
async function whileSignedIn(request) {
  const answer = await request();
  if (answer.status !== 401) return answer;
  await answer.body?.cancel();
  await signInAgain();
  return request();
}

/**
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 */
async function sendWithToken(method, path, body) {
  if (token() === '') await send('GET', '/api/csrf-token/');
  const answer = await send(method, path, body);
  if (answer.status !== 403) return answer;
  await answer.body?.cancel();
  // A token of an earlier session: the refusal has set a good one. Whoever just may not hears it a second time.
  return send(method, path, body);
}

/**
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 */
async function send(method, path, body) {
  /** @type {Record<string, string>} */
  const headers = { Accept: 'application/json' };
  if (method !== 'GET') headers['X-CSRFToken'] = token();
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  try {
    const answer = await fetch(path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const at = Date.parse(answer.headers.get('Date') ?? '');
    // The header has whole seconds: rather an undo that ends a second early than one that is refused.
    if (!Number.isNaN(at)) ahead = at + 999 - Date.now();
    return answer;
  } catch {
    throw new Refusal(0, 'The server could not be reached. Nothing was changed; try again.');
  }
}

/** @param {Response} answer */
async function read(answer) {
  const isJson = /json/.test(answer.headers.get('Content-Type') ?? '');
  const body = isJson ? await answer.json() : undefined;
  if (answer.ok) return { body, next: /<([^>]+)>; rel="next"/.exec(answer.headers.get('Link') ?? '')?.[1] };
  const faults = Array.isArray(body?.detail)
    ? body.detail.map((/** @type {{ loc: unknown[], msg: string }} */ { loc, msg }) => ({
        field: String(loc[2] ?? loc[1] ?? ''),
        says: msg,
      }))
    : [];
  const said = typeof body?.detail === 'string' ? body.detail : body?.summary;
  throw new Refusal(answer.status, said ?? `The server answered ${answer.status}. Try again.`, faults, body?.title);
}

function token() {
  return /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? '';
}
