/** Selecting: anchor and ranges, the bar that takes the top bar's place, and what can be done with the selected. */

import { sentence, send } from '../lib/api.js';
import { announce, el, find, icon, iconButton } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { failed, toast } from '../lib/toast.js';
import { FAVOURITE } from './protocol.js';
import { Selection } from './selection.js';

/** @typedef {import('./protocol.js').Tile} Tile */

/** More than this at a time is a job's work, not a page's. */
const MOST = 500;

export class Selecting {
  selection = new Selection();
  #anchor = -1;
  /** @type {[number, number] | null} what the last extension added */
  #extended = null;
  #busy = false;

  /**
   * @param {object} timeline
   * @param {(from: number, to: number) => void} timeline.refresh
   * @param {(from: number, to: number) => Promise<void>} timeline.ready
   * @param {(ordinal: number) => import('./protocol.js').Tile | undefined} timeline.tile
   * @param {HTMLElement} timeline.grid
   */
  constructor(timeline) {
    this.timeline = timeline;
    this.count = el('span', { class: 'selection-count tabular' });
    this.favourite = el('button', { type: 'button', class: 'icon-button', 'aria-label': t('selection.favourite'), title: t('selection.favourite'), on: { click: () => this.markFavourite() } }, icon('heart', 24));
    this.bar = el('div', { class: 'selection-bar', role: 'toolbar', hidden: true, 'aria-label': t('count.selected', { n: 0 }) },
      iconButton('x', t('selection.clear'), { on: { click: () => this.clear() } }), this.count, this.favourite);
    find('topbar')?.append(this.bar);
  }

  get active() { return this.selection.size > 0; }
  has(/** @type {number} */ ordinal) { return this.selection.has(ordinal); }

  /** @param {number} ordinal */
  toggle(ordinal) {
    this.selection.toggle(ordinal, ordinal + 1);
    [this.#anchor, this.#extended] = [ordinal, null];
    this.#changed();
  }

  /** From the anchor to here; a shorter reach gives back what a longer one took. @param {number} ordinal */
  extend(ordinal) {
    if (this.#anchor < 0) return this.toggle(ordinal);
    if (this.#extended) this.selection.remove(...this.#extended);
    this.#extended = [Math.min(this.#anchor, ordinal), Math.max(this.#anchor, ordinal) + 1];
    this.selection.add(...this.#extended);
    this.#changed();
  }

  /** @param {number} from @param {number} to */
  toggleRange(from, to) {
    this.selection.toggle(from, to);
    [this.#anchor, this.#extended] = [from, null];
    this.#changed();
  }

  /** @param {number} count */
  all(count) {
    this.selection.add(0, count);
    this.#changed();
  }

  clear() {
    if (!this.active) return;
    this.selection.clear();
    [this.#anchor, this.#extended] = [-1, null];
    this.#changed();
  }

  #changed() {
    const n = this.selection.size;
    const text = t('count.selected', { n });
    this.bar.hidden = n === 0;
    this.bar.setAttribute('aria-label', text);
    for (const sibling of this.bar.parentElement?.children ?? []) if (sibling !== this.bar) sibling.toggleAttribute('inert', n > 0);
    this.bar.parentElement?.classList.toggle('is-selecting', n > 0);
    this.timeline.grid.classList.toggle('is-selecting', n > 0);
    this.count.textContent = text;
    this.favourite.disabled = n > MOST || this.#busy;
    this.favourite.title = n > MOST ? t('selection.favourite.many', { n: MOST }) : t('selection.favourite');
    announce(text);
    this.timeline.refresh(0, Infinity);
  }

  /** Those that are no favourites yet become ones; Undo takes exactly them back. */
  async markFavourite() {
    await this.#change((tile) => !(tile.flags & FAVOURITE), (n) => t('selection.favourited', { n }),
      (id) => send('PUT', `/api/assets/${id}/favourite`), (id) => send('DELETE', `/api/assets/${id}/favourite`));
  }

  /** @param {number} value stars */
  async rate(value) {
    const changes = [{ field: 'rating', op: 'set', value }];
    const patch = (/** @type {string} */ id, /** @type {unknown[]} */ given) => send('PATCH', `/api/assets/${id}`, { changes: given });
    await this.#change(() => true, (n) => t('selection.rated', { n, rating: value }), (id) => patch(id, changes), (id, { undo }) => patch(id, undo));
  }

  /**
   * Change the selected photos one by one; Undo takes back exactly those for which it worked.
   * @template A
   * @param {(tile: Tile) => boolean} concerns @param {(done: number) => string} say
   * @param {(id: string) => Promise<A>} act @param {(id: string, answer: A) => Promise<unknown>} back
   */
  async #change(concerns, say, act, back) {
    if (this.#busy) return;
    if (this.selection.size > MOST) {
      failed(t('selection.favourite.many', { n: MOST }));
      return;
    }
    this.#busy = this.favourite.disabled = true;
    try {
      const ordinals = [...this.selection];
      for (const at of ordinals) await this.timeline.ready(at, at);
      const ids = ordinals.flatMap((at) => { const tile = this.timeline.tile(at); return tile && concerns(tile) ? [tile.id] : []; });
      const done = await each(ids, act);
      if (done.size < ids.length) failed(t('selection.failed', { n: ids.length - done.size }));
      const undo = () => void each([...done.keys()], (id) => back(id, /** @type {A} */ (done.get(id))));
      toast(say(done.size), done.size ? { action: t('undo'), run: undo } : {});
      this.clear();
    } catch (error) {
      failed(sentence(error));
    } finally {
      this.#busy = false;
    }
  }
}

/**
 * One after another, as each is a durable write; the answers of those for which it worked.
 * @template A @param {string[]} ids @param {(id: string) => Promise<A>} act @returns {Promise<Map<string, A>>}
 */
async function each(ids, act) {
  const done = new Map();
  for (const id of ids) {
    try {
      done.set(id, await act(id));
    } catch { /* counted by its absence; the message names how many */ }
  }
  return done;
}
