// Debian's Chromium, and pages that must keep quiet: an error on the console, or a request to anywhere but the daemon, fails.

import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {chromium} from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const desktop = {viewport: {width: 1280, height: 860}};
export const phone = {viewport: {width: 390, height: 844}, deviceScaleFactor: 2, isMobile: true, hasTouch: true};

export function launch() {
  return chromium.launch({executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--enable-precise-memory-info', '--force-color-profile=srgb']});
}

/** A page that is watched; `page.quiet()` asserts that there was nothing to complain of. `mayFail`: addresses of which the test
 *  expects an error, which Chromium also says on the console. */
export async function open(browser, url, {mayFail = /^$/, path = '/', ...options} = {}) {
  const context = await browser.newContext({...desktop, ...options});
  const page = await context.newPage();
  const complaints = [];
  page.on('console', message => {
    const of = message.location().url;
    if (['error', 'warning'].includes(message.type()) && !(of && mayFail.test(of))) complaints.push(`${message.type()}: ${message.text()} (${of})`);
  });
  page.on('pageerror', error => complaints.push(`thrown: ${error.stack}`));
  page.on('request', request => {
    if (!request.url().startsWith(url)) complaints.push(`a request elsewhere: ${request.url()}`);
  });
  page.on('dialog', dialog => {
    complaints.push(`a box: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.quiet = () => assert.deepEqual(complaints.splice(0), []);
  page.leave = async () => {
    page.quiet();
    await context.close();
  };
  await page.goto(url + path);
  return page;
}

export async function logIn(page, name, password) {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', {name: 'Log in'}).click();
}

/** What axe-core finds wrong: contrast, labels, roles, landmarks. */
export async function unusable(page) {
  await page.evaluate(axe);
  const {violations} = await page.evaluate(() => globalThis.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}));
  return violations.map(one => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map(node => `${node.target.join(' ')} ${node.failureSummary}`).join(' | ')}`);
}
