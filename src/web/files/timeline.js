// The time line: one row an event, the newest first.

import {by, element, say, soon} from './dom.js';
import {Events} from './events.js';
import {Rows, age, newestVisit, pictureAt, ratioOf, ruleName} from './rows.js';
import {Viewer} from './viewer.js';
import {WindowedList} from './window.js';
import {addressOf, isEverything, read, same} from './route.js';
import {dayName, dayOf, today} from './times.js';

const small = matchMedia('(max-width: 640px) and (min-height: 480px)');
const longestPause = 30000;

export class Timeline {
  constructor() {
    this.route = read();
    this.events = new Events(this.route.filter, soon(() => this.show(), 16));
    this.viewer = new Viewer(this);
    this.groups = [];
    this.unfolded = new Map();  // event to the height of its details
    this.rows = new Rows({fold: group => this.fold(group), large: (...picture) => this.viewer.open(...picture), learned: soon(() => this.learned(), 16)});
    this.list = new WindowedList(by('feed'), {
      height: item => this.heightOf(item), fill: (row, item) => this.fill(row, item),
      shown: row => this.rows.toTheEvent(row), nearEnd: () => this.older()});
    this.form = by('filters');
    this.names = {rule: [], camera: []};
    this.listen();
    this.measure();
    this.showFilter();
  }

  listen() {
    this.form.addEventListener('change', () => this.choose(Object.fromEntries(new FormData(this.form))));
    this.form.addEventListener('reset', cleared => {
      cleared.preventDefault();  // the fields follow the address
      this.choose({});
    });
    this.form.addEventListener('submit', sent => sent.preventDefault());
    by('feed-clear').addEventListener('click', () => this.form.reset());
    by('feed-again').addEventListener('click', () => this.again());
    addEventListener('again', () => this.again());
    by('filter-button').addEventListener('click', () => this.unfoldFilter(!this.form.classList.contains('open')));
    by('fresh').addEventListener('click', () => {
      scrollTo({top: 0});
      this.seen = null;
      this.show();
    });
    addEventListener('scroll', () => { if (scrollY < 200 && !by('fresh').hidden) by('fresh').hidden = true; }, {passive: true});
    addEventListener('resize', () => {
      this.measure();
      this.show();
    });
  }

  measure() {
    const style = getComputedStyle(document.documentElement);
    this.heights = {};
    for (const name of ['day', 'plain', 'pictures', 'head', 'thumbs', 'gap']) this.heights[name] = parseFloat(style.getPropertyValue(`--row-${name}`));
    this.width = by('feed').clientWidth;
  }

  heightOf({group, day, newest}) {
    const {heights} = this;
    const own = newest ? 2 + heights.head + (this.width - 2) / ratioOf(pictureAt(group).camera) + (group.pictures.length > 1 ? heights.thumbs : 0) + heights.gap :
      group.pictures.length ? heights.pictures : heights.plain;
    return (day ? heights.day : 0) + Math.ceil(own) + (this.unfolded.get(group.event) ?? 0);
  }

  fill(row, item) {
    this.rows.fill(row, item);
    const height = row.querySelector('.details')?.offsetHeight ?? 0;
    if (!item.open || height === this.unfolded.get(item.key)) return;
    this.unfolded.set(item.key, height);
    this.grown = true;
    this.events.changed();
  }

  /** The form of a camera's pictures: what was placed by the form that was supposed is placed anew. */
  learned() {
    this.show();
    for (const row of this.list.rows.values()) this.rows.toTheEvent(row);
  }

  fold({event}) {
    if (!this.unfolded.delete(event)) this.unfolded.set(event, 0);
    this.show();
  }

  /** All of a filter anew, and of it what the address says. */
  load(filter) {
    return this.guarded(async () => {
      await this.events.reset(filter);
      this.show();
      this.reveal();
    });
  }

  /** Does it, and tries again by itself, later and later, where that fails. */
  async guarded(work) {
    clearTimeout(this.waiting);
    this.work = work;
    try {
      await work();
      if (this.work !== work) return;
      this.failed = '';
      this.pause = 2000;
    } catch (error) {
      if (this.work !== work) return;
      this.failed = `The events could not be loaded: ${error.message}.`;
      this.waiting = setTimeout(() => this.again(), this.pause ??= 2000);
      this.pause = Math.min(2 * this.pause, longestPause);
    }
    this.show();
  }

  again() {
    if (this.failed) this.guarded(this.work);
  }

  older() {
    if (this.failed || !this.events.more || this.events.loading) return;
    this.guarded(() => this.events.older());
  }

  catchUp() {
    return this.events.begun ? this.guarded(() => this.events.catchUp()) : this.load(this.events.filter);
  }

