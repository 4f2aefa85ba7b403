/** Which photos are selected: sorted intervals of ordinals, so that a million cost as much as one. */

/** @typedef {[number, number]} Range first and one past the last */

export class Selection {
  /** @type {Range[]} */
  #ranges = [];

  /** @param {Range[]} [ranges] */
  constructor(ranges = []) {
    for (const [from, to] of ranges) this.add(from, to);
  }

  get ranges() {
    return this.#ranges.map(([from, to]) => /** @type {Range} */ ([from, to]));
  }

  get size() {
    return this.#ranges.reduce((sum, [from, to]) => sum + to - from, 0);
  }

  /** @param {number} ordinal */
  has(ordinal) {
    return this.covers(ordinal, ordinal + 1);
  }

  /** Is all of it selected? @param {number} from @param {number} to */
  covers(from, to) {
    return this.#ranges.some(([a, b]) => a <= from && to <= b);
  }

  /** @param {number} from @param {number} to */
  add(from, to) {
    if (to <= from) return;
    /** @type {Range[]} */
    const apart = [];
    for (const [a, b] of this.#ranges) {
      if (b < from || a > to) apart.push([a, b]);
      else [from, to] = [Math.min(a, from), Math.max(b, to)];
    }
    this.#ranges = [...apart, /** @type {Range} */ ([from, to])].sort((x, y) => x[0] - y[0]);
  }

  /** @param {number} from @param {number} to */
  remove(from, to) {
    if (to <= from) return;
    /** @type {Range[]} */
    const left = [];
    for (const [a, b] of this.#ranges) {
      if (a < Math.min(b, from)) left.push([a, Math.min(b, from)]);
      if (Math.max(a, to) < b) left.push([Math.max(a, to), b]);
    }
    this.#ranges = left;
  }

  /** @param {number} from @param {number} to */
  toggle(from, to) {
    if (this.covers(from, to)) this.remove(from, to);
    else this.add(from, to);
  }

  clear() {
    this.#ranges = [];
  }

  /** The selected ordinals, in order. */
  *[Symbol.iterator]() {
    for (const [from, to] of this.#ranges) for (let at = from; at < to; at++) yield at;
  }
}
