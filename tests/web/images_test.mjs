// The pictures of the page that the docs show. They are taken in every run, and kept in docs/images when that is asked for.

import assert from 'node:assert/strict';
import {mkdirSync, statSync, writeFileSync} from 'node:fs';
import {after, before, test} from 'node:test';
import {Daemon, until} from './daemon.mjs';
import {desktop, launch, open, phone} from './browser.mjs';
import {cameraServer, story} from './scene.mjs';

const folder = process.env.SNAPCRON_IMAGES ?? 'build/web';
const site = cameras => `
version: 1
timezone: Europe/Stockholm
gpio: {chip: sim}
inputs:
  1: {name: front-door, line: 1}
  2: {name: doorbell, line: 2}
  3: {name: garden-gate, line: 5}
relays:
  1: {name: strike, line: 3, max_on: 10s}
  2: {name: porch-light, line: 4, max_on: 10m}
cameras:
  door: {url: "${cameras}/door/", buffer: {seconds: 4s, fps: 10}}
  yard: {url: "${cameras}/yard/"}
storage: {directory: pictures}
control_socket: sock
http: {listen: "127.0.0.1:@PORT@"}
rules:
  - name: door-open
    description: who comes in?
    triggers: {input: front-door, edge: rising}
    actions: [{relay: strike, pulse: 500ms}, {snapshot: door, pre_capture: 1500ms, post_capture: 1s}]
  - name: doorbell
    description: a picture of the visitor
    triggers: {input: doorbell}
    actions: [{snapshot: door, count: 3, interval: 300ms}]
  - name: night-watch
    description: light and pictures when the gate moves at night
    triggers: {input: garden-gate, edge: both}
    conditions: {time: "03:00-03:01"}
    actions: [{relay: porch-light, pulse: 2m}, {snapshot: yard}]
  - name: time-lapse
    triggers: {cron: "*/10 * * * *"}
    actions: {snapshot: yard}
`;

let browser, cameras, daemon;
before(async () => {
  browser = await launch();
  cameras = await cameraServer(browser);
  daemon = await Daemon.start(site(cameras.url));
  const pictures = async count => until(`${count} pictures`, async () => (await daemon.status()).pictures >= count);
  await daemon.do('trigger', 'time-lapse');
  await daemon.do('input', '3', 'pulse', '100ms');
  await until('frames from before', async () => (await daemon.status()).cameras[0].buffer.seconds >= 1.6);
  cameras.scene = 3;
  await daemon.do('input', '2', 'pulse', '200ms');
  await pictures(4);
  // The person comes while the camera watches, so that the pictures from before the edge show it.
  const frames = () => daemon.status().then(status => status.cameras[0].last);
  for (let scene = 0; scene < story.length; ++scene) {
    cameras.scene = scene;
    if (scene === 4) await daemon.do('input', '1', 'high');
    const [now, end] = [Date.now(), 420];
    await until('the next scene', () => Date.now() - now > end && frames());
  }
  await daemon.do('input', '1', 'low');
  await until('the end of the event', async () => (await daemon.status()).rules[0].running === false);
});
after(async () => {
  await browser?.close();
  cameras?.close();
  await daemon?.close();
});

async function keep(page, name) {
  mkdirSync(folder, {recursive: true});
  const file = `${folder}/${name}.jpg`;
  writeFileSync(file, await page.screenshot({type: 'jpeg', quality: 80}));
  assert.ok(statSync(file).size < 150000, `${file} is too large`);
}

for (const [name, form, colorScheme] of [['page-desktop', desktop, 'light'], ['page-dark', desktop, 'dark'], ['page-phone', phone, 'light']])
  test(`${name}: the time line with its pictures`, async () => {
    const page = await open(browser, daemon.url, {...form, colorScheme});
    await until('all thumbnails', () => page.locator('.shot img').evaluateAll(all => all.length > 6 && all.every(image => image.complete && image.naturalWidth)));
    await keep(page, name);
    await page.leave();
  });

test('page-large: one picture', async () => {
  const page = await open(browser, daemon.url, desktop);
  await page.locator('.event', {hasText: 'door-open'}).locator('.shot').filter({hasText: 'after'}).first().click();
  await until('the picture', () => page.locator('#viewer img').evaluateAll(all => all.every(image => image.complete && image.naturalWidth)));
  await keep(page, 'page-large');
  await page.leave();
});

test('page-rules: why a rule did not fire', async () => {
  const page = await open(browser, daemon.url, {...desktop, path: '/#rules'});
  await page.getByText('Did not fire').waitFor();
  await keep(page, 'page-rules');
  await page.leave();
});
