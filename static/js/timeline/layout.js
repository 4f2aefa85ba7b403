/** Justified rows for the whole library from one byte per photo: pure arithmetic, some ten milliseconds for a million. */

import { UNKNOWN_RATIO, lastAtMost, ratioOf } from './protocol.js';

/** The row starts a section (day) and has the heading above it. */
export const HEADED = 1;
/** The row holds several small days, each whole, side by side. */
export const PACKED = 2;
/** The row is not filled: its end is ragged. */
export const RAGGED = 4;

/**
 * @typedef {object} Measure all in CSS pixels
 * @property {number} width
 * @property {number} target height of a row to aim at
 * @property {number} gap between photos
 * @property {number} heading height of a day's heading
 * @property {number} between two days in one row
 * @property {number} narrowest a packed day may be, so that its heading can be read
 */

/**
 * @typedef {object} Geometry a structure of arrays; the last entry of `start` is the count of photos laid out
 * @property {number} rows
 * @property {Uint32Array} start first ordinal of each row
 * @property {Float64Array} top of its photos, below its heading
 * @property {Uint16Array} height
 * @property {Uint8Array} flags
 * @property {Uint32Array} headings how many headings stand above the row or on it: for aria-rowindex
 * @property {number} total height of everything
 * @property {Measure} measure
 * @property {boolean} whole is it everything, or only the first photos with the rest estimated?
 */

const RATIOS = Float64Array.from({ length: 256 }, (_, byte) => ratioOf(byte));

/** A small record of rows that grows by doubling, as their number is known only at the end. */
class Rows {
  /** @param {number} room */
  constructor(room) {
    this.length = 0;
    this.start = new Uint32Array(room);
    this.top = new Float64Array(room);
    this.height = new Uint16Array(room);
    this.flags = new Uint8Array(room);
    this.headings = new Uint32Array(room);
  }

  /** @param {number} start @param {number} top @param {number} height @param {number} flags @param {number} headings */
  add(start, top, height, flags, headings) {
    if (this.length + 1 >= this.start.length) this.#grow();
    const row = this.length++;
    this.start[row] = start;
    this.top[row] = top;
    this.height[row] = height;
    this.flags[row] = flags;
    this.headings[row] = headings;
  }

  #grow() {
    const old = { start: this.start, top: this.top, height: this.height, flags: this.flags, headings: this.headings };
    const room = this.start.length * 2;
    (this.start = new Uint32Array(room)).set(old.start);
    (this.top = new Float64Array(room)).set(old.top);
    (this.height = new Uint16Array(room)).set(old.height);
    (this.flags = new Uint8Array(room)).set(old.flags);
    (this.headings = new Uint32Array(room)).set(old.headings);
  }
}

/**
 * Greedy: a row closes where its height comes nearest to the target. A day's last row is never stretched, and days that
 * fit whole into the rest of a one-row day are packed beside it.
 * @param {Uint32Array} starts of the sections, and the count
 * @param {Uint8Array | null} ratios a byte per photo; null or short = shapes not known yet
 * @param {Measure} measure
 * @param {number} [limit] stop after the section in which this ordinal falls, and estimate the rest
 * @returns {Geometry}
 */
export function layout(starts, ratios, measure, limit = Infinity) {
  const { width, target, gap, heading, between } = measure;
  const sections = starts.length - 1;
  const known = ratios ? ratios.length : 0;
  const rows = new Rows(Math.ceil(Math.min(starts[sections], limit) / 4) + 64);
  let [y, headings, section] = [0, 0, 0];
  while (section < sections && starts[section] < limit) {
    const begin = starts[section];
    const end = starts[section + 1];
    y += heading;
    headings++;
    let first = begin;
    let sum = 0;
    for (let at = begin; at < end;) {
      const ratio = RATIOS[ratios && at < known ? ratios[at] : UNKNOWN_RATIO];
      const others = at - first;
      const including = (width - gap * others) / (sum + ratio);
      if (including > target) {
        sum += ratio;
        at++;
        continue;
      }
      const excluding = others ? (width - gap * (others - 1)) / sum : Infinity;
      const taken = target - including <= excluding - target;
      const height = Math.max(1, Math.round(taken ? including : excluding));
      rows.add(first, y, height, first === begin ? HEADED : 0, headings);
      y += height + gap;
      first = at = taken ? at + 1 : at;
      sum = 0;
    }
    section++;
    if (first === end) continue;
    let flags = RAGGED | (first === begin ? HEADED : 0);
    if (first === begin) {
      let used = segment(begin, end);
      for (; section < sections; section++) {
        used += between + segment(starts[section], starts[section + 1], width - used - between);
        if (used > width) break;
        flags |= PACKED;
      }
    }
    rows.add(first, y, target, flags, headings);
    y += target + gap;
  }
  rows.add(starts[section] ?? 0, y, 0, 0, headings);
  const done = starts[section] || 1;
  const { start, top, height, flags } = rows;
  return {
    rows: rows.length - 1, start, top, height, flags, headings: rows.headings, measure,
    total: section < sections ? (y * starts[sections]) / done : y,
    whole: section === sections,
  };

  /** @param {number} begin @param {number} end @param {number} [room] */
  function segment(begin, end, room = Infinity) {
    return segmentWidth(begin, end, ratios, measure, room);
  }
}

