// Every rule: when it fired, when it is due, and why it did not fire.

import {by, element, keyedList, say} from './dom.js';
import {does, tell} from './ask.js';
import {path, post} from './api.js';
import {ago, shortTime} from './times.js';

function fact(list, name) {
  const value = element('dd');
  list.append(element('div', {}, element('dt', {}, name), value));
  return text => say(value, text);
}

function rule(mayOperate, showEvents) {
  const name = element('h2'), state = element('span', {className: 'state'}), about = element('p', {className: 'about'}),
    facts = element('dl'), skip = element('p', {className: 'why'}), reasons = element('p', {className: 'reasons'});
  const fired = fact(facts, 'Last fired'), due = fact(facts, 'Next due'), runs = fact(facts, 'Runs');
  let now;
  const fire = does(element('button', {type: 'button'}, 'Fire now'), async () => {
    try {
      await post(path`/api/v1/rules/${now.name}/trigger`);
      tell(`${now.name} fires.`);
    } catch (error) {
      if (error.body?.fired !== false) throw error;
      tell(`${now.name} did not fire: ${error.body.detail || error.body.reason}`, true);
    }
  });
  const able = does(element('button', {type: 'button'}), () => post(path`/api/v1/rules/${now.name}/${now.enabled ? 'disable' : 'enable'}`));
  const events = element('button', {type: 'button', className: 'plain', onclick: () => showEvents(now.name)}, 'Its events');
  const buttons = element('p', {className: 'buttons'}, mayOperate ? [fire, able] : [], events);
  return {
    node: element('li', {className: 'card'}, element('div', {className: 'line'}, name, state), about, facts, skip, reasons, buttons),
    show(item) {
      now = item;
      say(name, item.name);
      const word = !item.enabled ? 'disabled' : item.running ? 'running' : 'ready';
      say(state, word);
      state.className = `state ${word}`;
      say(about, [item.description, (item.triggers ?? []).join(', ')].filter(Boolean).join(' · '));
      about.hidden = !about.textContent;
      fired(item.last_fired ? `${shortTime(item.last_fired)} (${ago(item.last_fired)})` : 'never');
      due(item.next ? shortTime(item.next) : 'when it happens');
      runs(item.failed ? `${item.runs}, ${item.failed} failed` : String(item.runs));
      const when = item.last_skipped ? ` at ${shortTime(item.last_skipped)}` : '';
      say(skip, item.last_skip ? `Did not fire${when}: ${item.last_skip}` : '');
      skip.hidden = !item.last_skip;
      const skipped = Object.entries(item.skipped);
      say(reasons, skipped.length ? `Skipped in all: ${skipped.map(([reason, count]) => `${count} by ${reason}`).join(', ')}` : '');
      reasons.hidden = skipped.length === 0;
      say(able, item.enabled ? 'Disable' : 'Enable');
      for (const button of buttons.children) button.setAttribute('aria-label', `${button.textContent}: ${item.name}`);
    }};
}

export class Rules {
  constructor(mayOperate, showEvents) {
    this.list = keyedList(by('rule-list'), item => item.name, () => rule(mayOperate, showEvents));
  }

  show(rules) {
    this.list(rules);
    by('no-rules').hidden = rules.length > 0;
  }
}
