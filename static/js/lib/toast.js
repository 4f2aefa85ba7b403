/** Messages at the bottom: they go after a while, but never while the pointer or the focus is on them. */

import { announce, el, find, iconButton } from './dom.js';
import { t } from './i18n.js';

const LASTS = 8000;
const MOST = 3;

/**
 * @param {string} message
 * @param {{ kind?: 'info' | 'error', action?: string, run?: () => void, lasts?: number }} [options] `action` is a button's text
 * @returns {() => void} takes the toast away
 */
export function toast(message, { kind = 'info', action, run, lasts = LASTS } = {}) {
  const region = find('toasts');
  if (!region) return () => {};
  const gone = () => { clearTimeout(timer); box.remove(); };
  const box = el('div', { class: `toast toast-${kind}`, ...(kind === 'error' ? { role: 'alert' } : {}) }, el('p', {}, message));
  if (action && run) box.append(el('button', { type: 'button', on: { click: () => { gone(); run(); } } }, action));
  box.append(iconButton('x', t('close'), { on: { click: gone } }));
  let timer = setTimeout(gone, lasts);
  const stay = () => clearTimeout(timer);
  const go = () => { clearTimeout(timer); timer = setTimeout(gone, lasts); };
  box.addEventListener('pointerenter', stay);
  box.addEventListener('focusin', stay);
  box.addEventListener('pointerleave', go);
  box.addEventListener('focusout', go);
  region.append(box);
  // A status that is added with its text already in it is not read out; the page's own region is.
  if (kind !== 'error') announce(message);
  while (region.children.length > MOST) region.firstElementChild?.remove();
  return gone;
}

/** @param {string} message @param {() => void} [retry] */
export const failed = (message, retry) => toast(message, { kind: 'error', lasts: 12_000, ...(retry ? { action: t('retry'), run: retry } : {}) });
