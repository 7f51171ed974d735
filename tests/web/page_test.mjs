// What a person does on the page, and sees without loading it anew.

import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import {after, before, test} from 'node:test';
import {Daemon, until} from './daemon.mjs';
import {desktop, launch, open, phone, unusable} from './browser.mjs';

const site = `
version: 1
timezone: Europe/Stockholm
gpio: {chip: sim}
inputs:
  1: {name: front-door, line: 1}
  2: {name: window, line: 2}
relays:
  1: {name: strike, line: 3, max_on: 10s}
  2: {name: lamp, line: 4}
cameras:
  door: {test_pattern: {width: 640, height: 480}, buffer: {seconds: 2s}}
  yard: {test_pattern: {width: 640, height: 480}}
storage: {directory: pictures}
destinations:
  archive: {url: "ftp://127.0.0.1:9/pictures", username: cam, password_file: secret}
control_socket: sock
http: {listen: "127.0.0.1:@PORT@"}
rules:
  - name: door-open
    description: who comes in?
    triggers: {input: front-door, edge: rising}
    actions: [{snapshot: door, pre_capture: 1s, post_capture: 1s, interval: 200ms}]
  - name: night-watch
    triggers: {input: window, edge: rising}
    conditions: {input: front-door, is: high}
    actions: [{snapshot: yard, to: archive}]
  - name: "<img src=nowhere onerror=alert(1)>"
    triggers: {webhook: strange}
    actions: [{log: "<b>hello</b>"}, {snapshot: yard, filename: "strange_{seq}.jpg"}]
`;

let browser, daemon, page;
before(async () => {
  browser = await launch();
  daemon = await Daemon.start(site, {before: made => writeFileSync(`${made.folder}/secret`, 'secret', {mode: 0o600})});
});
after(async () => {
  await browser?.close();
  await daemon?.close();
});

const eventsOf = rule => page.locator('.event', {hasText: rule});
const relay = name => page.locator('#relays .thing', {hasText: name});
const rule = name => page.locator('#rule-list .card', {hasText: name});
const loaded = picture => picture.evaluate(image => image.complete && image.naturalWidth > 0);

test('the door opens, and its pictures appear: before, at and after', async () => {
  page = await open(browser, daemon.url, {mayFail: /reload$|trigger$/});  // of which it tells, and so does Chromium
  await page.getByText('Live', {exact: true}).waitFor();
  const state = page.locator('#inputs .thing', {hasText: 'front-door'}).locator('.state');
  assert.equal(await state.textContent(), 'low');
  // The camera's buffer is to hold what was before.
  await until('frames', async () => (await daemon.status()).cameras[0].buffer.seconds >= 1.5);

  await daemon.do('input', 'front-door', 'high');

  const shots = eventsOf('door-open').locator('.shot');
  await shots.filter({hasText: 'before'}).first().waitFor();
  await shots.filter({hasText: 'after'}).first().waitFor();
  await until('the thumbnail', () => loaded(shots.first().locator('img')));
  assert.equal(await state.textContent(), 'high');
  assert.match(await eventsOf('door-open').locator('.cause').textContent(), /front-door rising/);
  const width = await shots.first().locator('img').evaluate(image => image.naturalWidth);
  assert.equal(width, 320, 'a thumbnail, not the whole picture');
  await until('the camera shows its newest', () => loaded(page.locator('.camera', {hasText: 'door'}).locator('img')));
  page.quiet();
});

