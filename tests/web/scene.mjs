// A front door to look at: somebody comes, rings, and goes in. For the screenshots in the docs, as a camera by HTTP.

import {createServer} from 'node:http';

const person = (x, scale) => `<g transform="translate(${x} 452) scale(${scale})">
  <ellipse cx="0" cy="4" rx="46" ry="9" fill="#0005"/>
  <path d="M-20-70-16 0h12l4-62 4 62h12l4-70z" fill="#27364a"/>
  <path d="M-30-150q30-22 60 0l4 84h-68z" fill="#b8452f"/>
  <path d="M-30-146q-14 34-8 66M30-146q14 34 8 66" stroke="#a03a26" stroke-width="15" fill="none" stroke-linecap="round"/>
  <circle cx="0" cy="-184" r="24" fill="#d9a680"/><path d="M-25-186q2-30 25-30t25 30q-25-14-50 0z" fill="#3b2a20"/></g>`;

/** `open`: 0 to 1; `x`: where the person is, or null. */
export function drawing(camera, {open = 0, x = null, scale = 1}) {
  if (camera === 'yard') return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 480"><rect width="640" height="480" fill="#9db8c9"/>
    <path d="M0 210 120 150 250 215 380 140 520 205 640 165V480H0z" fill="#5d7a5e"/><path d="M0 270h640v210H0z" fill="#7f9a66"/><path d="M250 480 300 270h50l80 210z" fill="#b9ab92"/>
    <g fill="#6b4f36">${[40, 110, 180, 430, 500, 570].map(at => `<path d="M${at} 320v-78l12-10 12 10v78z"/>`).join('')}<path d="M20 262h620v10H20zM20 296h620v10H20z"/></g>
    <circle cx="540" cy="78" r="34" fill="#f4e3b0"/></svg>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 480"><defs><linearGradient id="w" x2="0" y2="1"><stop stop-color="#c9b79c"/><stop offset="1" stop-color="#a8957a"/></linearGradient></defs>
    <rect width="640" height="480" fill="url(#w)"/>${Array.from({length: 12}, (_, i) => `<path d="M0 ${i * 34}h640" stroke="#00000014" stroke-width="2"/>`).join('')}
    <path d="M0 420h640v60H0z" fill="#6d6a66"/><path d="M205 412h230l26 34H179z" fill="#8c8882"/>
    <path d="M228 96h184v316H228z" fill="#f1ece2"/><path d="M240 108h160v304H240z" fill="#2b1d12"/>
    <path d="M240 108h160v304H240z" fill="#f5c66a" opacity="${0.55 * open}"/>
    <g transform="translate(240 108) scale(${1 - 0.72 * open} 1)"><path d="M0 0h160v304H0z" fill="#24554f"/><path d="M20 22h52v110H20zM88 22h52v110H88zM20 160h52v120H20zM88 160h52v120H88z" fill="#1b423d"/><circle cx="144" cy="160" r="7" fill="#e0c070"/></g>
    <path d="M300 52h40l8 30h-56z" fill="#3a3a3a"/><circle cx="320" cy="84" r="13" fill="#ffe9ad"/><circle cx="320" cy="84" r="60" fill="#ffe9ad" opacity=".22"/>
    <path d="M470 330h60l-8 86h-44z" fill="#8d4d33"/><path d="M500 330q-40-70-16-104 16 40 16 104 0-64 22-92 12 46-22 92z" fill="#4f7f4b"/>
    <rect x="438" y="236" width="16" height="26" rx="4" fill="#ddd"/><circle cx="446" cy="249" r="4" fill="#b33"/>
    ${x === null ? '' : person(x, scale)}</svg>`;
}

export const story = [{}, {x: 560, scale: 1.12}, {x: 470, scale: 1.06}, {x: 392, scale: 1}, {x: 350, scale: 0.98, open: 0.35}, {x: 325, scale: 0.94, open: 0.8}, {open: 0.6}, {}];

/** Draws all of them once, in the browser that is there anyway; gives a server whose `scene` says which one is seen. */
export async function cameraServer(browser) {
  const page = await browser.newPage({viewport: {width: 640, height: 480}});
  const pictures = {door: [], yard: []};
  for (const [camera, scenes] of [['door', story], ['yard', [{}]]])
    for (const scene of scenes) {
      await page.setContent(`<style>body{margin:0}svg{display:block}</style>${drawing(camera, scene)}`);
      pictures[camera].push(await page.screenshot({type: 'jpeg', quality: 82}));
    }
  await page.close();
  const server = createServer((request, reply) => {
    const all = pictures[request.url.split('/')[1]];
    reply.setHeader('Content-Type', 'image/jpeg');
    reply.end(all[Math.min(server.scene, all.length - 1)]);
  });
  server.scene = 0;
  await new Promise(ready => server.listen(0, '127.0.0.1', ready));
  server.url = `http://127.0.0.1:${server.address().port}`;
  return server;
}
