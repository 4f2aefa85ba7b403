/** The button that says that photos are gone can be pressed only once their number was typed. */

import { find } from '../lib/dom.js';

/** Whether the number typed, with whatever separators, is the one that was asked for. @param {string} typed @param {string} expected */
export const isTyped = (typed, expected) => typed.replace(/[\s.,'’\u202f]/g, '') === expected;

export function startConfirming() {
  const button = find('confirm');
  const field = document.querySelector('[data-expected]');
  if (!(button instanceof HTMLButtonElement) || !(field instanceof HTMLInputElement)) return;
  const show = () => { button.disabled = !isTyped(field.value, field.dataset.expected ?? ''); };
  field.addEventListener('input', show);
  show();
}