test('the large view: next and previous, by button and by key, download, and the focus comes back', async () => {
  const shots = eventsOf('door-open').locator('.shot');
  await until('all pictures', async () => await shots.count() >= 3);
  await shots.first().focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog'), picture = dialog.locator('#viewer-picture'), text = dialog.locator('#viewer-text');
  await until('the picture', () => loaded(picture));
  assert.equal(await picture.evaluate(image => image.naturalWidth), 640);
  const first = await picture.getAttribute('src');
  assert.match(await text.textContent(), /before .* 1 of/);

  await page.keyboard.press('ArrowRight');
  assert.match(await text.textContent(), / 2 of/);
  await dialog.getByRole('button', {name: 'Next picture'}).click();
  assert.match(await text.textContent(), / 3 of/);
  const third = await shots.nth(2).getAttribute('data-id');
  const download = page.waitForEvent('download');
  await dialog.getByRole('link', {name: 'Download'}).click();
  assert.match((await download).suggestedFilename(), /\.jpg$/);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  assert.equal(await picture.getAttribute('src'), first);
  await page.keyboard.press('End');
  await dialog.getByRole('button', {name: 'Next picture'}).click();
  await dialog.getByRole('button', {name: 'Next picture'}).click();
  await page.keyboard.press('Escape');

  await dialog.waitFor({state: 'hidden'});
  assert.equal(await page.evaluate(() => document.activeElement.dataset.id), third, 'where the view was closed');
  page.quiet();
});

test('a relay is switched; one that would stay on for ever asks first', async () => {
  await relay('strike').getByRole('button', {name: 'Switch on'}).click();
  await relay('strike').locator('.state', {hasText: 'on'}).waitFor();
  assert.equal((await daemon.status()).relays[0].state, 'on');
  await relay('strike').getByRole('button', {name: 'Switch off'}).click();
  await relay('strike').locator('.state', {hasText: 'off'}).waitFor();

  await relay('lamp').getByRole('button', {name: 'Switch on'}).click();
  const question = page.getByRole('dialog', {name: 'Switch lamp on?'});
  await question.getByRole('button', {name: 'Cancel'}).click();
  assert.equal((await daemon.status()).relays[1].state, 'off');
  await relay('lamp').getByRole('button', {name: 'Switch on'}).click();
  await question.getByRole('button', {name: 'Switch on'}).click();
  await relay('lamp').locator('.state', {hasText: 'on'}).waitFor();
  assert.equal((await daemon.status()).relays[1].state, 'on');
  await relay('lamp').getByRole('button', {name: 'Pulse'}).click();
  await relay('lamp').locator('.state', {hasText: 'off'}).waitFor();
  page.quiet();
});

test('a rule says why it did not fire, fires by hand, and is switched off and on', async () => {
  await daemon.do('input', 'front-door', 'low');
  await daemon.do('input', 'window', 'high');
  await page.getByRole('link', {name: 'Rules'}).click();
  const watch = rule('night-watch');
  await watch.getByText(/Did not fire at .*front-door/).waitFor();
  assert.match(await watch.locator('.reasons').textContent(), /1 by condition/);

  await daemon.do('input', 'front-door', 'high');
  await watch.getByRole('button', {name: 'Fire now'}).click();
  await watch.locator('dd', {hasText: /^1$/}).waitFor();
  await watch.getByText(/Did not fire/).waitFor({state: 'hidden'});  // since then it has
  await watch.getByRole('button', {name: 'Disable'}).click();
  await watch.locator('.state', {hasText: 'disabled'}).waitFor();
  await watch.getByRole('button', {name: 'Fire now'}).click();
  await page.locator('#said', {hasText: 'did not fire'}).waitFor();
  await watch.getByRole('button', {name: 'Enable'}).click();
  await watch.locator('.state', {hasText: 'ready'}).waitFor();
});

test('a rule named as markup is text, wherever it stands', async () => {
  await page.goto(`${daemon.url}/#events`);
  await fetch(`${daemon.url}/api/v1/webhooks/strange`, {method: 'POST'});
  await eventsOf('<img src=nowhere onerror=alert(1)>').locator('.shot').first().waitFor();
  assert.equal(await page.locator('img[onerror], img[src*=nowhere]').count(), 0);
  await page.goto(`${daemon.url}/#rules`);
  await rule('<img src=nowhere').waitFor();
  assert.equal(await page.locator('img[onerror], img[src*=nowhere]').count(), 0);
  assert.match(await page.locator('#filters [name=rule]').evaluate(select => select.textContent), /<img src=/);
});

