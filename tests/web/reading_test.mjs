// What is read off the page: who was at the door, why something failed, how a rule stands.

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {Daemon, until} from './daemon.mjs';
import {launch, open, phone} from './browser.mjs';

const site = `
version: 1
timezone: Europe/Stockholm
gpio: {chip: sim}
inputs: {1: {name: front-door, line: 1}, 2: {name: window, line: 2}}
relays: {1: {name: strike, line: 3, max_on: 60s}}
cameras:
  door: {test_pattern: {width: 640, height: 360}}
  yard: {test_pattern: {width: 320, height: 240}}
  broken: {url: "http://127.0.0.1:9/a-camera-with-a-long-address/image.jpg"}
storage: {directory: pictures}
control_socket: sock
http: {listen: "127.0.0.1:@PORT@"}
rules:
  - {name: door-open, triggers: {input: front-door, edge: rising}, cooldown: 10m, actions: [{snapshot: door, count: 3, interval: 300ms}]}
  - {name: spare, triggers: {input: window, edge: rising}, actions: [{snapshot: broken}, {log: hello}]}
  - {name: time-lapse, triggers: {cron: "0 0 1 1 *"}, actions: {snapshot: yard}}
`;

let browser, daemon, desk;
before(async () => {
  browser = await launch();
  daemon = await Daemon.start(site);
  await daemon.do('input', 'front-door', 'pulse', '50ms');
  await until('its pictures', async () => (await daemon.status()).pictures === 3);
  await daemon.do('trigger', 'time-lapse');
  await daemon.do('input', 'window', 'pulse', '50ms');
  await until('all of it', async () => (await daemon.status()).rules.every(rule => rule.runs === 1 && !rule.running));
  desk = await open(browser, daemon.url);
});
after(async () => {
  await browser?.close();
  await daemon?.close();
});

const events = rule => desk.locator('.event', {hasText: rule});
const rule = name => desk.locator('#rule-list .card', {hasText: name});
const naturally = image => image.evaluate(one => one.naturalWidth && Math.abs(one.clientWidth / one.clientHeight - one.naturalWidth / one.naturalHeight));

test('on a phone it is seen at once who was at the door', async () => {
  const page = await open(browser, daemon.url, {...phone, viewport: {width: 360, height: 740}});
  const first = page.locator('.event').first();
  await first.getByText('front-door: door-open').waitFor();
  assert.match(await first.locator('.cause').textContent(), /^(just now|\d+ (s|min) ago) · \d\d:\d\d:\d\d · /);
  const large = first.locator('.shot').first();
  await until('the picture', async () => await naturally(large.locator('img')) < 0.03);
  const {width, bottom} = await large.evaluate(one => ({width: one.getBoundingClientRect().width, bottom: one.getBoundingClientRect().bottom}));
  assert.ok(width > 320 && bottom < 600, `as wide as the screen, and within it: ${width}, ${bottom}`);
  assert.match(await large.textContent(), /at the event/);
  assert.equal(await first.locator('.shots .shot').count(), 2, 'the others are small');
  // What the calendar took later stands below it.
  assert.equal(await page.locator('.event', {hasText: 'time-lapse'}).count(), 1);
  await large.click();
  await until('the large view', () => page.locator('#viewer').evaluate(dialog => dialog.open));
  await page.leave();
});

test('pictures are whole, of whatever form', async () => {
  for (const name of ['door-open', 'time-lapse']) {
    const image = events(name).locator('.shot img').first();
    await until('the thumbnail', async () => await image.evaluate(one => one.naturalWidth));
    assert.ok(await naturally(image) < 0.03, name);
  }
  await until('the newest of the camera', async () => await naturally(desk.locator('.camera', {hasText: 'door'}).locator('img')) < 0.03);
  await events('door-open').locator('.shot').first().click();
  await until('the strip', async () => await naturally(desk.locator('#viewer-strip img').first()) < 0.05);
  await desk.keyboard.press('Escape');
});

