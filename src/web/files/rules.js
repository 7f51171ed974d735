// Every rule: when it fired, when it is due, and why it did not fire.

import {by, element, keyedList, say} from './dom.js';
import {does, tell} from './ask.js';
import {get, path, post} from './api.js';
import {ago, milliseconds, plainly, shortTime} from './times.js';

function fact(list, name) {
  const value = element('dd');
  list.append(element('div', {}, element('dt', {}, name), value));
  return text => say(value, text);
}

/** How a rule stands, in a word that is a class, too. */
function stateOf(item, failure) {
  if (!item.enabled) return 'disabled';
  if (item.running) return 'running';
  return failure ? 'failed' : 'ready';
}

/** Why it did not fire the last time, unless it has fired since. */
function skipOf(item) {
  const over = item.last_fired && item.last_skipped && milliseconds(item.last_fired) > milliseconds(item.last_skipped);
  if (!item.last_skip || over) return '';
  return `Did not fire${item.last_skipped ? ` at ${shortTime(item.last_skipped)}` : ''}: ${plainly(item.last_skip)}`;
}

function rule(mayOperate, showEvents, failureOf) {
  const name = element('h2'), state = element('span', {className: 'state'}), about = element('p', {className: 'about'}),
    facts = element('dl'), failed = element('p', {className: 'why failed'}), skip = element('p', {className: 'why'}), reasons = element('p', {className: 'reasons'});
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
  const events = element('button', {type: 'button', className: 'plain', onclick: () => showEvents(now)}, 'Its events');
  const buttons = element('p', {className: 'buttons'}, mayOperate ? [fire, able] : [], events);
  return {
    node: element('li', {className: 'card'}, element('div', {className: 'line'}, name, state), about, facts, failed, skip, reasons, buttons),
    show(item) {
      now = item;
      say(name, item.name);
      const failure = failureOf(item.name);
      const word = stateOf(item, failure);
      say(state, word === 'failed' ? 'last run failed' : word);
      state.className = `state ${word}`;
      say(about, [item.description, (item.triggers ?? []).join(', ')].filter(Boolean).join(' · '));
      about.hidden = !about.textContent;
      fired(item.last_fired ? `${shortTime(item.last_fired)} (${ago(item.last_fired)})` : 'never');
      due(!item.enabled ? 'not while it is disabled' : item.next ? shortTime(item.next) : 'when it happens');
      runs(item.failed ? `${item.runs}, ${item.failed} failed` : String(item.runs));
      say(failed, failure ? `Failed at ${shortTime(failure.time)}: ${failure.why}` : '');
      failed.hidden = !failure;
      say(skip, skipOf(item));
      skip.hidden = !skip.textContent;
      const skipped = Object.entries(item.skipped);
      say(reasons, skipped.length ? `Skipped in all: ${skipped.map(([reason, count]) => `${count} by ${reason}`).join(', ')}` : '');
      reasons.hidden = skipped.length === 0;
      say(able, item.enabled ? 'Disable' : 'Enable');
      for (const button of buttons.children) button.setAttribute('aria-label', `${button.textContent}: ${item.name}`);
    }};
}

export class Rules {
  constructor(mayOperate, showEvents) {
    this.list = keyedList(by('rule-list'), item => item.name, () => rule(mayOperate, showEvents, name => this.failures.get(name)));
    this.failures = new Map();  // rule to {time, why} where its last run failed, null where it did not
    this.troubles = new Map();  // event under way to what went wrong in it
  }

  show(rules) {
    this.rules = rules;
    this.list(rules);
    by('no-rules').hidden = rules.length > 0;
  }

  /** What the log says of how a run ended. */
  learn(record) {
    if (record.kind === 'result' && !record.ok) this.troubles.set(record.event, `${record.what}: ${record.text || 'failed'}`);
    if (record.kind !== 'end') return;
    this.failures.set(record.rule, record.result === 'failed' ? {time: record.time, why: this.troubles.get(record.event) ?? record.text ?? 'an action failed'} : null);
    this.troubles.delete(record.event);
  }

  /** The status tells how many runs failed, and not why: of those of which nothing was heard yet, the log is asked. */
  async load() {
    for (const {name, failed} of this.rules ?? []) {
      if (!failed || this.failures.has(name)) continue;
      this.failures.set(name, null);
      try {
        const {records} = await get(`/api/v1/log?limit=100&rule=${encodeURIComponent(name)}`);
        records.forEach(record => this.learn(record));
      } catch {
        this.failures.delete(name);  // asked again the next time that it is looked at
      }
    }
    if (this.rules) this.show(this.rules);
  }
}
