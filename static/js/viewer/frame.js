/** The elements around the stage: bar, caption, arrows. */

import { el, icon, iconButton } from '../lib/dom.js';
import { t } from '../lib/i18n.js';

/**
 * @param {HTMLElement} sidebar
 * @param {{ close: () => void, step: (by: number) => void, zoom: () => void, favourite: () => void, info: () => void }} act
 */
export function buildFrame(sidebar, act) {
  const button = (/** @type {string} */ name, /** @type {string} */ key, /** @type {() => void} */ run) => iconButton(name, t(key), { on: { click: run } });
  const caption = el('p', { class: 'viewer-caption' });
  const heart = button('heart', 'viewer.favourite', act.favourite);
  const info = button('info', 'viewer.info', act.info);
  const download = el('a', { class: 'icon-button', download: '', 'aria-label': t('viewer.download'), title: t('viewer.download') }, icon('download', 24));
  const previous = button('chevron-left', 'viewer.previous', () => act.step(-1));
  const next = button('chevron-right', 'viewer.next', () => act.step(1));
  previous.classList.add('viewer-arrow', 'viewer-previous');
  next.classList.add('viewer-arrow', 'viewer-next');
  const stage = el('div', { class: 'viewer-stage' });
  const bar = el('div', { class: 'viewer-bar' }, button('arrow-left', 'viewer.close', act.close), caption,
    button('zoom-in', 'viewer.zoom', act.zoom), heart, download, info);
  const element = el('div', { class: 'viewer on-photo', role: 'dialog', 'aria-modal': 'true', 'aria-label': t('viewer.label'), tabindex: '-1' },
    el('div', { class: 'viewer-main' }, bar, stage, previous, next), sidebar);
  return { element, stage, caption, heart, info, download, previous, next };
}
