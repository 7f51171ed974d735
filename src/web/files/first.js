// What to do next, for who has just installed it: shown in place of an empty time line.

import {by, say} from './dom.js';

export function firstSteps({inputs, cameras, rules}, me) {
  const configured = inputs.length + cameras.length + rules.length > 0;
  say(by('first-title'), configured ? 'Nothing has happened yet' : 'Nothing is configured yet');
  by('first-config').hidden = configured;
  by('first-input').hidden = inputs.length === 0;
  say(by('first-command'), `snapcron input ${inputs[0]?.name ?? ''} high`);
  by('first-camera').hidden = cameras.length === 0 || me.role !== 'user';
  by('first-users').hidden = me.name !== null;
}
