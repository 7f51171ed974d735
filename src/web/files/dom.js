// Elements, made of values. Everything that comes from the server becomes text or an attribute that holds no code, so that a
// rule named "<img onerror=...>" is that name and nothing else.

export const by = id => document.getElementById(id);

const own = new Set(['textContent', 'className', 'hidden', 'disabled', 'value', 'title', 'htmlFor', 'type', 'tabIndex']);

/** element('li', {className: 'thing', onclick}, 'text', another, null) */
export function element(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (own.has(key)) made[key] = value;
    else if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.flat().filter(child => child !== null && child !== undefined));
  return made;
}

/** Writes only what is new, so that a screen reader is told of changes and of nothing else. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Keeps a list's items over its changes: `make(item)` gives {node, show(item)} for a new one. */
export function keyedList(parent, keyOf, make) {
  const shown = new Map();
  return items => {
    const wanted = new Set(items.map(keyOf));
    for (const [key, entry] of shown) {
      if (wanted.has(key)) continue;
      entry.node.remove();
      shown.delete(key);
    }
    let place = parent.firstElementChild;
    for (const item of items) {
      const key = keyOf(item);
      let entry = shown.get(key);
      if (!entry) shown.set(key, entry = make(item));
      entry.show(item);
      if (entry.node === place) place = place.nextElementSibling;
      else parent.insertBefore(entry.node, place);
    }
  };
}

/** Once, a little later, however often it is called until then. */
export function soon(what, milliseconds) {
  let waiting = 0;
  return () => {
    waiting ||= setTimeout(() => { waiting = 0; what(); }, milliseconds);
  };
}
