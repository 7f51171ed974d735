// Requests to the daemon that this page came from, and to nobody else.

export class Refused extends Error {
  constructor(status, detail, body) {
    super(detail);
    this.status = status;
    this.body = body;
  }
}

export function toLogin() {
  const here = location.pathname + location.hash;
  location.replace(here === '/' ? '/login' : `/login?next=${encodeURIComponent(here)}`);
}

const unsure = 'The daemon does not answer: this may or may not have been carried out. Look at the state before you try again.';

async function ask(path, options, seconds) {
  let reply, body;
  try {
    reply = await fetch(path, {...options, cache: 'no-store', signal: AbortSignal.timeout(seconds * 1000)});
    const type = reply.headers.get('Content-Type') ?? '';
    body = type.includes('json') ? await reply.json() : await reply.text();
  } catch {
    if (options.method) dispatchEvent(new Event('unanswered'));  // whatever looks at the connection looks again
    throw new Refused(0, options.method ? unsure : 'the daemon does not answer');
  }
  if (reply.status === 401) {
    toLogin();
    throw new Refused(401, 'log in again');
  }
  if (reply.ok) return body;
  throw new Refused(reply.status, body.detail ?? (typeof body === 'string' && body ? body : `refused with ${reply.status}`), body);
}

export const get = path => ask(path, {headers: {Accept: 'application/json'}}, 20);

/** Something is to be done. Who waits longer than this is told that nobody knows whether it was. */
export const post = (path, body = {}, seconds = 5) => ask(path, {
  method: 'POST', headers: {'Content-Type': 'application/json', Accept: 'application/json'}, body: JSON.stringify(body)}, seconds);

/** path`/api/v1/rules/${name}/trigger`: names may hold anything. */
export const path = (texts, ...names) => String.raw({raw: texts}, ...names.map(encodeURIComponent));
