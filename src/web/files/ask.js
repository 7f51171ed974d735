// What a person is asked before something is done, and told after it.

import {by, element} from './dom.js';

/** Resolves to true when the answer is yes. The focus goes back to where it was. */
export function confirm(title, text, yes) {
  const dialog = by('ask');
  by('ask-title').textContent = title;
  by('ask-text').textContent = text;
  by('ask-yes').textContent = yes;
  dialog.returnValue = 'no';
  dialog.showModal();
  by('ask-no').focus();
  return new Promise(answer => {
    dialog.addEventListener('close', () => answer(dialog.returnValue === 'yes'), {once: true});
  });
}

/** A line at the edge of the page, gone after a while. */
export function tell(text, bad = false) {
  const line = element('p', {className: bad ? 'bad' : ''}, text);
  by('said').append(line);
  setTimeout(() => line.remove(), bad ? 12000 : 5000);
}

let reachable = false;
const busy = new WeakSet();
const mark = button => button.setAttribute('aria-disabled', String(busy.has(button) || !reachable));

/** While the daemon cannot be reached no button does anything: it might be carried out much later, with nobody looking. */
export function reach(good) {
  reachable = good;
  document.querySelectorAll('[data-does]').forEach(mark);
}

/** A button that does something at the daemon: not twice at once, and what goes wrong is told. */
export function does(button, what) {
  button.dataset.does = '';
  mark(button);
  button.addEventListener('click', async () => {
    if (busy.has(button)) return;
    if (!reachable) return tell('There is no connection to the daemon: nothing is done until it is back.', true);
    busy.add(button);
    mark(button);
    try {
      await what();
    } catch (error) {
      tell(error.message, true);
    } finally {
      busy.delete(button);
      mark(button);
    }
  });
  return button;
}
