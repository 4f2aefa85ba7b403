/** What K-Photos is doing just now, in the navigation and on an empty page: asked for often only while there is something. */

import { getJson } from './api.js';
import { t } from './i18n.js';

const BUSY = 2000;
const IDLE = 20_000;
const SOON = 500;

/** @typedef {{ reading: number | null, pictures: number | null }} Work */

/**
 * One line about it, and how much of it is done where a total is known.
 * @param {Work} work @param {number} most the most pictures that waited at once
 */
export function told({ reading, pictures }, most) {
  if (reading !== null) return { text: t('work.reading', { n: reading }), done: null };
  if (pictures !== null) return { text: t('work.pictures', { n: pictures }), done: most ? (most - pictures) / most : 0 };
  return null;
}

/** Pages without the element (a member's, a form's) ask nothing. */
export function startWork() {
  const places = [...document.querySelectorAll('[data-work]')];
  if (!places.length) return;
  let most = 0;
  let isBusy = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  async function ask() {
    clearTimeout(timer);
    const work = document.hidden ? null : await getJson('/api/work').catch(() => null);
    if (work) show(work);
    isBusy = Boolean(work && (work.reading !== null || work.pictures !== null));
    timer = setTimeout(ask, isBusy ? BUSY : IDLE);
  }

  /** @param {Work} work */
  function show(work) {
    most = work.pictures === null ? 0 : Math.max(most, work.pictures);
    const found = told(work, most);
    for (const place of places) {
      if (place instanceof HTMLElement) place.hidden = !found;
      const [text, bar] = [place.querySelector('p'), place.querySelector('progress')];
      if (!found || !text || !bar) continue;
      text.textContent = found.text;
      if (found.done === null) bar.removeAttribute('value');
      else bar.value = found.done;
    }
  }

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, SOON);
  };
  // What has changed the library may be going on.
  document.addEventListener('kp:changed', () => { if (!isBusy) soon(); });
  soon();
}
