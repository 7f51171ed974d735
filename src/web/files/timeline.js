// The time line: one row an event, with its pictures from before, at and after it.

import {by, element, say, soon} from './dom.js';
import {Events} from './events.js';
import {Viewer} from './viewer.js';
import {WindowedList} from './window.js';
import {clockOf, dayName, dayOf, distance} from './times.js';
import {tell} from './ask.js';

const shownAtMost = 24;  // of one event; the large view has them all

/** What a picture says of its time: against the event where that is known, else by the clock. */
export function caption(group, picture) {
  return group.kind === 'trigger' ? distance(picture.at - group.at) : clockOf(picture.captured);
}

export const ruleName = name => !name || name === 'manual' ? 'Taken by hand' : name;

export const thumbnail = picture => `${picture.url ?? `/api/v1/snapshots/${picture.id}`}?fit=320x240`;

export class Timeline {
  constructor() {
    this.events = new Events(soon(() => this.show(), 16));
    this.viewer = new Viewer(this);
    this.heights = {};
    this.list = new WindowedList(by('feed'), {
      height: item => this.heightOf(item), fill: (row, item) => this.fill(row, item),
      shown: row => this.toTheEvent(row), nearEnd: () => this.older()});
    this.form = by('filters');
    this.form.addEventListener('change', () => this.filter());
    this.form.addEventListener('reset', () => setTimeout(() => this.filter()));
    this.form.addEventListener('submit', sent => sent.preventDefault());
    by('fresh').addEventListener('click', () => {
      scrollTo({top: 0});
      this.seen = null;
      this.show();
    });
    addEventListener('scroll', () => { if (scrollY < 200 && !by('fresh').hidden) by('fresh').hidden = true; }, {passive: true});
    addEventListener('resize', () => this.measure());
    this.measure();
  }

  measure() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ['day', 'plain', 'pictures']) this.heights[name] = parseFloat(style.getPropertyValue(`--row-${name}`));
  }

  heightOf(item) {
    return (item.day ? this.heights.day : 0) + (item.group.pictures.length ? this.heights.pictures : this.heights.plain);
  }

  async begin() {
    await this.guarded(this.events.reset());
  }

  async guarded(work) {
    try {
      await work;
      this.failed = '';
    } catch (error) {
      this.failed = `The events could not be loaded: ${error.message}.`;
    }
    this.show();
  }

  older() {
    if (this.failed || !this.events.more || this.events.loading) return;
    this.guarded(this.events.older());
  }

  filter() {
    const {rule, camera, day, show} = this.form.elements;
    by('clear').hidden = !rule.value && !camera.value && !day.value && show.value === 'fired';
    scrollTo({top: 0, behavior: 'instant'});
    this.guarded(this.events.reset({rule: rule.value, camera: camera.value, day: day.value, show: show.value}));
  }

  /** The names that can be chosen. */
  choices(kind, names) {
    const select = this.form.elements[kind];
    const wanted = ['', ...names];
    if ([...select.options].map(option => option.value).join('\n') === wanted.join('\n')) return;
    const chosen = select.value;
    select.replaceChildren(...wanted.map(name => element('option', {value: name}, name || 'all')));
    select.value = wanted.includes(chosen) ? chosen : '';
  }

  only(rule) {
    this.form.elements.rule.value = rule;
    this.filter();
  }

  show() {
    this.groups = this.events.list();
    let before = '';
    const items = this.groups.map(group => {
      const day = dayOf(group.when) === before ? '' : dayOf(group.when);
      before = dayOf(group.when);
      return {key: group.event, group, day, version: `${group.version} ${day}`};
    });
    this.news(items);
    this.list.set(items);
    by('feed').setAttribute('aria-busy', String(Boolean(this.events.loading)));
    say(by('feed-end'), this.failed || (this.events.loading ? 'Loading…' : items.length ? '' :
      'Nothing has happened yet that fits. When a rule fires, it stands here at once.'));
    this.viewer.refresh();
  }

  /** Says that there is something new above, to who reads further down. */
  news(items) {
    const newest = items[0]?.group.at ?? 0;
    if (scrollY < 200 || !this.newest) {
      this.newest = newest;
      by('fresh').hidden = true;
      return;
    }
    const count = items.findIndex(item => item.group.at <= this.newest);
    by('fresh').hidden = count < 1;
    if (count >= 1) say(by('fresh'), count === 1 ? '1 new event' : `${count} new events`);
  }

  fill(row, {group, day}) {
    row.className = `event ${group.kind}${group.trouble && group.kind !== 'skip' ? ' failed' : ''}`;
    const title = `event-${group.event}`;
    row.setAttribute('aria-labelledby', title);
    const shown = group.pictures.slice(0, shownAtMost);
    const rest = group.pictures.length - shown.length;
    row.replaceChildren(
      day ? element('h2', {className: 'day'}, dayName(day)) : '',
      element('div', {className: 'what'},
        element('h3', {id: title}, element('time', {datetime: group.when}, clockOf(group.when)), ' ', element('span', {}, ruleName(group.rule))),
        element('p', {className: 'cause', title: group.trouble || group.cause}, group.kind === 'skip' ? `Did not fire: ${group.trouble}` : group.trouble || group.cause)),
      group.pictures.length ? element('div', {className: 'shots'}, shown.map(picture => this.shot(group, picture)),
        rest ? element('button', {type: 'button', className: 'rest', 'data-id': 'rest', onclick: clicked => this.viewer.open(group, shownAtMost, clicked.currentTarget)}, `${rest} more`) : null) : '');
  }

  shot(group, picture) {
    const said = caption(group, picture);
    const image = element('img', {alt: '', width: 160, height: 120, decoding: 'async', 'data-src': thumbnail(picture)});
    image.addEventListener('error', () => {
      if (!image.hasAttribute('src')) return;
      if (image.dataset.again) return image.closest('button')?.classList.add('gone');
      image.dataset.again = 'true';  // many want pictures at once
      setTimeout(() => { if (image.isConnected) image.src = thumbnail(picture); }, 2000);
    });
    return element('button', {type: 'button', className: 'shot', 'data-id': picture.id,
      'aria-label': `Picture of ${picture.camera}, ${said}`,
      onclick: clicked => this.viewer.open(group, group.pictures.indexOf(picture), clicked.currentTarget)},
    image, element('span', {className: said.endsWith('before') ? 'before' : said.startsWith('at') ? 'at' : ''}, said));
  }

  /** Where not all pictures of a row fit, the first that is seen is the last one from before the event. */
  toTheEvent(row) {
    const shots = row.querySelector('.shots');
    const first = [...shots?.children ?? []].findIndex(shot => !shot.querySelector('.before'));
    if (first > 1) shots.scrollLeft = shots.children[first - 1].offsetLeft - shots.firstElementChild.offsetLeft;
  }

  /** The picture beside one: +1 is later. Null at the ends. */
  beside(group, index, step) {
    if (group.pictures[index + step]) return [group, index + step];
    let i = this.groups.indexOf(group) - step;
    while (this.groups[i] && !this.groups[i].pictures.length) i -= step;
    const other = this.groups[i];
    if (!other) {
      if (step < 0) this.older();
      return null;
    }
    return [other, step > 0 ? 0 : other.pictures.length - 1];
  }

  took(pictures) {
    this.events.addPictures(pictures);
    this.events.changed();
  }
  recorded(record) {
    this.events.addRecords([record]);
    this.events.changed();
  }
  catchUp() {
    return this.guarded(this.events.catchUp()).then(() => this.failed && tell(this.failed, true));
  }
}
