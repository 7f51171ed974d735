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

/** A button that does something at the daemon: not twice at once, and what goes wrong is told. */
export function does(button, what) {
  button.addEventListener('click', async () => {
    if (button.getAttribute('aria-disabled') === 'true') return;
    button.setAttribute('aria-disabled', 'true');
    try {
      await what();
    } catch (error) {
      tell(error.message, true);
    } finally {
      button.removeAttribute('aria-disabled');
    }
  });
  return button;
}