  /** Somebody has chosen what to see: the address says it, and the rest follows. */
  choose(filter) {
    history.pushState(null, '', addressOf(filter));
    this.go(read());
  }

  /** Shows what the address says: a filter, an event, a picture. */
  go(route) {
    this.route = route;
    const {filter, picture} = route;
    // A picture may be opened over what is there; what is there stays.
    if (same(filter, this.events.filter) || (picture && this.events.groups.has(filter.event))) return this.reveal();
    this.viewer.shut();
    this.unfolded.clear();
    scrollTo({top: 0, behavior: 'instant'});
    this.load(filter);
    this.showFilter();
  }

  /** The event and the picture of the address, where there is one. */
  reveal() {
    const {filter, picture} = this.route;
    const group = filter.event ? this.events.groups.get(filter.event) : null;
    const index = picture && group ? group.pictures.findIndex(one => String(one.id) === picture) : -1;
    if (index >= 0) return this.viewer.openAt(group, index);
    this.viewer.shut();
    if (!group) return;
    if (!this.unfolded.has(group.event)) this.fold(group);
    this.list.show(group.event)?.querySelector('.fold')?.focus({preventScroll: true});
  }

  unfoldFilter(open) {
    this.form.classList.toggle('open', open);
    by('filter-button').setAttribute('aria-expanded', String(open));
  }

  showFilter() {
    const {filter} = this.events;
    for (const kind of ['rule', 'camera']) this.showChoices(kind);
    for (const name of ['day', 'show']) this.form.elements[name].value = filter[name];
    const single = Boolean(filter.event), all = isEverything(filter);
    by('single').hidden = !single;
    this.form.hidden = by('filter-button').hidden = single;
    by('clear').hidden = all;
    if (!all) this.unfoldFilter(true);
    by('to-events').hash = single ? '#events' : addressOf(filter);
  }

  /** The names that can be chosen. */
  choices(kind, names) {
    this.names[kind] = names;
    this.showChoices(kind);
  }

  showChoices(kind) {
    const select = this.form.elements[kind], chosen = this.events.filter[kind];
    const wanted = [...new Set(['', ...this.names[kind], chosen])];  // what an address names stays, even where it is not there any more
    if ([...select.options].map(option => option.value).join('\n') !== wanted.join('\n'))
      select.replaceChildren(...wanted.map(name => element('option', {value: name}, name ? ruleName(name) : 'all')));
    select.value = chosen;
  }

  item(group, day, newest = false) {
    const open = this.unfolded.has(group.event);
    return {key: group.event, group, day, newest, open, version: `${group.version} ${day && dayName(day)} ${newest} ${open}`};
  }

  items() {
    const newest = small.matches && isEverything(this.events.filter) ? newestVisit(this.groups) : null;
    const items = newest ? [this.item(newest, '', true)] : [];
    let before = '';
    for (const group of this.groups) {
      if (group === newest) continue;
      const day = dayOf(group.when);
      items.push(this.item(group, day === before ? '' : day));
      before = day;
    }
    return items;
  }

  show() {
    this.groups = this.events.list();
    this.day = today();
    const items = this.items();
    this.news();
    const feed = by('feed');
    if (items.length) feed.setAttribute('role', 'feed');
    else feed.removeAttribute('role');
    feed.setAttribute('aria-busy', String(Boolean(this.events.loading)));
    this.grown = false;
    this.list.set(items);
    if (this.grown) this.list.set(items);  // one was found to be higher, and those below it make room at once
    this.showEmpty(items.length === 0);
    this.viewer.refresh();
  }

  showEmpty(empty) {
    const {filter} = this.events;
    const nothing = empty && !this.failed && this.events.begun && !this.events.loading;
    const all = isEverything(filter);
    say(by('feed-end'), this.failed || (nothing ? all ? '' : filter.event ? 'This event is not there any more.' : 'No event matches these filters.' :
      empty || this.events.loading ? 'Loading…' : ''));
    by('feed-again').hidden = !this.failed;
    by('feed-clear').hidden = !nothing || all || Boolean(filter.event);
    by('first').hidden = !nothing || !all;
  }

  /** Says that there is something new above, to who reads further down. */
  news() {
    if (scrollY < 200 || !this.seen) {
      this.seen = this.groups[0]?.at ?? 0;
      by('fresh').hidden = true;
      return;
    }
    const count = this.groups.findIndex(group => group.at <= this.seen);
    by('fresh').hidden = count < 1;
    if (count >= 1) say(by('fresh'), count === 1 ? '1 new event' : `${count} new events`);
  }

  /** Time goes by. */
  tick() {
    age();
    if (this.day !== today()) this.show();  // what was today is not, any more
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
}
