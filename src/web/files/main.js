// The page: who looks, which view, and what the daemon tells of itself while it is open.

import {by, say, soon} from './dom.js';
import {get, post} from './api.js';
import {follow} from './stream.js';
import {Timeline, thumbnail} from './timeline.js';
import {Now} from './now.js';
import {Rules} from './rules.js';
import {Deliveries} from './deliveries.js';
import {Config} from './config.js';
import {serverNow, setClock} from './times.js';
import {tell} from './ask.js';

const views = ['events', 'now', 'rules', 'deliveries'];
const me = await get('/api/v1/me');
const mayOperate = me.role === 'user';
document.body.classList.toggle('viewer', !mayOperate);
if (!mayOperate) for (const buttons of document.querySelectorAll('[data-operate]')) buttons.remove();
if (me.name) {
  by('who').hidden = false;
  by('who-name').textContent = mayOperate ? me.name : `${me.name} (viewer)`;
  by('log-out').addEventListener('click', async () => {
    await post('/api/v1/logout').catch(() => {});
    location.replace('/login');
  });
}

const timeline = new Timeline();
const newest = new Map();  // camera to the address of its newest picture
const pictures = {newestOf: camera => newest.get(camera)};
const now = new Now(mayOperate, pictures);
const rules = new Rules(mayOperate, rule => {
  location.hash = 'events';
  timeline.only(rule);
});
const deliveries = new Deliveries(mayOperate);
const config = mayOperate ? new Config() : {show: (error, title) => {
  by('config').hidden = !error;
  say(by('config-title'), title ?? 'The new configuration was refused. The old one is still in force.');
  say(by('config-text'), error ?? '');
}};
let status = null;

function showView() {
  const wanted = location.hash.slice(1);
  const view = views.includes(wanted) ? wanted : 'events';
  document.body.dataset.view = view;
  for (const link of document.querySelectorAll('nav a')) {
    if (link.hash === `#${view}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  if (wanted === view) scrollTo({top: 0, behavior: 'instant'});
  if (view === 'deliveries') deliveries.soon();
  if (view === 'events') timeline.list.render();
}
addEventListener('hashchange', () => {
  showView();
  by('main').focus({preventScroll: true});
});

function show() {
  if (!status) return;
  now.show(status);
  rules.show(status.rules);
}

function showAll() {
  setClock(status.now, status.timezone);
  show();
  deliveries.show(status.destinations);
  config.show(status.config_error);
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
    again();  // what the rules and the cameras say of themselves
  },
  delivery(value) {
    replace(status.destinations, 'name', value);
    deliveries.show(status.destinations);
  },
};

function live(good) {
  document.body.classList.toggle('stale', !good);
  say(by('live-text'), good ? 'Live' : 'Connection lost');
  by('live').className = `live ${good ? 'good' : 'bad'}`;
  by('lost').hidden = good;
  if (!good && by('lost').textContent === '') {
    const of = new Date(serverNow()).toLocaleTimeString();
    say(by('lost'), `The connection to the daemon is lost. What stands here is of ${of}; it is tried again all the time.`);
  }
  if (good) say(by('lost'), '');
}

let opened = false;
function open() {
  live(true);
  if (opened) timeline.catchUp();
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
follow('/api/v1/events', {open, lost: () => live(false), event: (type, value) => told[type]?.(value)});
await timeline.begin();
newestPictures().catch(() => {});
setInterval(show, 10000);  // "3 min" becomes "4 min"
