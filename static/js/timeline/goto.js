/** The little dialog that takes a date and goes there. */

import { openDialog } from '../lib/dialog.js';
import { el } from '../lib/dom.js';
import { fullDay, t } from '../lib/i18n.js';

/** @param {Int32Array} days newest first @param {number} now the day in view @param {(day: number) => void} go */
export function openGoto(days, now, go) {
  if (!days.length) return;
  const iso = (/** @type {number} */ day) => new Date(day * 86_400_000).toISOString().slice(0, 10);
  const [newest, oldest] = [days[0], days[days.length - 1]];
  openDialog(t('goto.title'), (close) => {
    const input = el('input', { type: 'date', id: 'goto-date', required: true, value: iso(now), autofocus: true, 'aria-describedby': 'goto-hint' });
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      if (Number.isNaN(input.valueAsNumber)) return;
      close();
      go(Math.floor(input.valueAsNumber / 86_400_000));
    };
    return [el('form', { on: { submit } },
      el('div', { class: 'field' }, el('label', { for: 'goto-date' }, t('goto.field')), input,
        el('small', { id: 'goto-hint' }, t('goto.hint', { from: fullDay(oldest), to: fullDay(newest) }))),
      el('div', { class: 'dialog-actions' },
        el('button', { type: 'button', class: 'button', on: { click: close } }, t('cancel')),
        el('button', { type: 'submit', class: 'button button-primary' }, t('goto.go'))))];
  });
}
