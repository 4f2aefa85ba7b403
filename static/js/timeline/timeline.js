/** The timeline: all photos by date. Wires library, scroller, rows, scrubber, selection and keys; the viewer stands on it. */

import { ApiError } from '../lib/api.js';
import { cookie, el, find, remember } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { watchVersion } from '../lib/live.js';
import { toast } from '../lib/toast.js';
import { inTurns } from '../lib/turns.js';
import { goFromAddress, tellAddress } from './address.js';
import { followAll } from './bulk.js';
import { dayInView, goToDay, step } from './dates.js';
import { openEdits } from './edits.js';
import { watchPointer } from './gestures.js';
import { openGoto } from './goto.js';
import { Images } from './images.js';
import { timelineKeys } from './keys.js';
import { measureFor, rowAt, rowEdge, rowOf } from './layout.js';
import { Library, dayOfOrdinal, isSameShape, locate } from './library.js';
import { FAVOURITE, isUnshowable, ratioOf, sectionOf } from './protocol.js';
import { Rows } from './rows.js';
import { Scroller } from './scroller.js';
import { Scrubber } from './scrubber.js';
import { Selecting } from './selecting.js';
import { showEmpty, showFailure } from './states.js';

/** Screens a second above which only skeletons are drawn. */
const FAST = 25;
const OVERSCAN = 0.75;
const PAUSE = 1000;
const REST = 150;
/** As in timeline.css, whose headings and gutters follow it. */
const PHONE = '(max-width: 700px)';

/** @typedef {'small' | 'medium' | 'large'} Density @typedef {import('./library.js').Snapshot} Snapshot */

export class Timeline {
  /** @type {Snapshot | null} */
  #now = null;
  /** @type {import('./layout.js').Geometry | null} */
  #geometry = null;
  #images = new Images();
  #shown = /** @type {[number, number]} */ ([0, 0]);
  /** @type {[number, boolean] | null} */
  #awaited = null;
  /** @type {Set<() => void>} */
  #listeners = new Set();

