// Who comes in, and what they may.

import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {Daemon, until} from './daemon.mjs';
import {launch, logIn as enter, open, phone, unusable} from './browser.mjs';

const site = `
version: 1
gpio: {chip: sim}
inputs: {1: {name: front-door, line: 1}}
relays: {1: {name: strike, line: 3, max_on: 10s}}
cameras: {door: {test_pattern: {width: 320, height: 240}}}
storage: {directory: pictures}
control_socket: sock
http: {listen: "127.0.0.1:@PORT@", users_file: users}
rules:
  - {name: door-open, triggers: {input: front-door}, actions: {snapshot: door}}
`;
const users = {anna: {password: 'switches'}, otto: {password: 'looks', viewer: true}};

let browser, daemon;
before(async () => {
  browser = await launch();
  daemon = await Daemon.start(site, {users});
});
after(async () => {
  await browser?.close();
  await daemon?.close();
});

const logIn = (page, name, password = users[name].password) => enter(page, name, password);

test('a program is challenged as ever, a browser is sent to the log-in', async () => {
  const program = await fetch(`${daemon.url}/`, {redirect: 'manual'});
  assert.equal(program.status, 401);
  assert.match(program.headers.get('WWW-Authenticate'), /^Basic /);
  const shown = await fetch(`${daemon.url}/io/input.txt?peek`, {redirect: 'manual', headers: {Accept: 'text/html,*/*'}});
  assert.equal(shown.status, 303);
  assert.equal(shown.headers.get('Location'), '/login?next=/io/input.txt%3Fpeek');
});

test('a link that switches asks for the password itself: a log-in does not do', async () => {
  const reply = await fetch(`${daemon.url}/io/relayon.txt`, {redirect: 'manual', headers: {Accept: 'text/html'}});
  assert.equal(reply.status, 401);
  assert.match(reply.headers.get('WWW-Authenticate'), /^Basic /);
});

test('a wrong password is said, the right one leads to where one wanted to go', async () => {
  const page = await open(browser, daemon.url, {path: '/io/input.txt?peek', mayFail: /\/api\/v1\/login$|\/favicon\.ico$/});
  assert.match(page.url(), /\/login\?next=/);
  assert.deepEqual(await unusable(page), []);
  await logIn(page, 'anna', 'guess');
  await page.getByText('This name and password do not fit.').waitFor();
  await logIn(page, 'anna');
  await page.waitForURL('**/io/input.txt?peek');
  const cookie = (await page.context().cookies()).find(one => one.name === 'snapcron');
  assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path, cookie.value.length], [true, 'Strict', '/', 64]);
  await page.leave();
});

test('where to go next is never another site', async () => {
  for (const next of ['//elsewhere.example/', 'https://elsewhere.example/', 'javascript:alert(1)', '/\\elsewhere.example', 'http://[', '//:0']) {
    const page = await open(browser, daemon.url, {path: `/login?next=${encodeURIComponent(next)}`});
    await logIn(page, 'anna');
    await page.getByText('Live', {exact: true}).waitFor();
    assert.ok(page.url().startsWith(`${daemon.url}/`));
    await page.leave();
  }
});

test('who is logged in and follows a link from elsewhere comes to where it leads', async () => {
  const page = await open(browser, daemon.url);
  await logIn(page, 'anna');
  await page.getByText('Live', {exact: true}).waitFor();
  const elsewhere = daemon.url.replace('127.0.0.1', 'localhost');  // another site to a browser
  await page.route(`${elsewhere}/chat`, route => route.fulfill({contentType: 'text/html', body: `<a href="${daemon.url}/#rules">look</a>`}));
  await page.goto(`${elsewhere}/chat`);
  const asked = page.waitForRequest(request => new URL(request.url()).pathname === '/login');
  await page.getByText('look').click();
  await asked;  // the browser does not say there who comes
  await page.locator('#rule-list .card').first().waitFor();
  assert.equal(new URL(page.url()).hash, '#rules');
  await page.context().close();
});

test('a user switches the relay; after the log-out nothing is shown', async () => {
  const page = await open(browser, daemon.url);
  await logIn(page, 'anna');
  await page.getByRole('button', {name: 'Switch on: strike'}).click();
  await until('the relay is on', async () => (await daemon.status()).relays[0].state === 'on');
  await page.getByRole('button', {name: 'Switch off: strike'}).click();
  await until('the relay is off', async () => (await daemon.status()).relays[0].state === 'off');
  await page.getByRole('button', {name: 'Log out'}).click();
  await page.waitForURL('**/login');
  await page.goto(daemon.url);
  assert.match(page.url(), /\/login$/);
  const own = await page.evaluate(() => fetch('/api/v1/status').then(reply => [reply.status, reply.headers.get('WWW-Authenticate')]));
  assert.deepEqual(own, [401, null], 'refused, and without the browser\'s own box');
  await page.context().close();
});

test('a viewer sees no buttons, and is refused all the same', async () => {
  const page = await open(browser, daemon.url, {mayFail: /relays|rules|deliveries|reload/});
  await logIn(page, 'otto');
  await page.getByText('otto (viewer)').waitFor();
  await daemon.do('input', '1', 'high');
  await page.locator('.shot').first().waitFor();
  assert.equal(await page.locator('#relays .thing').count(), 1);
  assert.deepEqual(await page.locator('.now button, #rules button:not(.plain), #deliveries button').allTextContents(), []);
  for (const path of ['relays/1', 'rules/door-open/trigger', 'rules/door-open/disable', 'deliveries/retry', 'reload']) {
    const status = await page.evaluate(to => fetch(to, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{"action": "on"}'})
      .then(reply => reply.status), `/api/v1/${path}`);
    assert.equal(status, 403, path);
  }
  assert.equal((await daemon.status()).relays[0].state, 'off');
  await page.leave();
});

test('a page of another site does nothing with the log-in', async () => {
  const context = await browser.newContext();
  const one = await context.newPage();
  await one.goto(daemon.url);
  await logIn(one, 'anna');
  await one.getByText('Live', {exact: true}).waitFor();
  const other = await context.newPage();
  const elsewhere = daemon.url.replace('127.0.0.1', 'localhost');  // another site to a browser
  await other.route(`${elsewhere}/evil`, route => route.fulfill({contentType: 'text/html', body: `<form method=post enctype=text/plain action="${daemon.url}/api/v1/relays/1"><input name='{"action":"on","x":"' value='"}'></form><img src="${daemon.url}/io/relayon.txt">`}));
  await other.goto(`${elsewhere}/evil`);
  await other.evaluate(to => fetch(to, {method: 'POST', mode: 'no-cors', credentials: 'include', body: '{"action": "on"}'}).catch(() => {}), `${daemon.url}/api/v1/relays/1`);
  await other.evaluate(() => document.forms[0].submit());
  await other.waitForLoadState();
  assert.equal((await daemon.status()).relays[0].state, 'off');
  await context.close();
});

test('guesses by the form and by Basic are limited together', async () => {
  const statuses = new Set();
  for (let i = 0; i < 15; ++i) {
    statuses.add((await fetch(`${daemon.url}/api/v1/login`, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({name: 'anna', password: `guess ${i}`})})).status);
    statuses.add((await fetch(`${daemon.url}/api/v1/status`, {headers: {Authorization: `Basic ${btoa(`anna:other ${i}`)}`}})).status);
  }
  assert.deepEqual([...statuses].sort(), [401, 429]);
  const page = await open(browser, daemon.url, {...phone, mayFail: /\/api\/v1\/login$/});
  await logIn(page, 'anna', 'one more');
  await page.getByText('too many wrong passwords').waitFor();
  await page.leave();
});
