// The daemon's events as they happen, by Server-Sent Events. Read with fetch() and not with EventSource, which hides a lost
// connection behind its own retries, cannot tell an expired log-in from a restart, and never notices a line that went silent.

import {toLogin} from './api.js';

const silence = 20000;  // the daemon says something more often than this
const longestPause = 15000;
const unseen = 60000;   // a tab that nobody looks at gives its connection back after this

/** Takes the text apart; `told({type, data, id})` for each whole event. */
export function parser(told) {
  let rest = '', type = '', data = [], id;
  return text => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (let line of lines) {
      if (line.endsWith('\r')) line = line.slice(0, -1);
      if (line === '') {
        if (data.length) told({type: type || 'message', data: data.join('\n'), id});
        type = '';
        data = [];
        id = undefined;
        continue;
      }
      const colon = line.indexOf(':');
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
      if (field === 'event') type = value;
      else if (field === 'data') data.push(value);
      else if (field === 'id') id = value;
    }
  };
}

/** `on.open()` at each (new) connection, `on.lost()` when it is gone, `on.heard()` at every sign of life, `on.event(type, value)`. */
export function follow(url, on) {
  let last = null, pause = 500, stop = null, again = 0, hiddenFor = 0, paused = false;

  async function read() {
    const ending = new AbortController();
    stop = () => ending.abort();
    let watch = 0;
    const alive = () => {
      clearTimeout(watch);
      watch = setTimeout(() => ending.abort(), silence);
    };
    try {
      alive();
      const headers = {Accept: 'text/event-stream'};
      if (last !== null) headers['Last-Event-ID'] = last;
      const reply = await fetch(url, {headers, cache: 'no-store', signal: ending.signal});
      if (reply.status === 401) return toLogin();
      if (!reply.ok) throw new Error(`refused with ${reply.status}`);
      const parse = parser(event => {
        if (event.id) last = event.id;
        on.event(event.type, JSON.parse(event.data));
      });
      const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
      on.open();
      pause = 500;
      for (;;) {
        const {value, done} = await reader.read();
        if (done) break;
        alive();
        on.heard();
        parse(value);
      }
    } catch {
      // told below: whatever ended it, it is to be begun again
    } finally {
      clearTimeout(watch);
      stop = null;
    }
    if (paused) return;
    on.lost();
    again = setTimeout(read, pause * (0.75 + Math.random() / 2));
    pause = Math.min(pause * 2, longestPause);
  }

  function now() {
    clearTimeout(again);
    pause = 500;
    paused = false;
    if (!stop) read();
  }

  for (const wish of ['online', 'again']) addEventListener(wish, now);
  addEventListener('unanswered', () => stop?.());
  document.addEventListener('visibilitychange', () => {
    clearTimeout(hiddenFor);
    if (!document.hidden) return void (stop || now());
    hiddenFor = setTimeout(() => {
      paused = true;
      clearTimeout(again);
      stop?.();
    }, unseen);
  });
  read();
}