  /**
   * @param {HTMLElement} root
   * @param {{ open: (ordinal: number, info?: boolean) => void, favourite: (ordinal: number) => void, rate: (ordinal: number, value: number) => void }} act on one photo
   */
  constructor(root, act) {
    this.root = root;
    this.act = act;
    this.view = root.dataset.view || 'library';
    this.density = /** @type {Density} */ (cookie('kp_density') || 'medium');
    this.grid = el('div', { class: 'runway' });
    this.element = el('div', { class: 'scroller', role: 'grid', tabindex: '-1', 'aria-label': t('timeline.label'), 'aria-multiselectable': 'true' }, this.grid);
    this.scrubberElement = el('div', { class: 'scrubber', hidden: true });
    this.scroller = new Scroller(this.element, this.grid, { moved: () => this.#draw(), calmed: () => this.#calmed() });
    this.library = new Library(this.view, { came: (first, last) => this.#came(first, last), stale: () => void this.reload(), failed: () => this.#wantLater() });
    this.selecting = new Selecting({
      view: this.view, version: () => this.#now?.version ?? '', grid: this.element,
      refresh: (from, to) => this.rows.refresh(from, to), tile: (at) => this.tile(at), day: (at) => this.day(at),
    });
    const { selection } = this.selecting;
    this.rows = new Rows(this.grid, {
      scroller: this.scroller, images: this.#images, tile: (at) => this.tile(at),
      isSelected: (at) => selection.has(at), isAllSelected: (from, to) => selection.covers(from, to),
    });
    this.rowsElement = this.element;
    this.scrubber = new Scrubber(this.scrubberElement, { to: (y) => this.scroller.to(y, true), step: (unit, by) => step(this, unit, by), edge: (end) => this.scroller.to(end ? this.scroller.furthest : 0) });
  }

  // What the viewer and the keys may ask.
  get count() { return this.#now?.index.count ?? 0; }
  get snapshot() { return this.#now; }
  get geometry() { return this.#geometry; }
  tile(/** @type {number} */ ordinal) { return this.#now?.blocks.tile(ordinal); }
  isUnshowable(/** @type {{ flags: number, key: string }} */ tile) { return isUnshowable(tile); }
  /** @param {number} from @param {number} [to] */
  async ensure(from, to = from) { await this.#now?.blocks.ready(Math.max(0, from), Math.min(to, this.count - 1)); }
  ratio(/** @type {number} */ ordinal) { return ratioOf(this.#now?.ratios?.[ordinal] ?? this.tile(ordinal)?.ratio ?? 156); }
  day(/** @type {number} */ ordinal) { return this.#now ? dayOfOrdinal(this.#now, ordinal) : null; }
  /** @param {string} id @param {number | null} day @param {number} [guess] */
  locate(id, day, guess) { return this.#now ? locate(this.#now, id, day, guess) : Promise.resolve(-1); }
  /** The version has changed and is drawn. @param {() => void} listener */
  onChange(listener) { this.#listeners.add(listener); return () => this.#listeners.delete(listener); }

  /** The picture of a tile, if it is on the page. @param {number} ordinal */
  picture(ordinal) { return this.rows.tileView(ordinal)?.link ?? null; }

  /** Show a tile and put the focus on it. @param {number} ordinal @param {boolean} [focus] */
  reveal(ordinal, focus = true) {
    const geometry = this.#geometry;
    if (!geometry) return;
    // The worker has not laid out that far yet: the tile is shown as soon as it has.
    this.#awaited = ordinal < geometry.start[geometry.rows] ? null : [ordinal, focus];
    if (this.#awaited) return;
    const row = rowOf(geometry, ordinal);
    this.scroller.show(rowEdge(geometry, row), geometry.top[row] + geometry.height[row], 8);
    this.rows.rove(ordinal);
    if (focus) this.rows.tileView(ordinal)?.link.focus({ preventScroll: true });
  }

  async start() {
    try {
      const snapshot = await this.library.open(this.root.dataset.version);
      this.#put(snapshot);
      // The rest of the shapes comes after what the person looks at.
      if (snapshot.index.count && !this.#geometry?.whole) void this.#complete(snapshot);
    } catch (error) {
      showFailure(this.root, error);
    }
    this.#listen();
  }

  #listen() {
    watchPointer(this.element, {
      open: (ordinal) => { this.settle(); this.rows.rove(ordinal); this.act.open(ordinal); },
      toggle: (ordinal) => { this.rows.rove(ordinal); this.selecting.toggle(ordinal); },
      extend: (ordinal) => this.selecting.extend(ordinal),
      day: (section) => this.#selectSection(section),
      isSelecting: () => this.selecting.active,
    });
    timelineKeys(this);
    new ResizeObserver(() => void this.relayout()).observe(this.element);
    watchVersion(this.view, ({ version }) => { if (version !== this.#now?.version) void this.reload(); });
    const chosen = find('density')?.querySelector(`[value="${this.density}"]`);
    if (chosen instanceof HTMLInputElement) chosen.checked = true;
    find('density')?.addEventListener('change', (event) => {
      if (event.target instanceof HTMLInputElement) this.setDensity(/** @type {Density} */ (event.target.value));
    });
    find('goto')?.addEventListener('click', () => this.askDate());
    find('edits')?.addEventListener('click', () => void openEdits());
    void followAll();
  }

  /** Draw the first snapshot, at the place the address asks for. @param {Snapshot} snapshot */
  #put(snapshot) {
    this.#now = snapshot;
    if (!snapshot.index.count) {
      this.#geometry = null;
      return showEmpty(this.root);
    }
    this.root.replaceChildren(this.element, this.scrubberElement);
    const geometry = this.library.first(snapshot, this.#measure());
    this.#take(geometry, 0);
    void goFromAddress(this);
  }

  /** @param {Snapshot} snapshot */
  async #complete(snapshot) {
    try {
      for (const shapes of [null, this.library.shapes(snapshot)]) {
        if (shapes) snapshot.ratios = await shapes;
        const geometry = await this.library.whole(snapshot, this.#measure());
        if (this.#now !== snapshot) return;
        this.#swap(snapshot, geometry, this.anchor());
        if (!shapes) void goFromAddress(this);
      }
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) void this.reload();
    }
  }

  /** Something changed: take the new version, and stay at the photo that is looked at. */
  reload = inTurns(() => this.#advance(), PAUSE);

  async #advance() {
    const before = this.#now;
    const after = await this.library.next();
    if (!before?.index.count || !after.index.count || !this.#geometry) {
      this.selecting.clear();
      this.#put(after);
    } else if (isSameShape(before, after)) {
      await after.blocks.ready(...this.#wanted());
      this.#now = after;
      this.rows.take({ index: after.index, ratios: after.ratios, geometry: this.#geometry });
      this.rows.refresh(0, Infinity);
    } else {
      const geometry = await this.library.whole(after, this.#measure());
      const anchor = await this.#moved(after, this.anchor());
      await after.blocks.ready(anchor.ordinal, Math.min(after.index.count - 1, anchor.ordinal + 200));
      if (this.selecting.active) toast(t('timeline.updated'));
      this.selecting.clear();
      this.#swap(after, geometry, anchor);
    }
    before?.blocks.close();
    for (const listener of this.#listeners) listener();
  }

  /** The photo at the top of the screen, and how far it stands from there. */
  anchor() {
    const geometry = this.#geometry;
    const y = this.scroller.y;
    if (!geometry || y < 4) return { ordinal: 0, id: '', day: null, offset: null };
    const row = rowAt(geometry, y + 1);
    const ordinal = geometry.start[row];
    return { ordinal, id: this.tile(ordinal)?.id ?? '', day: this.day(ordinal), offset: geometry.top[row] - y };
  }

  /** Where the anchor's photo stands in another version. @param {Snapshot} snapshot @param {{ ordinal: number, id: string, day: number | null, offset: number | null }} anchor */
  async #moved(snapshot, anchor) {
    if (anchor.offset === null) return anchor;
    const found = anchor.id ? await locate(snapshot, anchor.id, anchor.day, anchor.ordinal) : -1;
    return { ...anchor, ordinal: found >= 0 ? found : Math.min(anchor.ordinal, snapshot.index.count - 1) };
  }

  /** @param {Snapshot} snapshot @param {import('./layout.js').Geometry} geometry @param {{ ordinal: number, offset: number | null }} anchor */
  #swap(snapshot, geometry, anchor) {
    this.#now = snapshot;
    this.#take(geometry, anchor.offset === null ? 0 : geometry.top[rowOf(geometry, anchor.ordinal)] - anchor.offset);
    if (this.#awaited) this.reveal(...this.#awaited);
  }

  /** @param {import('./layout.js').Geometry} geometry @param {number} y */
  #take(geometry, y) {
    const snapshot = /** @type {Snapshot} */ (this.#now);
    this.#geometry = geometry;
    this.rows.take({ index: snapshot.index, ratios: snapshot.ratios, geometry });
    this.scroller.resize(geometry.total + BOTTOM, y);
    const top = (/** @type {number} */ section) => rowEdge(geometry, rowOf(geometry, snapshot.index.starts[section]));
    this.scrubber.take(snapshot.index.days, top, geometry.total);
    this.scrubber.follow(this.scroller.y, false);
    this.rows.refresh(0, Infinity);
  }

  async relayout() {
    const snapshot = this.#now;
    const measure = this.#measure();
    if (!snapshot?.index.count || !this.#geometry?.whole || measure.width < 100) return;
    const old = this.#geometry.measure;
    if (old.width === measure.width && old.target === measure.target) return;
    const geometry = await this.library.whole(snapshot, measure);
    if (this.#now === snapshot && geometry.measure.width === this.#measure().width) this.#swap(snapshot, geometry, this.anchor());
  }

  /** @param {Density} density */
  setDensity(density) {
    this.density = density;
    remember('kp_density', density);
    void this.relayout();
  }

  #measure() {
    const style = getComputedStyle(this.element);
    const padding = parseFloat(style.paddingInlineStart) + parseFloat(style.paddingInlineEnd);
    return measureFor(Math.floor((this.element.clientWidth || this.root.clientWidth) - (padding || 0)), this.density, matchMedia(PHONE).matches);
  }

  #draw() {
    if (!this.#geometry || !this.#now) return;
    const { y, screen, speed } = this.scroller;
    const over = screen * OVERSCAN;
    clearTimeout(this.#resting);
    this.#shown = this.rows.show(y - over, y + screen + over);
    if (speed < FAST) this.#now.blocks.want(...this.#wanted());
    this.scrubber.follow(y, speed > 3);
  }

  /** @returns {[number, number]} */
  #wanted() {
    return [this.#shown[0], Math.max(this.#shown[0], this.#shown[1] - 1)];
  }

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #later;

  /** A block did not come: the tiles in view ask again, once for all of them. */
  #wantLater() {
    clearTimeout(this.#later);
    this.#later = setTimeout(() => this.#now?.blocks.want(...this.#wanted()), 2 * PAUSE);
  }

  #calmed() {
    if (!this.#geometry || !this.#now) return;
    this.#now.blocks.want(...this.#wanted());
    // A wheel calms after every notch: the order of the rows and the address wait until it rests.
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.settle(), REST);
  }

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #resting;

  /** The address says the place in view, now. */
  settle() {
    clearTimeout(this.#resting);
    this.rows.order();
    tellAddress(this);
  }

  /** @param {number} first @param {number} last */
  #came(first, last) {
    this.rows.refresh(first, last);
  }

  /** A favourite was marked here: the tile shows it before the next version comes. @param {number} ordinal @param {boolean} on */
  showFavourite(ordinal, on) {
    const tile = this.tile(ordinal);
    if (!tile) return;
    tile.flags = on ? tile.flags | FAVOURITE : tile.flags & ~FAVOURITE;
    this.rows.refresh(ordinal, ordinal + 1);
  }

  /** @param {number} ordinal of a photo of that day */
  selectDay(ordinal) {
    if (this.#now) this.#selectSection(sectionOf(this.#now.index, ordinal));
  }

  /** @param {number} section */
  #selectSection(section) {
    const { starts } = /** @type {Snapshot} */ (this.#now).index;
    this.selecting.toggleRange(starts[section], starts[section + 1]);
  }

  askDate() {
    if (this.#now) openGoto(this.#now.index.days, dayInView(this) ?? this.#now.index.days[0], (day) => goToDay(this, day));
  }
}

/** Room under the last row, so that it does not end on the edge. */
const BOTTOM = 64;
