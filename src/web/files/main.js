// The page: who looks, which view, and what the daemon tells of itself while it is open.

import {by, say, soon} from './dom.js';
import {get, post} from './api.js';
import {follow} from './stream.js';
import {read} from './route.js';
import {thumbnail} from './rows.js';
import {Timeline} from './timeline.js';
import {Now, countDown} from './now.js';
import {Rules} from './rules.js';
import {Deliveries} from './deliveries.js';
import {Config} from './config.js';
import {firstSteps} from './first.js';
import {serverNow, setClock, shortMoment} from './times.js';
import {reach, tell} from './ask.js';

let heard = 0;  // the server's time of its last sign of life

/** Whether there is a connection; without, what stands here is old, and nothing can be done. */
function live(good) {
  document.body.classList.toggle('stale', !good);
  reach(good);
  say(by('live-text'), good ? 'Live' : 'No connection');
  by('live').className = `live ${good ? 'good' : 'bad'}`;
  by('lost').hidden = good;
  say(by('lost-text'), good ? '' : heard ? `The connection to the daemon is lost. What stands here is of ${shortMoment(heard)}; it is tried again all the time.` :
    'The daemon does not answer. It is tried again all the time.');
}

by('lost-again').addEventListener('click', () => dispatchEvent(new Event('again')));
by('to-content').addEventListener('click', clicked => {
  clicked.preventDefault();  // the address says which view this is
  by('main').focus();
});

/** Who looks at it. Asked until there is an answer. */
async function whoLooks() {
  for (let pause = 1000;; pause = Math.min(2 * pause, 15000)) {
    try {
      return await get('/api/v1/me');
    } catch (error) {
      if (error.status === 401) await new Promise(() => {});  // on the way to the log-in
      live(false);
      await new Promise(on => {
        setTimeout(on, pause);
        addEventListener('again', on, {once: true});
      });
    }
  }
}

const timeline = new Timeline();
let clockKnown;
const clock = new Promise(known => { clockKnown = known; });
// The time line does not wait for who looks; but when a day begins, the server tells.
const events = (timeline.route.filter.day ? clock : Promise.resolve()).then(() => timeline.load(timeline.route.filter));
const me = await whoLooks();
const mayOperate = me.role === 'user';
if (!mayOperate) for (const buttons of document.querySelectorAll('[data-operate]')) buttons.remove();
if (me.name) {
  by('who').hidden = false;
  by('who-name').textContent = by('who-name').title = me.name;
  if (!mayOperate) by('who-role').textContent = '\u00a0(viewer)';
  by('log-out').addEventListener('click', async () => {
    await post('/api/v1/logout').catch(() => {});
    location.replace('/login');
  });
}

const newest = new Map();  // camera to the address of its newest picture
const now = new Now(mayOperate, {newestOf: camera => newest.get(camera)});
const rules = new Rules(mayOperate, ({name, last_fired: fired, last_skip: skip}) => {
  location.hash = `events?${new URLSearchParams({rule: name, ...!fired && skip && {show: 'all'}})}`;  // of one that was only skipped, that
});
const deliveries = new Deliveries(mayOperate);
const config = new Config(mayOperate);
let status = null;

function showView() {
  const {view} = read();
  const other = document.body.dataset.view !== view;
  document.body.dataset.view = view;
  for (const link of document.querySelectorAll('nav a')) {
    if (link.hash.split('?')[0] === `#${view}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  if (view === 'deliveries') deliveries.soon();
  if (view === 'rules') rules.load();
  return other;
}
addEventListener('hashchange', () => {
  const other = showView();
  if (other) {
    scrollTo({top: 0, behavior: 'instant'});
    by('main').focus({preventScroll: true});
  }
  const route = read();
  if (route.view !== 'events') return timeline.viewer.shut();
  if (other) timeline.measure();  // it has no width while another view is shown
  timeline.go(route);
  timeline.show();
});

function show() {
  if (!status) return;
  now.show(status);
  rules.show(status.rules);
}

function showAll() {
  setClock(status.now, status.timezone);
  clockKnown();
  timeline.tick();
  show();
  deliveries.show(status.destinations);
  config.show(status.config_error);
  firstSteps(status, me);
  if (document.body.dataset.view === 'rules') rules.load();
  timeline.choices('rule', [...status.rules.map(rule => rule.name), 'manual']);
  timeline.choices('camera', status.cameras.map(camera => camera.name));
}

const again = soon(async () => {
  try {
    status = await get('/api/v1/status');
    showAll();
  } catch (error) {
    if (error.status > 0) tell(error.message, true);
  }
}, 150);

/** Puts what came in the place of what it was. */
function replace(list, key, item) {
  const at = list.findIndex(one => one[key] === item[key]);
  if (at < 0) return again();
  list[at] = {...list[at], ...item};
  show();
}

const told = {
  status(value) {
    status = value;
    showAll();
  },
  input: value => replace(status.inputs, 'number', value),
  relay: value => replace(status.relays, 'number', value),
  camera: value => replace(status.cameras, 'name', value),
  rule: value => replace(status.rules, 'name', value),
  snapshot(picture) {
    if (picture.camera) newest.set(picture.camera, thumbnail(picture));
    timeline.took([picture]);
    show();
  },
  record(record) {
    timeline.recorded(record);
    rules.learn(record);
    again();  // what the rules and the cameras say of themselves
  },
  delivery(value) {
    replace(status.destinations, 'name', value);
    deliveries.show(status.destinations);
  },
};

let opened = false;
function open() {
  live(true);
  if (opened || timeline.failed) timeline.catchUp();
  opened = true;
}

async function newestPictures() {
  for (const {name: camera} of await get('/api/v1/cameras')) {
    if (newest.has(camera)) continue;
    const page = await get(`/api/v1/snapshots?limit=1&camera=${encodeURIComponent(camera)}`);
    if (page.snapshots.length && !newest.has(camera)) newest.set(camera, thumbnail(page.snapshots[0]));
  }
  show();
}

showView();
follow('/api/v1/events', {open, lost: () => live(false), heard: () => { heard = serverNow(); }, event: (type, value) => told[type]?.(value)});
await events;
newestPictures().catch(() => {});
setInterval(countDown, 1000);
setInterval(() => {
  show();  // "3 min" becomes "4 min"
  timeline.tick();
}, 10000);
