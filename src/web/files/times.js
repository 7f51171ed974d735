// The server's times are of its own zone and are shown as they come; nothing is converted to the zone of who looks.

export const dayOf = time => time.slice(0, 10);
export const clockOf = time => time.slice(11, 19);
export const milliseconds = time => Date.parse(time);

let ahead = 0;  // the server's clock, against ours
let offset = 0;  // its zone's distance to UTC, as it was told last
let clock = null;  // its zone, where the browser knows it

export function setClock(now, timezone) {
  ahead = milliseconds(now) - Date.now();
  offset = Date.parse(`${now.slice(0, 19)}Z`) - Date.parse(`${now.slice(0, 19)}${now.endsWith('Z') ? 'Z' : now.slice(-6)}`);
  try {
    clock = new Intl.DateTimeFormat('sv', {timeZone: timezone, dateStyle: 'short', timeStyle: 'medium'});
  } catch {
    clock = null;
  }
}

export const serverNow = () => Date.now() + ahead;

/** What the clock of the server's zone shows at a moment: "2026-03-01T18:00:00". */
function shownAt(ms) {
  return clock ? clock.format(ms).replace(' ', 'T') : new Date(ms + offset).toISOString().slice(0, 19);
}

export const today = () => dayOf(shownAt(serverNow()));

/** "just now", "4 min", "3 h", "12 days" */
export function howLong(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 10) return 'just now';
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

export const since = time => howLong(serverNow() - milliseconds(time));

export function ago(time) {
  const long = since(time);
  return long === 'just now' ? long : `${long} ago`;
}

/** The day is left away where it is today's. */
export function shortTime(time) {
  return dayOf(time) === today() ? clockOf(time) : `${dayOf(time)} ${clockOf(time)}`;
}

export const shortMoment = ms => shortTime(shownAt(ms));

/** Durations of a text as a person says them: "56s42ms" is "56 s". */
export const plainly = text => text.replace(/(?<![\w./-])(\d+h)?(\d+m)?(\d+)s\d+ms\b/g, (_, hours = '', minutes = '', seconds) =>
  [hours, minutes, `${seconds}s`].filter(Boolean).map(part => `${parseInt(part)} ${part.at(-1) === 'm' ? 'min' : part.at(-1)}`).join(' '));

const dayNames = new Intl.DateTimeFormat('en-GB', {weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC'});
export function dayName(day) {
  const name = dayNames.format(new Date(`${day}T00:00:00Z`));
  return day === today() ? `Today, ${name}` : name;
}

/** "2.4 s before", "at the edge", "0.5 s after" */
export function distance(ms) {
  const size = Math.abs(ms);
  if (size < 100) return 'at the event';
  const text = size < 9950 ? `${(size / 1000).toFixed(1)} s` : howLong(size);
  return ms < 0 ? `${text} before` : `${text} after`;
}

/** The first moment of a day of the server's zone. Midnight may be there twice or not at all: where the clock is changed at
 *  midnight, the day begins with the first of the two, or with the change. */
export function beginOf(day) {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const east = [-20, 20].map(hours => {
    const near = midnight + hours * 3600000;
    return Date.parse(`${shownAt(near)}Z`) - near;
  });
  const begins = east.map(by => midnight - by).filter(at => shownAt(at) === `${day}T00:00:00`);
  return new Date(begins.length ? Math.min(...begins) : midnight - Math.min(...east)).toISOString();
}

export function dayAfter(day) {
  return new Date(Date.parse(`${day}T12:00:00Z`) + 86400000).toISOString().slice(0, 10);
}
