// A daemon that does not answer: at the start of the page, and when a button is pressed.

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {Daemon, until} from './daemon.mjs';
import {launch, open, phone} from './browser.mjs';

const site = `
version: 1
gpio: {chip: sim}
inputs: {1: {name: front-door, line: 1}}
relays: {1: {name: strike, line: 3, max_on: 10s}}
cameras: {door: {test_pattern: {width: 320, height: 240}}}
storage: {directory: pictures}
control_socket: sock
http: {listen: "127.0.0.1:@PORT@"}
rules:
  - {name: door-open, triggers: {input: front-door}, actions: {snapshot: door}}
`;

let browser, daemon;
before(async () => {
  browser = await launch();
  daemon = await Daemon.start(site);
  await daemon.do('input', '1', 'high');
});
after(async () => {
  await browser?.close();
  await daemon?.close();
});

/** A page of which the requests for some address fail until `heal()`. */
async function ailing(failing, options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  let asked = 0, ill = true;
  await page.route(failing, route => {
    ++asked;
    return ill ? route.abort() : route.continue();
  });
  await page.goto(daemon.url);
  return {page, asked: () => asked, heal: () => { ill = false; }};
}

for (const [what, failing] of [['who looks', '**/api/v1/me'], ['the pictures', '**/api/v1/snapshots?*'], ['the log', '**/api/v1/log?*']]) {
  test(`the first question, for ${what}, fails: it is asked again by itself`, async () => {
    const {page, asked, heal} = await ailing(failing);
    await until('more than one try', () => asked() > 1);
    heal();
    await page.locator('.shot').first().waitFor();
    await page.getByText('Live', {exact: true}).waitFor();
    await until('no complaint', async () => await page.getByText(/does not answer|could not be loaded/).filter({visible: true}).count() === 0);
    await page.context().close();
  });

  test(`and a button asks for ${what} at once`, async () => {
    const {page, asked, heal} = await ailing(failing, phone);
    await until('the third try', () => asked() > 2);  // the next one is seconds away
    heal();
    const pressed = Date.now();
    await page.getByRole('button', {name: 'Try again'}).first().click();
    await page.locator('.shot').first().waitFor();
    assert.ok(Date.now() - pressed < 3000);
    await page.context().close();
  });
}

test('a button that is pressed while the daemon is silent says that nobody knows, and no other does anything', async () => {
  const page = await open(browser, daemon.url, {mayFail: /./});
  await page.getByText('Live', {exact: true}).waitFor();
  const pulse = page.getByRole('button', {name: 'Pulse: strike'});
  daemon.process.kill('SIGSTOP');
  try {
    await pulse.click();
    await page.locator('#said', {hasText: 'may or may not have been carried out'}).waitFor({timeout: 8000});
    await page.getByText('No connection').waitFor({timeout: 2000});
    assert.match(await page.locator('#lost-text').textContent(), /What stands here is of \d\d:\d\d:\d\d;/);
    for (const button of await page.locator('[data-does]').all()) assert.equal(await button.getAttribute('aria-disabled'), 'true');
    const sent = [];
    page.on('request', request => { if (request.method() === 'POST') sent.push(request.url()); });
    await page.getByRole('button', {name: 'Switch on: strike'}).dispatchEvent('click');
    await page.locator('#said', {hasText: 'nothing is done until it is back'}).waitFor();
    assert.deepEqual(sent, []);
  } finally {
    daemon.process.kill('SIGCONT');
  }
  await page.getByText('Live', {exact: true}).waitFor();
  assert.equal(await pulse.getAttribute('aria-disabled'), 'false');
  await page.context().close();
});

test('a silent line is a lost connection within seconds', async () => {
  const page = await open(browser, daemon.url, {mayFail: /./});
  await page.getByText('Live', {exact: true}).waitFor();
  daemon.process.kill('SIGSTOP');
  await page.getByText('No connection').waitFor({timeout: 25000}).finally(() => daemon.process.kill('SIGCONT'));
  await page.getByText('Live', {exact: true}).waitFor();
  await page.context().close();
});