test('a row unfolds by the keyboard: the whole reason, and each action', async () => {
  const row = events('spare'), fold = row.locator('.fold');
  const below = await row.evaluate(one => one.getBoundingClientRect().bottom);
  await fold.focus();
  await desk.keyboard.press('Enter');
  const details = row.locator('.details');
  await details.getByText(/a-camera-with-a-long-address\/image.jpg: connection refused; is the port right\?/).waitFor();
  assert.deepEqual(await details.locator('li').evaluateAll(all => all.map(one => one.className)), ['bad', 'ok']);
  assert.match(await details.textContent(), /input window rising/);
  assert.equal(await fold.getAttribute('aria-expanded'), 'true');
  assert.equal(await fold.evaluate(one => one === document.activeElement), true);
  await until('room for it', () => desk.evaluate(() => {
    const rows = [...document.querySelectorAll('.event')].map(one => one.getBoundingClientRect()).sort((a, b) => a.top - b.top);
    return rows.every((one, i) => !i || one.top >= rows[i - 1].bottom);
  }));
  await desk.keyboard.press('Enter');
  await details.waitFor({state: 'detached'});
  await until('its place', async () => await row.evaluate(one => one.getBoundingClientRect().bottom) === below);
});

test('a rule whose last run failed is not "ready", and says why; one that is disabled is not due', async () => {
  await desk.goto(`${daemon.url}/#rules`);
  await rule('spare').getByText(/^Failed at .*connection refused/).waitFor();
  assert.equal(await rule('spare').locator('.state').textContent(), 'last run failed');
  assert.equal(await rule('door-open').locator('.state').textContent(), 'ready');
  await rule('time-lapse').getByRole('button', {name: 'Disable'}).click();
  await rule('time-lapse').getByText('not while it is disabled').waitFor();
  await rule('time-lapse').getByRole('button', {name: 'Enable'}).click();
  await rule('time-lapse').locator('dd', {hasText: '-01-01 00:00:00'}).waitFor();
});

test('why it did not fire is told in words of a person', async () => {
  await daemon.do('input', 'front-door', 'pulse', '50ms');
  await rule('door-open').getByText(/^Did not fire at .* \d+ (s|min)\b/).waitFor();
  await daemon.do('input', 'front-door', 'low');
  assert.doesNotMatch(await rule('door-open').locator('.why:visible').textContent(), /\ds\d+ms/);
});

test('a relay that is on says since when, and when it is off at the latest', async () => {
  await desk.getByRole('button', {name: 'Switch on: strike'}).click();
  await desk.locator('#relays', {hasText: /on since \d\d:\d\d:\d\d · off in (5\d|60) s at the latest/}).waitFor();
  await desk.getByRole('button', {name: 'Switch off: strike'}).click();
  await desk.getByText(/on since/).waitFor({state: 'hidden'});
});

test('one word for what was taken by hand', async () => {
  await desk.goto(`${daemon.url}/#events`);
  await desk.getByRole('button', {name: 'Take a picture: yard'}).click();
  await events('taken by hand').first().waitFor();
  await desk.locator('#filters [name=rule]').selectOption('taken by hand');
  await until('only that', async () => await desk.locator('.event').count() === 1);
  await desk.getByRole('button', {name: 'Clear', exact: true}).click();
});

test('after midnight it is not "today" any more', async () => {
  await until('today', async () => (await desk.locator('.day').first().textContent()).startsWith('Today, '));
  await desk.clock.install();
  await desk.goto(`${daemon.url}/#rules`);
  await desk.reload();
  await desk.goto(`${daemon.url}/#events`);
  await until('today', async () => (await desk.locator('.day').first().textContent()).startsWith('Today, '));
  await desk.clock.fastForward('24:00:00');
  await until('a plain day', async () => !(await desk.locator('.day').first().textContent()).startsWith('Today, '));
  await desk.context().close();
});
