/** The rows on the page: drawn from the geometry, kept while they are near, used again when they are not. */

import { el } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { HEADED, PACKED, place, rowAt, rowEdge } from './layout.js';
import { dayOf, sectionOf } from './protocol.js';
import { TileView, headingOf } from './tiles.js';

/** @typedef {import('./layout.js').Geometry} Geometry @typedef {import('./protocol.js').Index} Index */
/** @typedef {{ index: Index, ratios: Uint8Array | null, geometry: Geometry }} Plan */

class RowView {
  /** @type {TileView[]} */
  tiles = [];
  live = 0;
  row = -1;
  start = -1;
  end = -1;
  height = 0;
  flags = 0;
  width = 0;
  y = NaN;

  constructor() {
    this.element = el('div', { class: 'row', role: 'row' });
    this.head = el('div', { class: 'row head', role: 'row', hidden: true });
  }
}

export class Rows {
  /** @type {Map<number, RowView>} */
  #live = new Map();
  /** @type {RowView[]} */
  #idle = [];
  /** @type {Plan | null} */
  #plan = null;
  #lost = false;

  /**
   * @param {HTMLElement} grid
   * @param {object} parts
   * @param {import('./scroller.js').Scroller} parts.scroller
   * @param {import('./images.js').Images} parts.images
   * @param {(ordinal: number) => import('./protocol.js').Tile | undefined} parts.tile
   * @param {(ordinal: number) => boolean} parts.isSelected
   * @param {(from: number, to: number) => boolean} parts.isAllSelected
   */
  constructor(grid, parts) {
    this.grid = grid;
    this.parts = parts;
    this.focus = 0;
  }

