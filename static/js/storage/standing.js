/** The list of volumes as it is now: asked for often while something is going on, and drawn by the server. */

import { getJson, request } from '../lib/api.js';
import { announce, find } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { format } from './format.js';

const BUSY = 1000;
const IDLE = 5000;

/** @typedef {{ id: string, name: string, state: string, missing: number, asked: boolean, reading: number | null, scanned: string | null }} Volume */

/** Whether a scan runs or is about to. @param {Volume[]} volumes */
export const isBusy = (volumes) => volumes.some((volume) => volume.asked || volume.reading !== null);

/** What must differ for the page to be drawn anew. @param {unknown} told */
export const signature = (told) => JSON.stringify(told, (key, value) => (key === 'free' ? undefined : value));

export function startStanding() {
  const place = find('storage');
  if (!place) return;
  let known = '';
  /** @type {Map<string, string>} */
  let states = new Map();

  async function ask() {
    const told = document.hidden ? null : await getJson('/api/volumes').catch(() => null);
    if (told) await show(told);
    setTimeout(ask, told && isBusy(told.volumes) ? BUSY : IDLE);
  }

  /** @param {{ volumes: Volume[] }} told */
  async function show(told) {
    const now = signature(told);
    // Also at the first answer: the page was drawn before it.
    if (now !== known) await draw();
    known = now;
    for (const volume of told.volumes) {
      const before = states.get(volume.id);
      if (before && before !== volume.state) announce(t(`storage.${volume.state}`, { name: volume.name }));
    }
    states = new Map(told.volumes.map((volume) => [volume.id, volume.state]));
  }

  /** The server draws the page; the part with the volumes is taken from it, and the focus stays where it was. */
  async function draw() {
    const response = await request(location.pathname).catch(() => null);
    const fresh = response && new DOMParser().parseFromString(await response.text(), 'text/html').querySelector('[data-storage]');
    if (!fresh || !place) return;
    const focused = place.contains(document.activeElement) ? document.activeElement?.id : '';
    format(fresh);
    if (fresh.isEqualNode(place)) return;
    place.replaceChildren(...fresh.childNodes);
    if (focused) document.getElementById(focused)?.focus();
  }

  void ask();
}
