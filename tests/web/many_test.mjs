// Ten thousand pictures: the page stays light, and scrolls as if there were ten.

import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {after, before, test} from 'node:test';
import {Daemon, until} from './daemon.mjs';
import {desktop, launch, open, phone} from './browser.mjs';

const many = 10000;
const site = `
version: 1
timezone: Europe/Stockholm
gpio: {chip: sim}
inputs: {1: {name: front-door, line: 1}}
relays: {1: {name: strike, line: 3, max_on: 10s}}
cameras: {door: {test_pattern: {width: 640, height: 480}}}
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
  await until('one picture', async () => (await daemon.status()).pictures === 1);
  await daemon.down();
  execFileSync('python3', [new URL('fill_journal.py', import.meta.url).pathname, `${daemon.folder}/pictures`, many]);
  await daemon.up();
});
after(async () => {
  await browser?.close();
  await daemon?.close();
});

const megabytes = bytes => `${(bytes / 1e6).toFixed(1)} MB`;
const kilobytes = bytes => `${(bytes / 1000).toFixed(1)} kB`;
const at = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];

/** The memory of the process that shows the page. */
async function memory(page) {
  const session = await browser.newBrowserCDPSession();
  const {processInfo} = await session.send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(one => one.type === 'renderer').map(one => {
    try {
      return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${one.id}/status`))[1]) * 1024;
    } catch {
      return 0;
    }
  });
  await session.detach();
  const own = await page.context().newCDPSession(page);
  await own.send('HeapProfiler.collectGarbage');
  const {usedSize} = await own.send('Runtime.getHeapUsage');
  const {nodes} = await own.send('Memory.getDOMCounters');
  await own.detach();
  return {resident: Math.max(...renderers), heap: usedSize, nodes};
}

/** Scrolls by the wheel's way for so many frames; the milliseconds that each took. */
const scroll = (page, frames, step) => page.evaluate(([count, by]) => new Promise(done => {
  const took = [];
  let last = 0;
  requestAnimationFrame(function frame(now) {
    if (last) took.push(now - last);
    last = now;
    if (took.length === count) return done(took.sort((a, b) => a - b));
    scrollBy({top: by, behavior: 'instant'});
    requestAnimationFrame(frame);
  });
}), [frames, step]);

for (const [name, form] of Object.entries({desktop, phone}))
  test(`${many} pictures on the ${name}`, async told => {
    const page = await open(browser, daemon.url, form);
    await page.locator('.shot img[src]').first().waitFor();
    const first = await page.evaluate(() => ({
      paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
      files: performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation')).filter(one => !one.name.includes('/api/'))
        .map(one => [one.encodedBodySize, one.decodedBodySize]),
    }));
    const sent = first.files.reduce((sum, [size]) => sum + size, 0), whole = first.files.reduce((sum, [, size]) => sum + size, 0);
    told.diagnostic(`weight: ${first.files.length} files, ${kilobytes(sent)} sent, ${kilobytes(whole)} unpacked; first paint after ${first.paint.toFixed(0)} ms`);
    assert.ok(sent < 60000, `the page has grown to ${sent} bytes`);
    const few = await memory(page);

    // What the machine does with a page that stands still: it may have other work.
    const still = await scroll(page, 100, 0);
    const took = await scroll(page, 300, 60);
    const idle = still.concat(await scroll(page, 100, 0)).sort((a, b) => a - b);
    const smooth = Math.max(67, 2.5 * at(idle, 0.95));
    told.diagnostic(`standing still: a frame in ${at(idle, 0.5).toFixed(1)} ms (median), ${at(idle, 0.95).toFixed(1)} ms (95 of 100)`);
    told.diagnostic(`scrolling: a frame in ${at(took, 0.5).toFixed(1)} ms (median), ${at(took, 0.95).toFixed(1)} ms (95 of 100), ${took.at(-1).toFixed(1)} ms (longest)`);
    assert.ok(at(took, 0.5) < smooth / 2, `a frame takes ${at(took, 0.5)} ms`);
    assert.ok(at(took, 0.95) < smooth, `one frame in twenty takes ${at(took, 0.95)} ms`);
    assert.ok(await page.locator('.event').count() < 60, 'only the rows that are near exist');

    // To the very end, page by page.
    await until('the last of them', async () => {
      await page.evaluate(() => scrollTo({top: document.documentElement.scrollHeight, behavior: 'instant'}));
      return page.locator('.event').last().evaluate(row => Number(row.getAttribute('aria-posinset')) >= 3333 && row.getAttribute('aria-posinset') === row.getAttribute('aria-setsize')).catch(() => false);
    }, 120000);
    await until('its thumbnails', () => page.locator('.event').last().locator('img').first().evaluate(image => image.naturalWidth === 320).catch(() => false));
    assert.ok(await page.locator('.event').count() < 60);
    const back = await scroll(page, 200, -400);
    const all = await memory(page);
    told.diagnostic(`with all ${many}: scrolling back fast, a frame in ${at(back, 0.5).toFixed(1)} ms (median), ${at(back, 0.95).toFixed(1)} ms (95 of 100); ` +
      `memory ${megabytes(all.resident)} resident (${megabytes(few.resident)} before), ${megabytes(all.heap)} of scripts (${megabytes(few.heap)}), ${all.nodes} nodes (${few.nodes})`);
    assert.ok(at(back, 0.95) < 2 * smooth, `one frame in twenty takes ${at(back, 0.95)} ms`);
    assert.ok(all.heap < 30e6, `the scripts hold ${all.heap} bytes`);

    // A picture that comes while one reads far down moves nothing, and is told of.
    const seen = () => page.evaluate(() => {
      const row = [...document.querySelectorAll('.event')].find(one => one.getBoundingClientRect().top > 100);
      return [row.dataset.key, Math.round(row.getBoundingClientRect().top)];
    });
    const before = await seen();
    await daemon.do('input', '1', 'low');
    await daemon.do('input', '1', 'high');
    const fresh = page.getByRole('button', {name: '1 new event'});
    await fresh.waitFor();
    assert.deepEqual(await seen(), before);
    await fresh.click();
    await until('the newest', () => page.locator('.event').first().evaluate(row => row.getAttribute('aria-posinset') === '1' && row.getBoundingClientRect().top > 0));
    await page.leave();
  });
