// The server's clock, wherever it stands and whatever is done to it.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {beginOf, plainly, setClock, shortMoment, today} from '../../src/web/files/times.js';

test('a day begins when the clock of the server shows midnight, also where it is changed on that day', () => {
  for (const [zone, now, day, begin] of [
    ['Europe/Stockholm', '2026-03-28T10:00:00.000+01:00', '2026-03-29', '2026-03-28T23:00:00.000Z'],
    ['Europe/Stockholm', '2026-10-20T10:00:00.000+02:00', '2026-10-25', '2026-10-24T22:00:00.000Z'],
    ['Pacific/Auckland', '2026-04-01T10:00:00.000+13:00', '2026-04-05', '2026-04-04T11:00:00.000Z'],
    ['Pacific/Auckland', '2026-09-20T10:00:00.000+12:00', '2026-09-27', '2026-09-26T12:00:00.000Z'],
    ['Australia/Sydney', '2026-04-01T10:00:00.000+11:00', '2026-04-05', '2026-04-04T13:00:00.000Z'],
    ['America/Havana', '2026-10-20T10:00:00.000-04:00', '2026-11-01', '2026-11-01T04:00:00.000Z'],  // midnight comes twice
    ['Africa/Cairo', '2026-04-20T10:00:00.000+02:00', '2026-04-24', '2026-04-23T22:00:00.000Z'],    // and here not at all
    ['not/known', '2026-04-20T10:00:00.000-02:30', '2026-04-24', '2026-04-24T02:30:00.000Z'],
    ['UTC', '2026-04-20T10:00:00.000Z', '2026-04-24', '2026-04-24T00:00:00.000Z']]) {
    setClock(now, zone);
    assert.equal(beginOf(day), begin, `${zone}, ${day}`);
  }
});

test('today is the day of the server, and its clock is told as it has it', () => {
  setClock('2026-04-01T00:30:00.000+13:00', 'Pacific/Auckland');
  assert.equal(today(), '2026-04-01');
  assert.equal(shortMoment(Date.parse('2026-03-31T11:20:05Z')), '00:20:05');
  assert.equal(shortMoment(Date.parse('2026-03-31T10:20:05Z')), '2026-03-31 23:20:05');
});

test('durations are said as a person says them', () => {
  assert.equal(plainly('cooldown: 56s42ms left of 1m'), 'cooldown: 56 s left of 1m');
  assert.equal(plainly('1h2m3s400ms'), '1 h 2 min 3 s');
  assert.equal(plainly('GET http://cam/5s10ms.jpg after 10s, 500ms'), 'GET http://cam/5s10ms.jpg after 10s, 500ms');
});
