// Whoever looks, on whatever, in whichever state: nothing is out of its place, and a viewer has nothing to press.

import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import {after, before, test} from 'node:test';
import {Daemon, until} from './daemon.mjs';
import {launch, logIn, open, unusable} from './browser.mjs';

const site = `
version: 1
timezone: Europe/Stockholm
gpio: {chip: sim}
inputs: {1: {name: front-door, line: 1}, 2: {name: window, line: 2}}
relays: {1: {name: strike, line: 3, max_on: 10s}}
cameras:
  door: {test_pattern: {width: 1280, height: 720}}
  broken: {url: "http://127.0.0.1:9/none.jpg"}
storage: {directory: pictures}
control_socket: sock
http: {listen: "127.0.0.1:@PORT@", users_file: users}
rules:
  - {name: door-open, triggers: {input: front-door}, actions: [{snapshot: door, count: 3, interval: 50ms}]}
  - {name: night-watch, triggers: {input: window}, conditions: {time: "03:00-03:01"}, actions: {snapshot: door}}
  - {name: spare, triggers: {input: window}, actions: {snapshot: broken}}
`;
const users = {anna: {password: 'switches'}, otto: {password: 'looks', viewer: true}};
const forms = {
  'smallest phone': {viewport: {width: 320, height: 640}, isMobile: true, hasTouch: true},
  phone: {viewport: {width: 360, height: 740}, isMobile: true, hasTouch: true},
  'phone on its side': {viewport: {width: 740, height: 360}, isMobile: true, hasTouch: true},
  tablet: {viewport: {width: 768, height: 1024}, colorScheme: 'dark'},
  desk: {viewport: {width: 1440, height: 900}},
};

let browser, daemon;
before(async () => {
  browser = await launch();
  daemon = await Daemon.start(site, {users});
});
after(async () => {
  await browser?.close();
  await daemon?.close();
});

/** Wider than the screen, rows over rows, and what axe-core finds. */
async function inPlace(page, what) {
  const {wide, over} = await page.evaluate(() => {
    const rows = [...document.querySelectorAll('.event')].map(row => row.getBoundingClientRect()).sort((a, b) => a.top - b.top);
    return {wide: document.documentElement.scrollWidth - innerWidth, over: rows.filter((row, i) => i && row.height && row.top < rows[i - 1].bottom - 1).length};
  });
  assert.equal(wide, 0, `${what}: scrolls sideways`);
  assert.equal(over, 0, `${what}: a row is over another`);
  assert.deepEqual(await unusable(page), [], what);
}

/** What a viewer may press: what shows something else. */
const changing = page => page.locator('[data-does]').count();

async function eachView(page, what, views = ['events', 'now', 'rules', 'deliveries']) {
  for (const view of views) {
    await page.evaluate(to => { location.hash = to; }, view);
    await page.locator(`body[data-view=${view}]`).waitFor();
    await inPlace(page, `${what}, ${view}`);
  }
  await page.evaluate(() => { location.hash = 'events'; });
}

const looking = (name, form) => open(browser, daemon.url, {...forms[form], mayFail: /./}).then(async page => {
  await logIn(page, name, users[name].password);
  await page.getByText('Live', {exact: true}).waitFor();
  return page;
});

test('before anything has happened the page says what to do next', async () => {
  for (const [name, form] of [['anna', 'phone'], ['otto', 'desk']]) {
    const page = await looking(name, form);
    const first = page.getByRole('region', {name: 'Nothing has happened yet'});
    await first.getByText('snapcron input front-door high').waitFor();
    assert.equal(await first.getByText('Take a picture').isVisible(), name === 'anna');
    await inPlace(page, `nothing yet, ${name}`);
    await page.context().close();
  }
});

for (const name of ['anna', 'otto'])
  for (const form of Object.keys(forms))
    test(`${name} on the ${form}: the views, what was skipped, nothing found, a refused configuration, and no connection`, async () => {
      await daemon.do('input', 'front-door', 'pulse', '20ms');
      await daemon.do('input', 'window', 'pulse', '20ms');
      const page = await looking(name, form);
      await page.locator('.shot img[src]').first().waitFor();
      assert.equal(await page.locator('#who-name').isVisible(), true);
      await eachView(page, 'live');
      assert.equal(await changing(page) > 0, name === 'anna');

      await page.evaluate(() => { location.hash = 'events?show=all'; });
      await page.locator('.event.skip').first().waitFor();
      await page.locator('.event.skip .fold').first().click();
      await page.locator('.event.skip .details').first().waitFor();
      await inPlace(page, 'what was skipped');
      await page.evaluate(() => { location.hash = 'events?day=2001-01-01'; });
      await page.getByText('No event matches these filters.').waitFor();
      await inPlace(page, 'nothing found');
      await page.getByRole('button', {name: 'Clear the filters'}).click();
      await page.locator('.event').first().waitFor();

      writeFileSync(daemon.config, daemon.text.replace('snapshot: broken', `snapshot: brken, comment: "${'0123456789'.repeat(12)}"`));
      await daemon.do('reload').catch(() => {});
      await page.getByText('there is no camera \'brken\'').waitFor();
      await inPlace(page, 'refused');
      assert.equal(await page.locator('#config button').count(), name === 'anna' ? 2 : 0);
      writeFileSync(daemon.config, daemon.text);
      await daemon.do('reload');
      await page.locator('#config').waitFor({state: 'hidden'});

      await daemon.down();
      await page.getByText('No connection').waitFor();
      await eachView(page, 'no connection', ['now', 'events']);
      if (name === 'anna') assert.equal(await page.locator('[data-does]:not([aria-disabled=true])').count(), 0, 'no button does anything');
      await daemon.up();
      await page.getByText('Live', {exact: true}).waitFor();
      await page.context().close();
    });

test('a field is large enough that a phone does not zoom in', async () => {
  const page = await looking('anna', 'phone');
  await page.getByRole('button', {name: 'Filter'}).click();
  const small = await page.locator('input, select').evaluateAll(all => all.filter(one => parseFloat(getComputedStyle(one).fontSize) < 16).length);
  assert.equal(small, 0);
  const out = await page.locator('.filters label').evaluateAll(all => all.filter(one => one.getBoundingClientRect().right > innerWidth).length);
  assert.equal(out, 0, 'all filters are seen');
  await page.context().close();
});

test('where nothing is configured, "Now" says so', async () => {
  const bare = await Daemon.start('version: 1\nstorage: {directory: pictures}\ncontrol_socket: sock\nhttp: {listen: "127.0.0.1:@PORT@"}\n');
  for (const form of ['phone', 'desk']) {
    const page = await open(browser, bare.url, {...forms[form], path: '/#now'});
    await page.getByText('No input, relay or camera is configured.').waitFor();
    await eachView(page, 'bare');
    await until('what to do', () => page.getByText('snapcron passwd anna').isVisible());
    await page.leave();
  }
  await bare.close();
});
