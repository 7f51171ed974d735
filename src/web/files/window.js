// A list of any length in the page's own scrolling: only the rows near what is seen exist. A row's height is known before it is
// made, so nothing jumps, and thousands of pictures cost what twenty do.

const spare = 900;    // pixels made above and below what is seen
const atOnce = 4;     // pictures that are asked for; a browser has six connections to a daemon, and one is taken

export class WindowedList {
  /** `height(item)` in pixels; `fill(row, item)` writes a row, again whenever `item.version` is another; `shown(row)` is called
   *  once, when a new row is in its place; `nearEnd()` when less than two screens follow. */
  constructor(container, {height, fill, shown, nearEnd}) {
    Object.assign(this, {container, height, fill, shown, nearEnd});
    this.made = [];
    this.coming = new Set();  // pictures on their way
    this.items = [];
    this.tops = [0];
    this.rows = new Map();
    this.seenAt = scrollY;
    addEventListener('scroll', () => this.scrolled(), {passive: true});
    addEventListener('resize', () => this.set(this.items));
    container.addEventListener('keydown', pressed => this.pressed(pressed));
  }

  /** Shows these; what is being looked at stays where it is. */
  set(items) {
    const above = this.containerTop();
    const first = this.indexAt(-above);
    const anchor = above < 0 ? this.items[first] : null;
    const within = anchor ? -above - this.tops[first] : 0;
    this.items = items;
    this.tops = new Array(items.length + 1);
    this.tops[0] = 0;
    for (let i = 0; i < items.length; ++i) this.tops[i + 1] = this.tops[i] + this.height(items[i]);
    this.container.style.height = `${this.tops[items.length]}px`;
    if (anchor) {
      const now = items.findIndex(item => item.key === anchor.key);
      if (now >= 0) {
        const moved = this.tops[now] + within + above;
        if (moved) scrollBy({top: moved, behavior: 'instant'});
      }
    }
    this.render();
  }

  containerTop() {
    return this.container.getBoundingClientRect().top;
  }

  indexAt(y) {
    let low = 0, high = this.items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.tops[middle + 1] <= y) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  scrolled() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.render();
    });
  }

  render() {
    if (this.container.offsetParent === null) return;
    const top = -this.containerTop();
    this.fast = Math.abs(scrollY - this.seenAt) > innerHeight / 3;
    this.seenAt = scrollY;
    const from = this.indexAt(top - spare), to = Math.min(this.indexAt(top + innerHeight + spare) + 1, this.items.length);
    const wanted = new Set();
    for (let i = from; i < to; ++i) wanted.add(this.items[i].key);
    for (const [key, row] of this.rows) {
      if (wanted.has(key)) continue;
      const known = row.contains(document.activeElement) && this.items.some(item => item.key === key);
      if (known) continue;  // who has tabbed into a row does not lose it by scrolling
      row.remove();  // a picture that is on its way comes, and is in the browser's store; the others are not asked for
      this.rows.delete(key);
    }
    let before = null;
    for (let i = from; i < to; ++i) before = this.place(i, before);
    for (const row of this.made.splice(0)) this.shown(row);
    // A flick over a thousand rows asks for no pictures on its way.
    clearTimeout(this.settling);
    if (!this.fast) this.load();
    else this.settling = setTimeout(() => {
      this.fast = false;
      this.load();
    }, 90);
    if (this.tops[this.items.length] - top < 3 * innerHeight) this.nearEnd();
  }

  place(i, before) {
    const item = this.items[i];
    let row = this.rows.get(item.key);
    if (!row) {
      row = document.createElement('article');
      row.tabIndex = -1;
      this.rows.set(item.key, row);
      this.made.push(row);
    }
    // Also one that has changed its place, unless somebody is within it: it would lose the focus.
    if (!row.isConnected || (row.previousElementSibling !== before && !row.contains(document.activeElement))) {
      if (before) before.after(row);
      else this.container.prepend(row);
    }
    if (row.version !== item.version || row.top !== this.tops[i]) {
      if (row.version !== item.version) this.refill(row, item, i);
      row.top = this.tops[i];
      row.style.transform = `translateY(${this.tops[i]}px)`;
    }
    row.setAttribute('aria-posinset', i + 1);
    row.setAttribute('aria-setsize', this.items.length);
    return row;
  }

  refill(row, item, i) {
    const held = row.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    row.version = item.version;
    row.dataset.key = item.key;
    this.fill(row, item, i);
    if (held) row.querySelector(`[data-id="${CSS.escape(held)}"]`)?.focus();
  }

  /** Asks for the pictures of the rows that are there, what is seen before what is near, a few at a time. */
  load() {
    if (this.coming.size >= atOnce) return;
    const distance = picture => Math.abs(picture.getBoundingClientRect().top - innerHeight / 2);
    const wanted = [...this.container.querySelectorAll('img[data-src]')].map(picture => [distance(picture), picture]).sort((a, b) => a[0] - b[0]);
    for (const [, picture] of wanted.slice(0, atOnce - this.coming.size)) {
      this.coming.add(picture);
      const told = new AbortController();
      const ended = () => {
        told.abort();
        this.coming.delete(picture);
        this.soonMore();
      };
      for (const end of ['load', 'error']) picture.addEventListener(end, ended, {signal: told.signal});
      picture.src = picture.dataset.src;
      delete picture.dataset.src;
    }
  }

  soonMore() {
    this.more ||= setTimeout(() => {
      this.more = 0;
      if (!this.fast) this.load();
    });
  }

  /** As a feed is walked through. */
  pressed(key) {
    if (key.key !== 'PageDown' && key.key !== 'PageUp') return;
    const row = document.activeElement?.closest('article');
    const i = this.items.findIndex(item => item.key === row?.dataset.key) + (key.key === 'PageDown' ? 1 : -1);
    if (!row || i < 0 || i >= this.items.length) return;
    key.preventDefault();
    this.show(this.items[i].key)?.focus({preventScroll: true});
  }

  /** Scrolls there; the row. */
  show(key) {
    const i = this.items.findIndex(item => item.key === key);
    if (i < 0) return null;
    const top = this.containerTop() + this.tops[i], bottom = this.containerTop() + this.tops[i + 1];
    if (top < 120) scrollBy({top: top - 120, behavior: 'instant'});
    else if (bottom > innerHeight - 80) scrollBy({top: bottom - innerHeight + 80, behavior: 'instant'});
    this.render();
    return this.rows.get(key);
  }
}
