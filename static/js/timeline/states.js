/** What stands in the timeline's place when there is nothing to show, or no way to show it. */

import { sentence } from '../lib/api.js';
import { el, find, icon } from '../lib/dom.js';
import { t } from '../lib/i18n.js';

/** The server's own words about an empty library where it gave some. @param {HTMLElement} root */
export function showEmpty(root) {
  root.replaceChildren(find('empty', root)
    ?? el('div', { class: 'empty' }, icon('images', 48), el('h2', {}, t('timeline.empty.title')), el('p', {}, t('timeline.empty.text'))));
}

/** @param {HTMLElement} root @param {unknown} error */
export function showFailure(root, error) {
  const again = el('button', { type: 'button', class: 'button button-primary', on: { click: () => location.reload() } }, t('retry'));
  root.replaceChildren(el('div', { class: 'empty', role: 'alert' }, icon('cloud-off', 48),
    el('h2', {}, t('timeline.failed.title')), el('p', {}, t('timeline.failed.text', { reason: sentence(error) })), again));
}
