/** Selecting: anchor and ranges, the bar that takes the top bar's place, and what can be done with the selected. */

import { announce, el, find, iconButton } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { askRating, askShift, askTags, askTexts } from './asking.js';
import { order } from './bulk.js';
import { FAVOURITE } from './protocol.js';
import { Selection } from './selection.js';

/** @typedef {import('./words.js').Change} Change */

export class Selecting {
  selection = new Selection();
  #anchor = -1;
  /** @type {[number, number] | null} what the last extension added */
  #extended = null;
  #busy = false;

  /**
   * @param {object} timeline
   * @param {(from: number, to: number) => void} timeline.refresh
   * @param {(ordinal: number) => import('./protocol.js').Tile | undefined} timeline.tile
   * @param {(ordinal: number) => number | null} timeline.day
   * @param {() => string} timeline.version
   * @param {string} timeline.view
   * @param {HTMLElement} timeline.grid
   */
  constructor(timeline) {
    this.timeline = timeline;
    this.count = el('span', { class: 'selection-count tabular' });
    /** @type {HTMLButtonElement[]} */
    this.actions = [];
    const action = (/** @type {string} */ name, /** @type {string} */ label, /** @type {() => void} */ run, dialog = true) => {
      const button = iconButton(name, label, { on: { click: run }, ...(dialog ? { 'aria-haspopup': 'dialog' } : {}) });
      this.actions.push(button);
      return button;
    };
    this.bar = el('div', { class: 'selection-bar', role: 'toolbar', hidden: true, 'aria-label': t('count.selected', { n: 0 }) },
      iconButton('x', t('selection.clear'), { on: { click: () => this.clear() } }), this.count,
      action('heart', t('selection.favourite'), () => void this.markFavourite(), false), action('tag', t('selection.tags'), () => this.tag()),
      action('star', t('selection.rating'), () => askRating(this.selection.size, this.#run)), action('clock', t('selection.shift'), () => this.#shift()),
      action('pencil', t('selection.texts'), () => askTexts(this.selection.size, this.#run)));
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
    announce(text);
    this.timeline.refresh(0, Infinity);
  }

  /** All become favourites; if all are, as far as this page knows, none is any more. */
  async markFavourite() {
    const tiles = this.#known();
    const on = tiles.length < this.selection.size || tiles.some(({ flags }) => !(flags & FAVOURITE));
    const before = tiles.map((tile) => tile.flags);
    // The hearts show at once; those that the server refuses go again.
    for (const tile of tiles) tile.flags = on ? tile.flags | FAVOURITE : tile.flags & ~FAVOURITE;
    this.timeline.refresh(0, Infinity);
    if (await this.#order([{ field: 'favourites', op: on ? 'add' : 'remove' }])) return;
    tiles.forEach((tile, i) => { tile.flags = before[i]; });
    this.timeline.refresh(0, Infinity);
  }

  /** @param {number} value stars */
  async rate(value) {
    await this.#order([{ field: 'rating', op: 'set', value }]);
  }

  tag() {
    askTags(this.selection.size, this.#run);
  }

  #shift() {
    const [first] = this.selection;
    const [day, second] = [this.timeline.day(first), this.timeline.tile(first)?.second ?? null];
    askShift(this.selection.size, day === null || second === null ? null : { day, second }, this.#run);
  }

  /** The selected tiles that are loaded. */
  #known() {
    const found = [];
    for (const at of this.selection) {
      const tile = this.timeline.tile(at);
      if (!tile) return found;
      found.push(tile);
    }
    return found;
  }

  /** @param {Change[]} changes */
  #run = (changes) => void this.#order(changes);

  /** The selection goes when the server has taken the order, and stays when it has not. @param {Change[]} changes */
  async #order(changes) {
    if (this.#busy || !this.active) return false;
    this.#busy = true;
    for (const button of this.actions) button.disabled = true;
    try {
      const taken = await order({ view: this.timeline.view, version: this.timeline.version(), ranges: this.selection.ranges }, changes);
      if (taken) this.clear();
      return taken;
    } finally {
      this.#busy = false;
      for (const button of this.actions) button.disabled = false;
    }
  }
}
