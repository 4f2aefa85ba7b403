/** The line above the photos about volumes that are not connected: up to date without a reload. */

import { getJson } from './api.js';
import { el, find, icon } from './dom.js';

const SOON = 300;
const CALM = 20_000;

/** @typedef {{ id: string, state: string, text: string, action: { text: string, href: string } | null }} Notice */

export function startNotices() {
  const place = find('notices');
  if (!place) return;
  let known = '';
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  async function ask() {
    clearTimeout(timer);
    const told = document.hidden ? null : await getJson('/api/standing').catch(() => null);
    if (told) show(told.notices);
    timer = setTimeout(ask, CALM);
  }

  /** @param {Notice[]} notices */
  function show(notices) {
    const now = JSON.stringify(notices);
    if (now === known || !place) return;
    known = now;
    place.replaceChildren(...notices.map(({ state, text, action }) =>
      el('p', { class: `notice notice-${state}` }, icon(state === 'offline' ? 'unplug' : 'triangle-alert'),
        el('span', {}, `${text} `, action && el('a', { href: action.href }, action.text)))));
  }

  document.addEventListener('kp:changed', () => {
    clearTimeout(timer);
    timer = setTimeout(ask, SOON);
  });
  timer = setTimeout(ask, CALM);
}
