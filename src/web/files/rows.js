// What a row of the time line shows: one event with its pictures and, unfolded, with all that was done.

import {element, say} from './dom.js';
import {ago, clockOf, dayName, dayOf, distance, milliseconds, plainly} from './times.js';
import {addressOfEvent} from './route.js';

const shownAtMost = 24;  // pictures of one event; the large view has them all
const ratios = new Map();  // camera to the form of its pictures, width by height, since one was seen

export const ratioOf = camera => ratios.get(camera) ?? 4 / 3;

/** What a picture says of its time: against the event where that is known, else by the clock. */
export function caption(group, picture) {
  return group.kind === 'trigger' ? distance(picture.at - group.at) : clockOf(picture.captured);
}

export const ruleName = name => !name || name === 'manual' ? 'taken by hand' : name;

export const addressOfPicture = picture => picture.url ?? `/api/v1/snapshots/${picture.id}`;
const sized = (picture, size) => `${addressOfPicture(picture)}?fit=${size}`;
export const thumbnail = picture => sized(picture, '320x240');

export const linkTo = (group, picture) => addressOfEvent(group.event, group.at / 1000, picture?.id);

/** The picture from the event itself, or the nearest one. */
export function pictureAt(group) {
  return group.pictures.reduce((best, one) => Math.abs(one.at - group.at) < Math.abs(best.at - group.at) ? one : best);
}

/** What was done many times in a row, and ended alike, is one line: as it ended the last time. */
function together(steps) {
  const lines = [];
  for (const step of steps) {
    const last = lines.at(-1);
    if (last && last.what === step.what && last.ok === step.ok) Object.assign(last, step, {count: last.count + 1});
    else lines.push({...step, count: 1});
  }
  return lines;
}

export class Rows {
  /** `fold(group)` folds and unfolds, `large(group, index, from)` opens a picture, `learned()` is called when the form of a
   *  camera's pictures turns out to be another. */
  constructor({fold, large, learned}) {
    Object.assign(this, {fold, large, learned});
  }

  fill(row, {group, day, newest, open}) {
    this.kept = new Map([...row.querySelectorAll('img')].map(image => [image.dataset.of, image]));
    const failed = group.trouble && group.kind !== 'skip';
    row.className = ['event', group.kind, failed && 'failed', newest && 'newest', open && 'open'].filter(Boolean).join(' ');
    row.setAttribute('aria-labelledby', `event-${group.event}`);
    const first = newest ? pictureAt(group) : null;
    const others = group.pictures.filter(picture => picture !== first);
    row.replaceChildren(
      day ? element('h2', {className: 'day'}, dayName(day)) : '',
      element('div', {className: 'body'}, this.head(group, newest, open), first && this.shot(group, first, '800x600'),
        others.length ? this.shots(group, others) : null, open ? this.details(group) : null));
    this.kept = null;
  }

  head(group, newest, open) {
    const said = group.kind === 'skip' ? `Did not fire: ${group.trouble}` : group.trouble || group.cause;
    const title = newest ? `${group.input ? `${group.input}: ` : ''}${ruleName(group.rule)}` :
      [element('time', {datetime: group.when}, clockOf(group.when)), ' ', element('span', {}, ruleName(group.rule))];
    const age = newest ? [element('strong', {'data-since': group.when}, ago(group.when)), ` · ${clockOf(group.when)} · `] : '';
    return element('div', {className: 'what', onclick: () => this.fold(group)},
      element(newest ? 'h2' : 'h3', {className: 'title', id: `event-${group.event}`}, element('button', {type: 'button', className: 'fold', 'data-id': 'fold', 'aria-expanded': String(open)}, title)),
      element('p', {className: 'cause'}, age, plainly(said)));
  }

  shots(group, pictures) {
    const shown = pictures.slice(0, shownAtMost), rest = pictures.length - shown.length;
    return element('div', {className: 'shots'}, shown.map(picture => this.shot(group, picture, '320x240')), rest ? element('button', {
      type: 'button', className: 'rest', 'data-id': 'rest', onclick: clicked => this.large(group, group.pictures.indexOf(pictures[shownAtMost]), clicked.currentTarget)}, `${rest} more`) : null);
  }

  shot(group, picture, size) {
    const said = caption(group, picture);
    const kind = said.endsWith('before') ? 'before' : said.startsWith('at') ? 'at' : '';
    return element('button', {type: 'button', className: size === '320x240' ? 'shot' : 'shot wide', 'data-id': picture.id,
      'aria-label': `Picture of ${picture.camera}, ${said}`,
      onclick: clicked => this.large(group, group.pictures.indexOf(picture), clicked.currentTarget)},
    this.kept.get(sized(picture, size)) ?? this.image(picture, size), element('span', {className: kind}, said));
  }

  image(picture, size) {
    const address = sized(picture, size);
    const image = element('img', {alt: '', width: Math.round(120 * ratioOf(picture.camera)), height: 120, decoding: 'async', 'data-src': address, 'data-of': address});
    image.addEventListener('load', () => {
      const ratio = image.naturalWidth / image.naturalHeight;
      if (Math.abs(ratio - ratioOf(picture.camera)) < 0.02) return;
      ratios.set(picture.camera, ratio);
      this.learned();
    });
    image.addEventListener('error', () => {
      if (!image.hasAttribute('src')) return;
      if (image.dataset.again) return image.closest('button')?.classList.add('gone');
      image.dataset.again = 'true';  // many want pictures at once
      setTimeout(() => { if (image.isConnected) image.src = address; }, 2000);
    });
    return image;
  }

  /** All of it, in full. */
  details(group) {
    const steps = together(group.steps);
    const when = group.when.includes('.') ? group.when.slice(11, 23) : clockOf(group.when);
    const none = group.kind === 'skip' ? '' : group.kind === 'pictures' ? 'The log does not reach back to what was done.' :
      group.result ? 'It has no actions.' : 'Under way.';
    return element('div', {className: 'details'},
      element('p', {}, [`${dayName(dayOf(group.when))}, ${when}`, plainly(group.cause)].filter(Boolean).join(' · ')),
      group.kind === 'skip' ? element('p', {}, `Did not fire: ${plainly(group.trouble)}`) : null,
      steps.length ? element('ul', {}, steps.map(({what, ok, text, count}) =>
        element('li', {className: ok ? 'ok' : 'bad'}, element('strong', {}, what), count > 1 ? ` (${count} times)` : '', `: ${text || (ok ? 'done' : 'failed')}`))) : none ? element('p', {}, none) : null,
      element('p', {}, element('a', {href: linkTo(group)}, 'Link to this event')));
  }

  /** Where not all pictures of a row fit, the first that is seen is the last one from before the event. */
  toTheEvent(row) {
    const shots = row.querySelector('.shots');
    const first = [...shots?.children ?? []].findIndex(shot => !shot.querySelector('.before'));
    if (first > 1) shots.scrollLeft = shots.children[first - 1].offsetLeft - shots.firstElementChild.offsetLeft;
  }
}

/** "3 min ago" becomes "4 min ago". */
export function age() {
  for (const node of document.querySelectorAll('[data-since]')) say(node, ago(node.dataset.since));
}

/** A visit: somebody was at a contact, or a program said so. The others come by the calendar. */
const isVisit = group => /^(input|webhook) /.test(group.cause);

/** Of groups, the newest first: the one that answers who was there. */
export function newestVisit(groups) {
  const seen = groups.filter(group => group.pictures.length);
  return seen.find(isVisit) ?? seen[0] ?? null;
}
