// What waits to be delivered and what was given up.

import {by, element, keyedList, say, soon} from './dom.js';
import {confirm, does, tell} from './ask.js';
import {get, post} from './api.js';
import {ago, shortTime} from './times.js';

const limit = 200;

function destination() {
  const name = element('h2'), state = element('span', {className: 'state'}), counts = element('p', {className: 'about'}), error = element('p', {className: 'why'});
  return {
    node: element('li', {className: 'card'}, element('div', {className: 'line'}, name, state), counts, error),
    show(item) {
      say(name, item.name);
      say(state, item.state === 'unknown' ? 'not tried yet' : item.state);
      state.className = `state ${item.state}`;
      say(counts, `${item.queued} waiting · ${item.set_aside} set aside · ${item.delivered} delivered · ${item.failed} given up`);
      say(error, item.error ?? '');
      error.hidden = !item.error;
    }};
}

const changed = reply => `${reply.changed} ${reply.changed === 1 ? 'delivery' : 'deliveries'}`;

function delivery(mayOperate, again) {
  const what = element('strong'), state = element('span', {className: 'state'}), more = element('p', {className: 'more'});
  let now;
  const retry = does(element('button', {type: 'button'}, 'Try again'), async () => {
    tell(`${changed(await post('/api/v1/deliveries/retry', {ids: [now.id]}))} tried again.`);
    again();
  });
  const drop = does(element('button', {type: 'button'}, 'Drop'), async () => {
    if (!await confirm('Drop this delivery?', `${now.name ?? now.file ?? 'It'} will not be delivered to ${now.destination}. The picture stays on this machine.`, 'Drop')) return;
    tell(`${changed(await post('/api/v1/deliveries/drop', {ids: [now.id]}))} dropped.`);
    again();
  });
  return {
    node: element('li', {className: 'row'}, element('div', {className: 'line'}, what, state), more, mayOperate ? element('span', {className: 'buttons'}, retry, drop) : ''),
    show(item) {
      now = item;
      say(what, `${item.name ?? item.file ?? 'message'} → ${item.destination}`);
      say(state, item.state === 'failed' ? 'set aside' : item.attempts ? 'waits' : 'queued');
      state.className = `state ${item.state === 'failed' ? 'lost' : 'queued'}`;
      const told = [`queued ${shortTime(item.queued)} (${ago(item.queued)})`];
      if (item.attempts) told.push(`${item.attempts} ${item.attempts === 1 ? 'attempt' : 'attempts'}`);
      if (item.next) told.push(`next ${shortTime(item.next)}`);
      if (item.error) told.push(item.error);
      say(more, told.join(' · '));
      retry.setAttribute('aria-label', `Try again: ${item.name ?? item.file}`);
      drop.setAttribute('aria-label', `Drop: ${item.name ?? item.file}`);
    }};
}

export class Deliveries {
  constructor(mayOperate) {
    this.showDestinations = keyedList(by('destinations'), item => item.name, destination);
    this.showList = keyedList(by('delivery-list'), item => item.id, () => delivery(mayOperate, () => this.soon()));
    this.soon = soon(() => this.load(), 300);
    this.mayOperate = mayOperate;
    if (mayOperate) does(by('retry-all'), async () => {
      tell(`${changed(await post('/api/v1/deliveries/retry', {all: true}))} tried again.`);
      this.soon();
    });
  }

  show(destinations) {
    this.showDestinations(destinations);
    const failed = destinations.reduce((sum, one) => sum + one.set_aside, 0);
    by('failed-count').hidden = failed === 0;
    say(by('failed-count'), failed ? `${failed} set aside` : '');
    this.known = destinations.length;
    this.soon();
  }

  /** Only where it is looked at. */
  async load() {
    if (document.body.dataset.view !== 'deliveries') return;
    let page;
    try {
      page = await get(`/api/v1/deliveries?limit=${limit}`);
    } catch (error) {
      return tell(error.message, true);
    }
    this.showList(page.deliveries);
    if (this.mayOperate) by('retry-all').parentElement.hidden = page.deliveries.length === 0;
    const empty = by('no-deliveries');
    empty.hidden = page.deliveries.length > 0 && page.next === null;
    say(empty, page.deliveries.length ? `The oldest ${limit} are shown.` : this.known ? 'Nothing waits: everything is delivered.' :
      'No destination is configured: pictures stay on this machine.');
  }
}