/** How wide a one-row day is at the target height; stops counting beyond `room`. @param {number} begin @param {number} end @param {Uint8Array | null} ratios @param {Measure} measure @param {number} room */
function segmentWidth(begin, end, ratios, { target, gap, narrowest }, room) {
  let used = -gap;
  for (let at = begin; at < end && used <= room; at++) {
    used += gap + RATIOS[ratios && at < ratios.length ? ratios[at] : UNKNOWN_RATIO] * target;
  }
  return Math.max(used, narrowest);
}

/**
 * @typedef {object} Placed
 * @property {number} ordinal
 * @property {number} x from the inline start
 * @property {number} width
 */

/**
 * Where the photos of a row stand: whole pixels, both edges of a full row flush.
 * @param {Geometry} geometry @param {number} row @param {Uint32Array} starts @param {Uint8Array | null} ratios
 * @returns {{ tiles: Placed[], segments: { section: number, x: number, width: number }[] }} segments only for headed rows
 */
export function place(geometry, row, starts, ratios) {
  const { width, gap, between, narrowest, target } = geometry.measure;
  const [begin, end, flags] = [geometry.start[row], geometry.start[row + 1], geometry.flags[row]];
  const shape = (/** @type {number} */ at) => RATIOS[ratios && at < ratios.length ? ratios[at] : UNKNOWN_RATIO];
  /** @type {Placed[]} */
  const tiles = [];
  /** @type {{ section: number, x: number, width: number }[]} */
  const segments = [];
  let sum = 0;
  for (let at = begin; at < end; at++) sum += shape(at);
  const scale = flags & RAGGED ? target : (width - gap * (end - begin - 1)) / sum;
  let section = lastSection(starts, begin);
  let x = 0;
  for (let first = begin; first < end; section++) {
    const last = Math.min(end, starts[section + 1]);
    const from = x;
    for (let at = first; at < last; at++) {
      const next = x + shape(at) * scale;
      tiles.push({ ordinal: at, x: Math.round(x), width: Math.round(next) - Math.round(x) });
      x = next + gap;
    }
    const used = Math.max(x - gap - from, flags & PACKED ? narrowest : 0);
    if (flags & HEADED) segments.push({ section, x: Math.round(from), width: Math.floor(flags & PACKED ? used : width - from) });
    x = from + used + between;
    first = last;
  }
  return { tiles, segments };
}

/** @param {Uint32Array} starts @param {number} ordinal */
const lastSection = (starts, ordinal) => lastAtMost(starts, ordinal, starts.length - 1);

/** The row in which an ordinal stands. @param {Geometry} geometry @param {number} ordinal */
export const rowOf = (geometry, ordinal) => lastAtMost(geometry.start, ordinal, geometry.rows);

/** The row at a height; the first one above it where that is a gap or a heading. @param {Geometry} geometry @param {number} y */
export const rowAt = (geometry, y) => lastAtMost(geometry.top, y, geometry.rows);

/** Where a row begins with its heading. @param {Geometry} geometry @param {number} row */
export const rowEdge = (geometry, row) => geometry.top[row] - (geometry.flags[row] & HEADED ? geometry.measure.heading : 0);

/**
 * Sizes for a window: phones get small rows and thin gaps, narrow grids lower rows, very wide screens taller ones.
 * @param {number} width of the grid @param {'small' | 'medium' | 'large'} density @param {boolean} [phone]
 * @returns {Measure}
 */
export function measureFor(width, density, phone = width <= 700) {
  const step = { small: 0, medium: 1, large: 2 }[density];
  const wide = Math.min(1.5, Math.max(1, width / 2200));
  const target = phone ? [84, 112, 168][step] : Math.round(Math.min([164, 228, 312][step] * wide, Math.max(120, width / 3.5)));
  return { width, target, gap: phone ? 2 : 4, heading: phone ? 44 : 52, between: phone ? 12 : 24, narrowest: phone ? 150 : 160 };
}