  /** Take a new plan. Rows that are the same in it stay as they are, so that their pictures do too. @param {Plan} plan */
  take(plan) {
    const { geometry } = plan;
    // The last row is let go first: the pool gives out its newest, so that the first row is drawn again by the same elements.
    const old = [...this.#live.values()].sort((a, b) => b.row - a.row);
    this.#plan = plan;
    this.#live.clear();
    for (const view of old) {
      const row = rowAtStart(geometry, view.start);
      const same = row >= 0 && geometry.start[row + 1] === view.end && geometry.height[row] === view.height
        && geometry.flags[row] === view.flags && geometry.measure.width === view.width && !this.#live.has(row);
      if (same) this.#live.set(row, view), this.#draw(view, row);
      else this.#release(view);
    }
    this.parts.scroller.element.setAttribute('aria-rowcount', String(geometry.whole ? geometry.rows + geometry.headings[geometry.rows] : -1));
  }

  /** Show the rows between two heights of the library; the ordinals that stand there. @param {number} from @param {number} to @returns {[number, number]} */
  show(from, to) {
    if (!this.#plan) return [0, 0];
    const { geometry } = this.#plan;
    const first = rowAt(geometry, Math.max(0, from));
    let last = first;
    while (last < geometry.rows && rowEdge(geometry, last) < to) last++;
    for (const [row, view] of this.#live) {
      if (row >= first && row < last) continue;
      this.#live.delete(row);
      this.#release(view);
    }
    for (let row = first; row < last; row++) {
      const view = this.#live.get(row);
      if (view) this.#position(view);
      else this.#enter(row);
    }
    this.#trim(last - first);
    if (this.#lost) this.#refocus();
    return [geometry.start[first], geometry.start[last]];
  }

  /** Bring the rows into the order in which they are read; the one with the focus stays, the others go round it. */
  order() {
    const views = [...this.#live.values()].sort((a, b) => b.row - a.row);
    /** @type {Element | null} */
    let next = null;
    for (const part of views.flatMap((view) => [view.element, view.head])) {
      if (part.nextElementSibling !== next && !part.contains(document.activeElement)) this.grid.insertBefore(part, next);
      next = part;
    }
  }

  /** Fill the tiles of these ordinals again: their block came, or they were selected. @param {number} from @param {number} to */
  refresh(from, to) {
    for (const view of this.#live.values()) {
      if (view.end > from && view.start < to) this.#fill(view);
    }
  }

  /** @param {number} ordinal */
  tileView(ordinal) {
    for (const view of this.#live.values()) {
      if (view.start <= ordinal && ordinal < view.end) return view.tiles[ordinal - view.start];
    }
    return undefined;
  }

  /** Which tile can be tabbed to. @param {number} ordinal */
  rove(ordinal) {
    const before = this.tileView(this.focus);
    if (before) before.link.tabIndex = -1;
    this.focus = ordinal;
    const now = this.tileView(ordinal);
    if (now) now.link.tabIndex = 0;
  }

  /** @param {number} row */
  #enter(row) {
    const view = this.#idle.pop() ?? this.#make();
    this.#live.set(row, view);
    this.#draw(view, row);
  }

  #make() {
    const view = new RowView();
    this.grid.append(view.head, view.element);
    return view;
  }

  /** @param {RowView} view @param {number} row */
  #draw(view, row) {
    const { index, ratios, geometry } = /** @type {Plan} */ (this.#plan);
    const [start, end, height, flags] = [geometry.start[row], geometry.start[row + 1], geometry.height[row], geometry.flags[row]];
    const middle = geometry.top[row] + height / 2;
    const { tiles, segments } = place(geometry, row, index.starts, ratios);
    Object.assign(view, { row, start, end, height, flags, width: geometry.measure.width, y: NaN });
    while (view.tiles.length < tiles.length) this.#addTile(view);
    tiles.forEach(({ ordinal, x, width }, i) => view.tiles[i].stand(ordinal, x, width, height, middle));
    for (const spare of view.tiles.slice(tiles.length)) spare.rest();
    view.live = tiles.length;
    const at = row + geometry.headings[row] + 1;
    view.element.setAttribute('aria-rowindex', String(at));
    view.element.style.blockSize = `${height}px`;
    view.element.hidden = false;
    view.head.hidden = !(flags & HEADED);
    if (flags & HEADED) {
      view.head.setAttribute('aria-rowindex', String(at - 1));
      view.head.replaceChildren(...segments.map(({ section, x, width }) => this.#heading(section, x, width, Boolean(flags & PACKED))));
    }
    this.#position(view);
    this.#fill(view);
  }

  /** @param {RowView} view */
  #addTile(view) {
    const { images, scroller } = this.parts;
    const tile = new TileView(images, () => scroller.y + scroller.screen * 0.4);
    view.tiles.push(tile);
    view.element.append(tile.cell);
  }

  /** @param {number} section @param {number} x @param {number} width @param {boolean} short */
  #heading(section, x, width, short) {
    const { index } = /** @type {Plan} */ (this.#plan);
    const label = headingOf(dayOf(index, section), short);
    const check = el('button', { type: 'button', class: 'check check-day', tabindex: '-1', 'aria-label': t('photo.select.day', { day: label }), data: { section: String(section) } });
    const heading = el('div', { class: 'day', role: 'rowheader', title: label }, el('span', {}, label), check);
    heading.style.insetInlineStart = `${x}px`;
    heading.style.inlineSize = `${width}px`;
    return heading;
  }

  /** @param {RowView} view */
  #position(view) {
    const { geometry } = /** @type {Plan} */ (this.#plan);
    const y = geometry.top[view.row] - this.parts.scroller.base;
    if (y === view.y) return;
    view.y = y;
    view.element.style.transform = `translateY(${y}px)`;
    if (view.flags & HEADED) view.head.style.transform = `translateY(${y - geometry.measure.heading}px)`;
  }

  /** @param {RowView} view */
  #fill(view) {
    const { index } = /** @type {Plan} */ (this.#plan);
    const { tile, isSelected, isAllSelected } = this.parts;
    let section = -1;
    for (let i = 0; i < view.live; i++) {
      const ordinal = view.start + i;
      if (section < 0 || ordinal >= index.starts[section + 1]) section = sectionOf(index, ordinal);
      const known = tile(ordinal);
      const tileView = view.tiles[i];
      if (known) tileView.fill(known, dayOf(index, section));
      else tileView.blank();
      tileView.select(isSelected(ordinal));
      tileView.link.tabIndex = ordinal === this.focus ? 0 : -1;
    }
    for (const check of view.head.querySelectorAll('button')) {
      const of = Number(check.dataset.section);
      check.setAttribute('aria-pressed', String(isAllSelected(index.starts[of], index.starts[of + 1])));
    }
  }

  /** @param {RowView} view */
  #release(view) {
    if (view.element.contains(document.activeElement)) {
      this.parts.scroller.element.focus({ preventScroll: true });
      this.#lost = true;
    }
    for (const tile of view.tiles) tile.rest();
    view.element.hidden = true;
    view.head.hidden = true;
    view.row = view.start = view.end = -1;
    view.live = 0;
    this.#idle.push(view);
  }

  /** The tile whose row had to go comes back: so does its focus, unless the person has moved it meanwhile. */
  #refocus() {
    const waiting = document.activeElement === this.parts.scroller.element;
    const tile = waiting ? this.tileView(this.focus) : undefined;
    tile?.link.focus({ preventScroll: true });
    this.#lost = waiting && !tile;
  }

  /** The pool stays in step with the screen: idle rows beyond some are let go, and their spare tiles with them. @param {number} shown */
  #trim(shown) {
    while (this.#idle.length > Math.max(3, shown / 4)) {
      const view = this.#idle.pop();
      view?.element.remove();
      view?.head.remove();
    }
    for (const view of this.#live.values()) {
      while (view.tiles.length > view.live + 2) view.tiles.pop()?.cell.remove();
    }
  }
}

/** @param {Geometry} geometry @param {number} start @returns {number} -1 when no row begins there */
function rowAtStart(geometry, start) {
  let [low, high] = [0, geometry.rows - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (geometry.start[middle] === start) return middle;
    if (geometry.start[middle] < start) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
