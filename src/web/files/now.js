// What is the case now: inputs, relays, cameras.

import {by, element, keyedList, say} from './dom.js';
import {confirm, does, tell} from './ask.js';
import {path, post} from './api.js';
import {ago, shortTime, since} from './times.js';

const numbered = thing => thing.name === String(thing.number) ? thing.name : `${thing.name}`;

function input() {
  const name = element('strong'), number = element('span', {className: 'number'}), state = element('span', {className: 'state'}),
    more = element('p', {className: 'more'});
  return {
    node: element('li', {className: 'thing'}, element('div', {className: 'line'}, number, name, state), more),
    show(item) {
      say(name, numbered(item));
      say(number, String(item.number));
      say(state, item.available ? item.level : 'no chip');
      state.className = `state ${item.available ? item.level : 'gone'}`;
      const told = [`${item.pulses} ${item.pulses === 1 ? 'pulse' : 'pulses'}`];
      told.unshift(item.changed ? `since ${shortTime(item.changed)} (${since(item.changed)})` : 'no change since the start');
      if (item.lost) told.push(`${item.lost} lost`);
      say(more, told.join(' · '));
    }};
}

function relay(mayOperate) {
  const name = element('strong'), number = element('span', {className: 'number'}), state = element('span', {className: 'state'});
  let now;
  const send = async body => {
    await post(path`/api/v1/relays/${now.number}`, body);
  };
  const toggle = does(element('button', {type: 'button'}), async () => {
    const on = now.state !== 'on';
    if (on && now.max_on === null && !await confirm(`Switch ${now.name} on?`,
      'This relay has no max_on in the configuration: it stays on until somebody switches it off.', 'Switch on')) return;
    await send({action: on ? 'on' : 'off'});
  });
  const pulse = does(element('button', {type: 'button'}, 'Pulse'), () => send({action: 'pulse'}));
  const buttons = mayOperate ? element('span', {className: 'buttons'}, pulse, toggle) : null;
  return {
    node: element('li', {className: 'thing'}, element('div', {className: 'line'}, number, name, state), buttons ?? ''),
    show(item) {
      now = item;
      say(name, numbered(item));
      say(number, String(item.number));
      say(state, item.available ? item.state : 'no chip');
      state.className = `state ${item.available ? item.state : 'gone'}`;
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
    const reply = await post('/api/v1/snapshots', {camera: now.name});
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
    for (const name of ['inputs', 'relays', 'cameras']) by(name).parentElement.hidden = status[name].length === 0;
  }
}
