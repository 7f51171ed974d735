// What happened: firings from the log and the pictures that belong to them, put together by their event. The log may reach back
// less far than the pictures: of what it has forgotten, the pictures still tell when and by which rule.

import {get} from './api.js';
import {beginOf, dayAfter, dayOf, milliseconds} from './times.js';

const pageSize = 200;
const logSize = 1000;
const logPagesAtOnce = 3;  // a log full of what did not fire must not hold up the pictures
const longestEvent = 900;  // seconds after its beginning, in which the records of a single event are looked for

export class Events {
  /** `changed()` is called whenever there is something else to show. */
  constructor(filter, changed) {
    this.changed = changed;
    this.filter = filter;
    this.clear();
  }

  clear() {
    this.groups = new Map();
    this.pictures = new Set();
    this.newestRecord = 0;
    this.oldestRecord = 0;
    this.moreRecords = true;        // there are older ones
    this.recordHorizon = Infinity;  // up to here, back in time, all records are known
    this.next = null;         // where the next page of older pictures begins
    this.morePictures = true;
    this.horizon = Infinity;  // up to here all pictures are known
    this.loading = null;
    this.begun = false;       // the newest page is there
    this.generation = (this.generation ?? 0) + 1;
  }

  async reset(filter = this.filter) {
    this.filter = filter;
    this.clear();
    this.changed();
    await this.older();
  }

  asked(what, more) {
    const {rule, day, event, at} = this.filter;
    const asked = new URLSearchParams(more);
    if (rule) asked.set('rule', rule);
    if (event && what === 'snapshots') asked.set('event', event);
    if (event && what === 'log') {
      asked.set('since', new Date((at - 2) * 1000).toISOString());
      asked.set('until', new Date((at + longestEvent) * 1000).toISOString());
    } else if (day) {
      asked.set('since', beginOf(day));
      asked.set('until', beginOf(dayAfter(day)));
    }
    return `/api/v1/${what}?${asked}`;
  }

  askedPictures(before) {
    const {camera} = this.filter;
    return this.asked('snapshots', {limit: pageSize, ...camera && {camera}, ...before && {before}});
  }

  get more() {
    return this.morePictures || this.moreRecords;
  }

  /** The next page of older events; once at a time. */
  older() {
    if (!this.more) return Promise.resolve();
    return this.loading ??= this.fetchOlder(this.generation).finally(() => { this.loading = null; });
  }

  async fetchOlder(generation) {
    if (this.morePictures) await this.fetchPictures(generation);
    if (generation === this.generation) await this.fetchRecords(generation);
    if (generation !== this.generation) return;
    this.begun = true;
    this.changed();
  }

  async fetchPictures(generation) {
    const page = await get(this.askedPictures(this.next));
    if (generation !== this.generation) return;
    this.next = page.next;
    this.morePictures = page.next !== null;
    this.addPictures(page.snapshots);
    if (page.snapshots.length) this.horizon = Math.min(this.horizon, milliseconds(page.snapshots.at(-1).captured));
  }

  /** What belongs to the pictures that are there, as far back as they go. */
  async fetchRecords(generation) {
    const end = this.morePictures ? this.horizon : -Infinity;
    for (let pages = 0; this.moreRecords && this.recordHorizon >= end && pages < logPagesAtOnce; ++pages) {
      const {records} = await get(this.asked('log', {limit: logSize, ...this.oldestRecord && {before: this.oldestRecord}}));
      if (generation !== this.generation) return;
      this.moreRecords = records.length === logSize;
      if (!records.length) return;
      this.oldestRecord = records[0].id;
      this.recordHorizon = Math.min(this.recordHorizon, milliseconds(records[0].time));
      this.addRecords(records);
    }
  }

  /** After a lost connection: what is new since, or all anew where that is more than a page. */
  async catchUp() {
    const generation = this.generation, single = this.filter.event;
    const [pictures, log] = await Promise.all([get(this.askedPictures()), get(this.asked('log', {limit: logSize, ...!single && {after: this.newestRecord}}))]);
    if (generation !== this.generation) return;
    const known = pictures.snapshots.some(picture => this.pictures.has(picture.id));
    if (!single && ((pictures.snapshots.length && !known) || log.records.length === logSize)) return this.reset();
    this.addPictures(pictures.snapshots);
    this.addRecords(log.records);
    this.changed();
  }

  group(event, time) {
    let group = this.groups.get(event);
    if (!group) {
      group = {event, rule: '', when: time, at: milliseconds(time), cause: '', input: '', kind: 'pictures', trouble: '', result: '', steps: [],
        cameras: new Set(), pictures: [], version: 0};
      this.groups.set(event, group);
    }
    ++group.version;
    return group;
  }

  wants(picture) {
    const {rule, camera, day, event} = this.filter;
    return (!event || picture.event === event) && (!rule || picture.rule === rule) && (!camera || picture.camera === camera) && (!day || dayOf(picture.captured) === day);
  }

  addPictures(pictures) {
    for (const picture of pictures) {
      if (this.pictures.has(picture.id) || !this.wants(picture)) continue;
      this.pictures.add(picture.id);
      const group = this.group(picture.event || `picture ${picture.id}`, picture.captured);
      group.rule ||= picture.rule;
      const captured = milliseconds(picture.captured);
      if (group.kind === 'pictures' && captured < group.at) {
        group.at = captured;
        group.when = picture.captured;
      }
      group.pictures.push({...picture, at: captured});
      group.pictures.sort((a, b) => a.at - b.at || a.id - b.id);
    }
  }

  addRecords(records) {
    const {rule, show, event} = this.filter;
    for (const record of records) {
      this.newestRecord = Math.max(this.newestRecord, record.id);
      if (!record.event || (rule && record.rule !== rule) || (event && record.event !== event)) continue;
      if (record.kind === 'skip' && show !== 'all' && !event) continue;
      this.addRecord(this.group(record.event, record.due ?? record.time), record);
    }
  }

  addRecord(group, record) {
    if (record.rule) group.rule = record.rule;
    if (record.camera) group.cameras.add(record.camera);
    if (record.kind === 'trigger' || record.kind === 'skip') {
      group.kind = record.kind;
      group.cause = record.cause ?? '';
      group.input = record.input ?? '';
      group.calendar = record.trigger === 'cron';
      group.when = record.due ?? record.time;
      group.at = milliseconds(group.when);
      if (record.kind === 'skip') group.trouble = record.text || record.reason;
    } else if (record.kind === 'result') {
      if (group.steps.some(step => step.id === record.id)) return;
      group.steps.push({id: record.id, what: record.what, ok: record.ok, text: record.text ?? ''});
      group.steps.sort((a, b) => a.id - b.id);  // older pages come later
      if (!record.ok) group.trouble = `${record.what}: ${record.text || 'failed'}`;
    } else if (record.kind === 'end') {
      group.result = record.result;
    }
  }

  /** The newest first. */
  list() {
    const {camera, day, show} = this.filter;
    const oldest = this.morePictures ? this.horizon : -Infinity;
    const wanted = [];
    for (const group of this.groups.values()) {
      if (group.pictures.length === 0) {
        if (show === 'pictures' || group.at < oldest || group.kind === 'pictures') continue;
        if (camera && !group.cameras.has(camera)) continue;  // one that was to take a picture with it, and could not, stays
      }
      if (day && dayOf(group.when) !== day) continue;
      wanted.push(group);
    }
    return wanted.sort((a, b) => b.at - a.at);
  }
}
