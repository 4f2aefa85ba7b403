/** One photo of the grid: its cell, link, placeholder, picture, check and badges; made once and used again and again. */

import { el, icon, isRtl } from '../lib/dom.js';
import { dayLabel, duration, momentLabel, t } from '../lib/i18n.js';
import { CONFLICT, FAVOURITE, HAS_THUMB, LIVE, PROBLEM, RAW, STACK, VIDEO, isUnshowable } from './protocol.js';
import { decodeThumbhash } from './thumbhash.js';

/** @typedef {import('./protocol.js').Tile} Tile */

/** Badge by corner, the first that applies: at most one a corner. @type {[number, string, string, string][]} */
const BADGES = [
  [CONFLICT, 'top', 'git-compare', 'badge.conflict'],
  [PROBLEM, 'top', 'triangle-alert', 'badge.problem'],
  [VIDEO, 'top', 'play', 'video'],
  [LIVE, 'top', 'aperture', 'badge.live'],
  [STACK, 'top', 'square-stack', 'badge.stack'],
  [RAW, 'top', '', 'badge.raw'],
  [FAVOURITE, 'bottom', 'heart', 'badge.favourite'],
];

export class TileView {
  ordinal = -1;
  id = '';
  url = '';
  tries = 0;
  middle = 0;
  #badged = -1;
  #label = '';
  #hasThumb = false;
  #hashed = 0;
  /** @type {HTMLElement | null} */
  #note = null;

  /** @param {import('./images.js').Images} images @param {() => number} eye where the person looks, in the library's height */
  constructor(images, eye) {
    this.images = images;
    this.eye = eye;
    this.canvas = el('canvas', { width: 16, height: 16, 'aria-hidden': 'true' });
    this.image = el('img', { alt: '', decoding: 'async', draggable: 'false' });
    this.link = el('a', { tabindex: '-1', draggable: 'false' }, this.canvas, this.image);
    this.check = el('button', { type: 'button', class: 'check', tabindex: '-1', 'aria-label': t('photo.select') });
    this.cell = el('div', { class: 'tile', role: 'gridcell' }, this.link, this.check);
    this.context = this.canvas.getContext('2d');
  }

  distance() {
    return Math.abs(this.middle - this.eye());
  }

  shown() {
    this.cell.classList.add('is-shown');
    this.cell.classList.remove('is-missing');
  }

  missing() {
    this.cell.classList.add('is-missing');
  }

  /** Stand somewhere in a row. @param {number} ordinal @param {number} x @param {number} width @param {number} height @param {number} middle */
  stand(ordinal, x, width, height, middle) {
    this.ordinal = ordinal;
    this.middle = middle;
    const { style } = this.cell;
    // A transform, as moving a box that is used again would count as a shift of the layout.
    style.transform = `translateX(${isRtl() ? -x : x}px)`;
    style.inlineSize = `${width}px`;
    style.blockSize = `${height}px`;
    this.cell.dataset.ordinal = String(ordinal);
    this.cell.hidden = false;
  }

  /** Nothing is known of the photo yet. */
  blank() {
    if (this.id === '' && !this.url) return;
    this.#forget();
    this.#draw(null);
    this.link.removeAttribute('href');
    this.#badge(0, 0);
    this.#name(t('photo.loading'));
  }

  /** @param {Tile} tile @param {number | null} day */
  fill(tile, day) {
    // What cannot be shown is not asked for: the answer would be the same each time.
    const url = isUnshowable(tile) ? '' : `/media/${tile.id}/thumb${tile.key ? `?v=${tile.key}` : ''}`;
    const same = tile.id === this.id;
    // A thumbnail that was still to be made when it was asked for is there now.
    const made = same && !this.#hasThumb && (tile.flags & HAS_THUMB) !== 0 && !this.cell.classList.contains('is-shown');
    if (!same || this.#hashed !== tile.hash.length) this.#draw(tile.hash);
    if (!same || url !== this.url || made) {
      this.#forget(same);
      this.id = tile.id;
      this.link.href = `/photo/${tile.id}`;
      this.url = url;
      this.#explain(url ? null : tile);
      if (url) this.images.want(this);
    }
    this.#hasThumb = (tile.flags & HAS_THUMB) !== 0;
    this.#badge(tile.flags, tile.duration);
    this.#name(labelOf(tile, day));
  }

  /** @param {boolean} on */
  select(on) {
    this.cell.setAttribute('aria-selected', String(on));
    this.check.setAttribute('aria-pressed', String(on));
  }

  /** Out of sight: its picture is not wanted any more. */
  rest() {
    this.#forget();
    delete this.cell.dataset.ordinal;
    this.cell.hidden = true;
    this.link.tabIndex = -1;
  }

  /** @param {boolean} [keep] the picture that is shown, until the new one comes */
  #forget(keep = false) {
    this.images.cancel(this);
    this.url = '';
    this.tries = 0;
    if (keep) return;
    this.id = '';
    this.image.removeAttribute('src');
    this.cell.classList.remove('is-shown', 'is-missing');
    this.#explain(null);
  }

  /** Instead of a picture, why there is none. @param {Tile | null} tile */
  #explain(tile) {
    this.#note?.remove();
    this.#note = tile && el('span', { class: 'tile-note', 'aria-hidden': 'true' }, icon(tile.flags & VIDEO ? 'film' : 'image-off', 24),
      t(tile.flags & VIDEO ? 'tile.no-preview' : 'tile.unshowable'));
    if (this.#note) this.link.append(this.#note);
  }

  /** @param {Uint8Array | null} hash */
  #draw(hash) {
    const drawn = hash !== null && hash.length >= 5;
    this.#hashed = hash?.length ?? 0;
    this.canvas.hidden = !drawn;
    if (drawn) this.context?.putImageData(new ImageData(decodeThumbhash(hash), 16, 16), 0, 0);
  }

  /** @param {string} label */
  #name(label) {
    if (label === this.#label) return;
    this.#label = label;
    this.link.setAttribute('aria-label', label);
  }

  /** @param {number} flags @param {number} seconds */
  #badge(flags, seconds) {
    const wanted = flags & 127;
    if (wanted === this.#badged && !(wanted & VIDEO)) return;
    this.#badged = wanted;
    for (const badge of this.cell.querySelectorAll('.badge')) badge.remove();
    const taken = new Set();
    for (const [flag, corner, name, key] of BADGES) {
      if (!(wanted & flag) || taken.has(corner)) continue;
      taken.add(corner);
      const text = flag === VIDEO ? duration(seconds) : name ? '' : t(key);
      this.cell.append(el('span', { class: `badge badge-${corner}`, 'aria-hidden': 'true' }, text, name && icon(name, 16)));
    }
  }
}

/** "Photo, 3 June 2014 14:05, favourite". @param {Tile} tile @param {number | null} day */
export function labelOf(tile, day) {
  const kind = t(tile.flags & VIDEO ? 'video' : 'photo');
  const label = day === null ? t('photo.undated', { kind }) : t('photo.at', { kind, date: momentLabel(day, tile.second) });
  const badges = BADGES.filter(([flag]) => flag !== VIDEO && tile.flags & flag).map(([, , , key]) => t(key)).join(', ');
  return badges ? t('photo.badge', { label, badges }) : label;
}

/** What stands over a day. @param {number | null} day @param {boolean} short */
export const headingOf = (day, short) => (day === null ? t('day.undated') : dayLabel(day, short));
