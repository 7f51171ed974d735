// A connection that is lost is seen at once, and when it is back nothing is missing.

import assert from 'node:assert/strict';
import {connect, createServer} from 'node:net';
import {after, before, test} from 'node:test';
import {Daemon, until} from './daemon.mjs';
import {launch, open} from './browser.mjs';

const site = `
version: 1
gpio: {chip: sim}
inputs: {1: {name: front-door, line: 1}}
cameras: {door: {test_pattern: {width: 320, height: 240}}}
storage: {directory: pictures}
control_socket: sock
http: {listen: "127.0.0.1:@PORT@"}
rules:
  - {name: door-open, triggers: {input: front-door}, actions: {snapshot: door}}
`;

/** A cable that can be pulled. */
class Cable {
  static async to(port) {
    const cable = new Cable();
    cable.ends = new Set();
    cable.streams = new Set();  // those that carry the daemon's events
    cable.server = createServer(near => {
      if (cable.pulled) return near.destroy();
      const far = connect(port, '127.0.0.1');
      near.on('data', sent => { if (sent.includes('GET /api/v1/events')) cable.streams.add(near); });
      near.on('close', () => cable.streams.delete(near));
      for (const [end, other] of [[near, far], [far, near]]) {
        cable.ends.add(end);
        end.pipe(other);
        end.on('error', () => other.destroy());
        end.on('close', () => { cable.ends.delete(end); other.destroy(); });
      }
    });
    await new Promise(ready => cable.server.listen(0, '127.0.0.1', ready));
    cable.url = `http://127.0.0.1:${cable.server.address().port}`;
    return cable;
  }
  pull() {
    this.pulled = true;
    for (const end of this.ends) end.destroy();
  }
  plug() { this.pulled = false; }
  close() {
    this.pull();
    this.server.close();
  }
}

let browser, daemon, cable, page;
before(async () => {
  browser = await launch();
  daemon = await Daemon.start(site);
  cable = await Cable.to(daemon.port);
  page = await open(browser, cable.url, {mayFail: /./});
});
after(async () => {
  await browser?.close();
  cable?.close();
  await daemon?.close();
});

const events = () => page.locator('.event');
const opens = async () => {
  await daemon.do('input', '1', 'high');
  await daemon.do('input', '1', 'low');
};

test('a lost connection is said, and what happened meanwhile is there when it is back', async () => {
  await page.getByText('Live', {exact: true}).waitFor();
  await opens();
  await events().locator('.shot').first().waitFor();

  cable.pull();
  await page.getByText(/connection to the daemon is lost/).waitFor();
  await opens();
  await opens();
  assert.equal(await events().count(), 1);
  cable.plug();

  await page.getByText('Live', {exact: true}).waitFor();
  await until('three events', async () => await events().locator('.shot').count() === 3);
  assert.equal(await page.locator('#lost').isVisible(), false);
  assert.match(await page.locator('#inputs .more').textContent(), /3 pulses/);
});

test('a restart of the daemon is a lost connection, too', async () => {
  await daemon.down();
  await page.getByText(/connection to the daemon is lost/).waitFor();
  await daemon.up();
  await page.getByText('Live', {exact: true}).waitFor();
  await opens();
  await until('the new event, and none twice', async () => await events().count() === 4);
});

test('a tab that is not looked at for a minute gives its connection back, and catches up', async () => {
  await page.clock.install();
  const hide = hidden => page.evaluate(value => {
    Object.defineProperty(document, 'hidden', {value, configurable: true});
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  assert.equal(cable.streams.size, 1);
  await hide(true);
  await page.clock.fastForward(61000);
  await until('the end of its stream', () => cable.streams.size === 0);
  await opens();
  await hide(false);
  await until('the fifth event', async () => await events().count() === 5);
});
