// What is the case now: inputs, relays, cameras.

import {by, element, keyedList, say} from './dom.js';
import {confirm, does, tell} from './ask.js';
import {path, post} from './api.js';
import {ago, serverNow, shortMoment, shortTime, since} from './times.js';

const longestPicture = 20;  // seconds: a camera may have to wake up

function input() {
  const name = element('strong'), number = element('span', {className: 'number'}), state = element('span', {className: 'state'}),
    more = element('p', {className: 'more'});
  return {
    node: element('li', {className: 'thing'}, element('div', {className: 'line'}, number, name, state), more),
    show(item) {
      say(name, item.name);
      say(number, String(item.number));
      say(state, item.available ? item.level : 'no chip');
      state.className = `state ${item.available ? item.level : 'gone'}`;
      const told = [`${item.pulses} ${item.pulses === 1 ? 'pulse' : 'pulses'}`];
      told.unshift(item.changed ? `since ${shortTime(item.changed)} (${since(item.changed)})` : 'no change since the start');
      if (item.lost) told.push(`${item.lost} lost`);
      say(more, told.join(' · '));
    }};
}

/** How long it has been on, and when max_on ends that. The status does not tell when it was switched on: only who saw it knows. */
function onSince() {
  const node = element('p', {className: 'more', hidden: true});
  let before = null, from = null;
  return {
    node,
    show({state, max_on: most}) {
      const lost = document.body.classList.contains('stale');  // it may have been off in between
      if (state !== 'on' || lost) from = null;
      else if (before === 'off') from = serverNow();
      before = lost ? null : state;
      node.hidden = from === null;
      if (from === null || node.dataset.from === String(from)) return;
      node.dataset.from = from;
      node.replaceChildren(`on since ${shortMoment(from)}`, ...most === null ? [] : [' · off in ', element('span', {'data-until': from + most * 1000}), ' at the latest']);
      countDown();
    }};
}

/** Every second. */
export function countDown() {
  for (const node of document.querySelectorAll('[data-until]')) say(node, `${Math.max(0, Math.ceil((node.dataset.until - serverNow()) / 1000))} s`);
}

function relay(mayOperate) {
  const name = element('strong'), number = element('span', {className: 'number'}), state = element('span', {className: 'state'}), on = onSince();
  let now;
  const send = async body => {
    await post(path`/api/v1/relays/${now.number}`, body);
  };
  const toggle = does(element('button', {type: 'button'}), async () => {
    const wanted = now.state === 'on' ? 'off' : 'on';
    if (wanted === 'on' && now.max_on === null && !await confirm(`Switch ${now.name} on?`,
      'This relay has no max_on in the configuration: it stays on until somebody switches it off.', 'Switch on')) return;
    await send({action: wanted});
  });
  const pulse = does(element('button', {type: 'button'}, 'Pulse'), () => send({action: 'pulse'}));
  const buttons = mayOperate ? element('span', {className: 'buttons'}, pulse, toggle) : null;
  return {
    node: element('li', {className: 'thing'}, element('div', {className: 'line'}, number, name, state), buttons ?? '', on.node),  // the buttons stay where they are
    show(item) {
      now = item;
      say(name, item.name);
      say(number, String(item.number));
      say(state, item.available ? item.state : 'no chip');
      state.className = `state ${item.available ? item.state : 'gone'}`;
      on.show(item);
      say(toggle, item.state === 'on' ? 'Switch off' : 'Switch on');
      toggle.setAttribute('aria-label', `${toggle.textContent}: ${item.name}`);
      pulse.setAttribute('aria-label', `Pulse: ${item.name}`);
      if (buttons) buttons.hidden = !item.available;
    }};
}

function camera(mayOperate, timeline) {
  const name = element('strong'), state = element('span', {className: 'state'}), more = element('p', {className: 'more'}),
    picture = element('img', {alt: '', width: 320, height: 240, decoding: 'async'}), frame = element('div', {className: 'frame', hidden: true}, picture);
  let now, shown;
  picture.addEventListener('error', () => { frame.hidden = true; });
  picture.addEventListener('load', () => { frame.hidden = false; });
  const take = mayOperate ? does(element('button', {type: 'button'}, 'Take a picture'), async () => {
    const reply = await post('/api/v1/snapshots', {camera: now.name}, longestPicture);
    tell(`${now.name}: ${reply.paths.length === 1 ? 'the picture is stored' : 'stored'}.`);
  }) : null;
  return {
    node: element('li', {className: 'camera'}, frame, element('div', {className: 'line'}, name, state), more, take ? element('span', {className: 'buttons'}, take) : ''),
    show(item) {
      now = item;
      say(name, item.name);
      say(state, item.state === 'unknown' ? 'not asked yet' : item.state);
      state.className = `state ${item.state}`;
      const told = [item.last ? `last picture ${shortTime(item.last)} (${ago(item.last)})` : 'no picture since the start'];
      if (item.error) told.push(item.error);
      if (item.buffer) told.push(`${item.buffer.frames} frames of ${item.buffer.seconds.toFixed(1)} s in memory`);
      say(more, told.join(' · '));
      take?.setAttribute('aria-label', `Take a picture: ${item.name}`);
      const newest = timeline.newestOf(item.name);
      if (newest === shown) return;
      shown = newest;
      if (newest) {
        picture.alt = `Newest picture of ${item.name}`;
        picture.src = newest;
      } else {
        frame.hidden = true;
      }
    }};
}

export class Now {
  constructor(mayOperate, pictures) {
    this.showInputs = keyedList(by('inputs'), item => item.number, input);
    this.showRelays = keyedList(by('relays'), item => item.number, () => relay(mayOperate));
    this.showCameras = keyedList(by('cameras'), item => item.name, () => camera(mayOperate, pictures));
  }

  show(status) {
    this.showInputs(status.inputs);
    this.showRelays(status.relays);
    this.showCameras(status.cameras);
    const lists = ['inputs', 'relays', 'cameras'];
    for (const name of lists) by(name).parentElement.hidden = status[name].length === 0;
    by('nothing').hidden = lists.some(name => status[name].length);
  }
}