test('filters by rule, camera and day are asked of the daemon', async () => {
  await page.goto(`${daemon.url}/#events`);
  const filters = page.getByRole('form', {name: 'Which events'});
  await filters.getByLabel('Rule').selectOption('door-open');
  await until('only one rule', async () => await page.locator('.event').count() > 0 && await page.locator('.event', {hasNotText: 'door-open'}).count() === 0);
  await filters.getByLabel('Camera').selectOption('yard');
  await page.getByText('No event matches these filters.').waitFor();
  await filters.getByRole('button', {name: 'Clear'}).click();
  await filters.getByLabel('Camera').selectOption('yard');
  await eventsOf('night-watch').first().waitFor();
  assert.equal(await eventsOf('door-open').count(), 0);
  await filters.getByRole('button', {name: 'Clear'}).click();
  await filters.getByLabel('Day').fill('2001-01-01');
  await page.getByText('No event matches these filters.').waitFor();
  const today = await page.evaluate(() => new Intl.DateTimeFormat('sv', {timeZone: 'Europe/Stockholm'}).format(new Date()));
  await filters.getByLabel('Day').fill(today);
  await eventsOf('door-open').first().waitFor();
  await filters.getByRole('button', {name: 'Clear'}).click();
  await filters.getByLabel('Show').selectOption('all');
  await page.locator('.event.skip', {hasText: 'Did not fire'}).first().waitFor();
  await filters.getByRole('button', {name: 'Clear'}).click();
});

test('what cannot be delivered is told, tried again and dropped', async () => {
  await page.goto(`${daemon.url}/#deliveries`);
  await page.locator('#destinations', {hasText: 'archive'}).getByText('connection refused').first().waitFor();
  const waiting = page.locator('#delivery-list .row').first();
  await waiting.getByRole('button', {name: 'Try again'}).click();
  await page.locator('#said', {hasText: 'tried again'}).waitFor();
  const count = await page.locator('#delivery-list .row').count();
  await waiting.getByRole('button', {name: 'Drop'}).click();
  await page.getByRole('dialog', {name: 'Drop this delivery?'}).getByRole('button', {name: 'Drop'}).click();
  await until('one less', async () => await page.locator('#delivery-list .row').count() === count - 1);
});

test('a configuration that is refused is shown until it is good again', async () => {
  writeFileSync(daemon.config, daemon.text.replace('edge: rising', 'edge: risin'));
  await daemon.do('reload').catch(() => {});
  const notice = page.getByRole('region', {name: /configuration was refused/});
  await notice.getByText("did you mean 'rising'?").waitFor();
  await notice.getByRole('button', {name: 'Read it again'}).click();
  await notice.getByText("did you mean 'rising'?").waitFor();
  writeFileSync(daemon.config, daemon.text);
  await notice.getByRole('button', {name: 'Read it again'}).click();
  await page.locator('#config').waitFor({state: 'hidden'});
});

for (const [name, form] of Object.entries({desktop, phone}))
  for (const colorScheme of ['light', 'dark'])
    test(`contrast, labels and landmarks on the ${name}, ${colorScheme}`, async () => {
      const one = await open(browser, daemon.url, {...form, colorScheme});
      await one.locator('.shot img[src]').first().waitFor();
      for (const view of ['events', 'now', 'rules', 'deliveries']) {
        await one.goto(`${daemon.url}/#${view}`);
        assert.deepEqual(await unusable(one), [], view);
      }
      await one.goto(`${daemon.url}/#events`);
      await one.locator('.shot').first().click();
      await until('the picture', () => loaded(one.locator('#viewer-picture')));
      assert.deepEqual(await unusable(one), [], 'the large view');
      await one.leave();
    });

test('nothing of all this was an error, or went elsewhere', async () => {
  await page.leave();
});
