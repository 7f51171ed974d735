// The server's times are of its own zone and are shown as they come; nothing is converted to the zone of who looks.

export const dayOf = time => time.slice(0, 10);
export const clockOf = time => time.slice(11, 19);
export const milliseconds = time => Date.parse(time);

let ahead = 0;  // the server's clock, against ours
let offset = 'Z';
let zone = 'UTC';

export function setClock(now, timezone) {
  ahead = milliseconds(now) - Date.now();
  offset = now.slice(-6);
  if (now.endsWith('Z')) offset = 'Z';
  zone = timezone;
}

export const serverNow = () => Date.now() + ahead;

export function today() {
  const east = offset === 'Z' ? 0 : (offset[0] === '-' ? -1 : 1) * (60 * offset.slice(1, 3) + 1 * offset.slice(4));
  return new Date(serverNow() + east * 60000).toISOString().slice(0, 10);
}

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

/** The first moment of a day of the server's zone, as RFC 3339. */
export function beginOf(day) {
  const noon = new Date(`${day}T12:00:00Z`);
  let east = 'Z';
  try {
    const name = new Intl.DateTimeFormat('en', {timeZone: zone, timeZoneName: 'longOffset'})
      .formatToParts(new Date(noon - 12 * 3600000)).find(part => part.type === 'timeZoneName').value;
    east = name === 'GMT' ? 'Z' : name.slice(3);
  } catch {
    east = offset;
  }
  return `${day}T00:00:00${east}`;
}

export function dayAfter(day) {
  return new Date(Date.parse(`${day}T12:00:00Z`) + 86400000).toISOString().slice(0, 10);
}
