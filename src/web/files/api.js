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

async function ask(path, options) {
  let reply;
  try {
    reply = await fetch(path, {...options, cache: 'no-store'});
  } catch {
    throw new Refused(0, 'the daemon does not answer');
  }
  if (reply.status === 401) {
    toLogin();
    throw new Refused(401, 'log in again');
  }
  const type = reply.headers.get('Content-Type') ?? '';
  const body = type.includes('json') ? await reply.json() : await reply.text();
  if (reply.ok) return body;
  throw new Refused(reply.status, body.detail ?? (typeof body === 'string' && body ? body : `refused with ${reply.status}`), body);
}

export const get = path => ask(path, {headers: {Accept: 'application/json'}});

export const post = (path, body = {}) => ask(path, {
  method: 'POST', headers: {'Content-Type': 'application/json', Accept: 'application/json'}, body: JSON.stringify(body)});

/** path`/api/v1/rules/${name}/trigger`: names may hold anything. */
export const path = (texts, ...names) => String.raw({raw: texts}, ...names.map(encodeURIComponent));
