// What is looked at has an address: it can be sent to somebody, and going back goes back.

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {Daemon, until} from './daemon.mjs';
import {launch, open} from './browser.mjs';
import {beginOf, setClock} from '../../src/web/files/times.js';

const site = `
version: 1
timezone: Pacific/Auckland
gpio: {chip: sim}
inputs: {1: {name: front-door, line: 1}, 2: {name: window, line: 2}}
cameras: {door: {test_pattern: {width: 320, height: 240}}, broken: {url: "http://127.0.0.1:9/none.jpg"}}
storage: {directory: pictures}
control_socket: sock
http: {listen: "127.0.0.1:@PORT@"}
rules:
  - {name: door-open, triggers: {input: front-door}, actions: [{snapshot: door, count: 3, interval: 50ms}]}
  - {name: spare, triggers: {input: window}, actions: {snapshot: broken}}
  - {name: night-watch, triggers: {input: window}, conditions: {time: "03:00-03:01"}, actions: {snapshot: door}}
`;

let browser, daemon, page;
before(async () => {
  browser = await launch();
  daemon = await Daemon.start(site);
  for (const pictures of [3, 6]) {
    await daemon.do('input', '1', 'pulse', '20ms');
    await until('its pictures, and its end', () => daemon.status().then(now => now.pictures === pictures && !now.rules[0].running));
  }
  await daemon.do('input', '2', 'pulse', '20ms');
  await until('the failure', () => daemon.status().then(now => now.rules[1].failed === 1));
  page = await open(browser, daemon.url);
  await page.locator('.shot').nth(5).waitFor();
});
after(async () => {
  await browser?.close();
  await daemon?.close();
});

const large = () => page.locator('#viewer').evaluate(dialog => dialog.open);
const hash = () => new URL(page.url()).hash;
const chosen = name => page.locator(`#filters [name=${name}]`);
const events = () => page.locator('.event').count();

test('going back closes the large view, going forward opens it again', async () => {
  await page.locator('.shot').nth(1).click();
  await until('the large view', large);
  assert.match(hash(), /^#event=.*&at=\d+&picture=\d+$/);
  await page.keyboard.press('ArrowRight');
  const last = hash();
  await page.goBack();
  await until('the time line', async () => !await large());
  assert.equal(hash(), '');
  assert.equal(await events(), 3);
  await page.goForward();
  await until('the large view', large);
  assert.equal(hash(), last, 'where it was closed');
  await page.keyboard.press('Escape');
  await until('the address of the time line', () => hash() === '');
});

test('the address of a picture shows it to somebody else, and beneath it its event', async () => {
  await page.locator('.shot').nth(1).click();
  await until('the large view', large);
  const url = page.url(), text = await page.locator('#viewer-text').textContent();
  await page.keyboard.press('Escape');
  const other = await open(browser, url, {path: ''});
  await until('the large view', () => other.locator('#viewer').evaluate(dialog => dialog.open));
  assert.equal(await other.locator('#viewer-text').textContent(), text);
  await other.keyboard.press('Escape');
  assert.equal(await other.locator('.event').count(), 1);
  await until('the address of the event', () => !other.url().includes('picture='));
  await other.getByRole('link', {name: 'Show all events'}).click();
  await until('all', async () => await other.locator('.event').count() === 3);
  await other.goBack();
  await until('the one', async () => await other.locator('.event').count() === 1);
  await other.context().close();
});

test('an event without a picture has an address, too; one that is gone says so', async () => {
  const failed = page.locator('.event', {hasText: 'spare'});
  await failed.locator('.fold').click();
  const link = await failed.getByRole('link', {name: 'Link to this event'}).evaluate(one => one.href);
  const other = await open(browser, link, {path: ''});
  await other.locator('.details', {hasText: 'connection refused'}).waitFor();
  await other.goto(`${daemon.url}/#event=nothing-9&at=1700000000`);
  await other.getByText('This event is not there any more.').waitFor();
  await other.context().close();
  await failed.locator('.fold').click();
});

test('filters are in the address, and each is a step back', async () => {
  await chosen('rule').selectOption('door-open');
  await until('two', async () => await events() === 2);
  await chosen('camera').selectOption('broken');
  await page.getByText('No event matches these filters.').waitFor();
  assert.equal(hash(), '#events?rule=door-open&camera=broken');
  await page.reload();
  await page.getByText('No event matches these filters.').waitFor();
  assert.equal(await chosen('camera').inputValue(), 'broken');
  await page.goBack();
  await until('two', async () => await events() === 2);
  assert.equal(await chosen('camera').inputValue(), '');
  await page.goBack();
  await until('three', async () => await events() === 3);
  page.quiet();
});

test('a day in the address is one of the server\'s zone, from the first request on', async () => {
  const {now, timezone} = await daemon.status();
  setClock(now, timezone);
  const other = await browser.newPage();
  const asked = other.waitForRequest(/snapshots\?.*since=/);
  await other.goto(`${daemon.url}/#events?day=${now.slice(0, 10)}`);
  assert.equal(new URL((await asked).url()).searchParams.get('since'), beginOf(now.slice(0, 10)));
  await until('three', async () => await other.locator('.event').count() === 3);
  await other.close();
});

test('a camera that takes no pictures is found by its failures', async () => {
  await chosen('camera').selectOption('broken');
  await until('the failure', async () => await events() === 1);
  assert.match(await page.locator('.event.failed .cause').textContent(), /connection refused/);
  await page.getByRole('button', {name: 'Clear', exact: true}).click();
});

test('the events of a rule that was only ever skipped are what was skipped', async () => {
  await page.getByRole('link', {name: 'Rules'}).click();
  await page.getByRole('button', {name: 'Its events: night-watch'}).click();
  await page.locator('.event.skip', {hasText: 'Did not fire: time 03:00-03:01'}).waitFor();
  assert.equal(await chosen('show').inputValue(), 'all');
  await page.goBack();
  assert.equal(hash(), '#rules');
});

test('who skips to the content stays in the view', async () => {
  await page.goto(`${daemon.url}/#rules`);
  await page.getByRole('link', {name: 'Skip to the content'}).focus();
  await page.keyboard.press('Enter');
  assert.equal(hash(), '#rules');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  assert.equal(await page.locator('#rules').isVisible(), true);
  await page.leave();
});
