/** The native modal dialog with our head; focus goes back to where it was. */

import { el, iconButton } from './dom.js';
import { t } from './i18n.js';

/**
 * @param {string} title
 * @param {(close: () => void) => Node[]} fill makes the body
 * @param {{ wide?: boolean }} [options]
 */
export function openDialog(title, fill, { wide = false } = {}) {
  const before = document.activeElement;
  const close = () => dialog.close();
  const dialog = el('dialog', { class: wide ? 'dialog dialog-wide' : 'dialog', 'aria-labelledby': 'dialog-title' },
    el('div', { class: 'dialog-head' }, el('h2', { id: 'dialog-title' }, title), iconButton('x', t('close'), { on: { click: close } })),
    el('div', { class: 'dialog-body' }, ...fill(close)),
  );
  dialog.addEventListener('click', (event) => { if (event.target === dialog) close(); });
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (before instanceof HTMLElement) before.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
