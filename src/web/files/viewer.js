// The large view: one picture, its neighbours in time, and a way to keep it.

import {by, element} from './dom.js';
import {addressOfPicture as address, caption, linkTo, ratioOf, ruleName, thumbnail} from './rows.js';
import {clockOf, dayOf, plainly} from './times.js';

export class Viewer {
  constructor(timeline) {
    this.timeline = timeline;
    this.dialog = by('viewer');
    this.picture = by('viewer-picture');
    by('viewer-close').addEventListener('click', () => this.dialog.close());
    by('viewer-previous').addEventListener('click', () => this.step(-1));
    by('viewer-next').addEventListener('click', () => this.step(1));
    this.dialog.addEventListener('keydown', key => this.pressed(key));
    this.dialog.addEventListener('click', clicked => { if (clicked.target === this.dialog) this.dialog.close(); });
    this.dialog.addEventListener('close', () => this.closed());
    this.picture.addEventListener('error', () => {
      if (!this.picture.hasAttribute('src')) return;
      const trouble = by('viewer-trouble');
      trouble.textContent = 'This picture is not there any more.';
      trouble.hidden = false;
    });
    let from = null;
    this.picture.addEventListener('touchstart', touch => { from = touch.touches.length === 1 ? touch.touches[0] : null; }, {passive: true});
    this.picture.addEventListener('touchend', touch => {
      const moved = from ? touch.changedTouches[0].clientX - from.clientX : 0;
      if (Math.abs(moved) > 60 && (visualViewport?.scale ?? 1) < 1.1) this.step(moved < 0 ? 1 : -1);
      from = null;
    }, {passive: true});
  }

  /** Going back leads from the picture to where it was opened. */
  open(group, index, from) {
    history.pushState({large: true}, '', linkTo(group, group.pictures[index]));
    this.from = from;
    this.openAt(group, index);
  }

  openAt(group, index) {
    const opens = !this.dialog.open;
    if (opens) this.dialog.showModal();  // before its thumbnails are scrolled to their place
    this.show(group, index);
    if (opens) by('viewer-title').focus();
  }

  /** The address is another one already. */
  shut() {
    if (this.dialog.open) this.dialog.close();
  }

  closed() {
    this.picture.removeAttribute('src');
    if (history.state?.large) history.back();
    else if (location.hash === linkTo(this.group, this.group.pictures[this.index])) history.replaceState(null, '', linkTo(this.group));
    const row = this.timeline.list.show(this.group.event);
    const id = this.group.pictures[this.index]?.id;
    const thumb = row?.querySelector(`[data-id="${id}"]`) ?? this.from;
    if (thumb?.isConnected) thumb.focus();
    this.group = null;
  }

  /** Something new came while it is open. */
  refresh() {
    if (!this.group || !this.dialog.open) return;
    const {id} = this.group.pictures[this.index];
    const group = this.timeline.events.groups.get(this.group.event);
    const index = group?.pictures.findIndex(picture => picture.id === id) ?? -1;
    if (index >= 0) Object.assign(this, {group, index});
    this.strip();
    this.ends();
  }

  show(group, index) {
    const other = group !== this.group;
    this.group = group;
    this.index = index;
    const picture = group.pictures[index];
    by('viewer-trouble').hidden = true;
    this.picture.src = address(picture);
    this.picture.alt = `Picture of ${picture.camera}, ${caption(group, picture)}`;
    by('viewer-title').textContent = `${picture.camera} · ${ruleName(group.rule)}`;
    const told = [`${dayOf(picture.captured)} ${picture.captured.slice(11, 23)}`];
    if (group.kind === 'trigger') told.push(caption(group, picture));
    if (group.cause) told.push(plainly(group.cause));
    told.push(`${index + 1} of ${group.pictures.length}`);
    by('viewer-text').textContent = told.join(' · ');
    const download = by('viewer-download');
    download.href = `${address(picture)}?download`;
    download.download = `${picture.camera}_${dayOf(picture.captured)}_${clockOf(picture.captured).replaceAll(':', '')}.jpg`;
    if (other || by('viewer-strip').childElementCount !== Math.max(0, group.pictures.length > 1 ? group.pictures.length : 0)) this.strip();
    for (const thumb of by('viewer-strip').children) {
      const current = thumb.dataset.id === String(picture.id);
      thumb.setAttribute('aria-current', String(current));
      if (current) thumb.scrollIntoView({block: 'nearest', inline: 'center'});
    }
    this.ends();
  }

  strip() {
    const {pictures} = this.group;
    const current = pictures[this.index]?.id;
    by('viewer-strip').replaceChildren(...pictures.length < 2 ? [] : pictures.map((picture, i) => element('button', {
      type: 'button', 'data-id': picture.id, 'aria-label': caption(this.group, picture), 'aria-current': String(picture.id === current),
      onclick: () => this.turnTo(this.group, i)}, element('img', {alt: '', width: Math.round(60 * ratioOf(picture.camera)), height: 60, loading: 'lazy', src: thumbnail(picture)}))));
  }

  ends() {
    for (const [id, step] of [['viewer-previous', -1], ['viewer-next', 1]]) {
      const there = this.timeline.beside(this.group, this.index, step);
      by(id).setAttribute('aria-disabled', String(!there));
      if (there) new Image().src = address(there[0].pictures[there[1]]);
    }
  }

  step(by) {
    const there = this.timeline.beside(this.group, this.index, by);
    if (there) this.turnTo(...there);
  }

  turnTo(group, index) {
    this.show(group, index);
    history.replaceState(history.state, '', linkTo(group, group.pictures[index]));
  }

  pressed(key) {
    if (key.altKey || key.ctrlKey || key.metaKey) return;
    if (key.key === 'ArrowLeft') this.step(-1);
    else if (key.key === 'ArrowRight') this.step(1);
    else return;
    key.preventDefault();
  }
}
