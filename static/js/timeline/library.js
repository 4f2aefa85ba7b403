/** The library as the timeline knows it: index, shapes, blocks and rows of one version, and the way to the next version. */

import { ApiError, getBytes } from '../lib/api.js';
import { BLOCK, Blocks } from './blocks.js';
import { layout } from './layout.js';
import { decodeIndex, sectionAt, sectionOf } from './protocol.js';

/** Up to this many photos their shapes travel with the first answer, and the page needs no estimate. */
const SMALL = 60_000;
/** Photos laid out at once before the worker knows everything. */
const FIRST = 400;

/** @typedef {import('./layout.js').Measure} Measure @typedef {import('./layout.js').Geometry} Geometry */

/**
 * @typedef {object} Snapshot one version, complete enough to draw
 * @property {string} version
 * @property {import('./protocol.js').Index} index
 * @property {Uint8Array | null} ratios
 * @property {Blocks} blocks
 */

export class Library {
  /** @type {Worker | null} */
  #worker = null;
  /** @type {Map<number, (geometry: Geometry) => void>} */
  #jobs = new Map();
  #job = 0;
  /** @type {Snapshot | null} whose shapes the worker holds */
  #sent = null;
  #sentRatios = /** @type {Uint8Array | null} */ (null);

  /** @param {string} view @param {ConstructorParameters<typeof Blocks>[3]} told */
  constructor(view, told) {
    this.view = view;
    this.told = told;
  }

  /**
   * Index and first block, with the shapes if they are few.
   * @param {string} [hint] the version that the page was rendered with: both can be asked for at once, and are preloaded
   * @returns {Promise<Snapshot>}
   */
  async open(hint = '') {
    return this.#steady((attempt) => this.#opened(attempt ? '' : hint));
  }

  /** Of a library that changes while it is asked, the answers may belong to several versions: then from the start. @template A @param {(attempt: number) => Promise<A>} ask @returns {Promise<A>} */
  async #steady(ask) {
    for (let attempt = 0; ; attempt++) {
      try {
        return await ask(attempt);
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 409 || attempt > 3) throw error;
      }
    }
  }

  /** @param {string} hint @returns {Promise<Snapshot>} */
  async #opened(hint) {
    const snapshot = hint ? await this.#hinted(hint) : await this.#index();
    const shapes = snapshot.index.count && snapshot.index.count <= SMALL ? this.shapes(snapshot) : null;
    await snapshot.blocks.ready(0, Math.min(BLOCK, snapshot.index.count) - 1);
    snapshot.ratios = shapes ? await shapes : firstShapes(snapshot);
    return snapshot;
  }

  /** @param {string} hint @returns {Promise<Snapshot>} */
  async #hinted(hint) {
    const early = new Blocks(this.view, hint, BLOCK, { came() {}, stale() {}, failed() {} });
    const coming = early.ready(0, 0);
    const snapshot = await this.#index(hint);
    await coming;
    return { ...snapshot, blocks: new Blocks(this.view, hint, snapshot.index.count, this.told, early) };
  }

  /** The next version, whole. @returns {Promise<Snapshot>} */
  async next() {
    return this.#steady(async () => {
      const snapshot = await this.#index();
      if (snapshot.index.count) snapshot.ratios = await this.shapes(snapshot);
      return snapshot;
    });
  }

  /** @param {string} [version] @returns {Promise<Snapshot>} */
  async #index(version) {
    const exact = version ? `&version=${encodeURIComponent(version)}` : '';
    const answer = await getBytes(`/api/timeline/index?view=${encodeURIComponent(this.view)}${exact}`);
    const index = decodeIndex(answer.buffer);
    return { version: answer.version, index, ratios: null, blocks: new Blocks(this.view, answer.version, index.count, this.told) };
  }

  /** A byte a photo. @param {Snapshot} snapshot */
  async shapes({ version }) {
    const { buffer } = await getBytes(`/api/timeline/ratios?view=${encodeURIComponent(this.view)}&version=${encodeURIComponent(version)}`);
    return new Uint8Array(buffer);
  }

  /** Only the first rows, at once, the rest estimated; everything when it is little. @param {Snapshot} snapshot @param {Measure} measure */
  first({ index, ratios }, measure) {
    return layout(index.starts, ratios, measure, index.count <= SMALL ? Infinity : FIRST);
  }

  /** The whole library, laid out by the worker. @param {Snapshot} snapshot @param {Measure} measure @returns {Promise<Geometry>} */
  whole(snapshot, measure) {
    if (snapshot.index.count <= SMALL) return Promise.resolve(layout(snapshot.index.starts, snapshot.ratios, measure));
    this.#worker ??= this.#hire();
    const job = ++this.#job;
    const fresh = this.#sent !== snapshot || this.#sentRatios !== snapshot.ratios;
    [this.#sent, this.#sentRatios] = [snapshot, snapshot.ratios];
    this.#worker.postMessage({ job, measure, ...(fresh ? { starts: snapshot.index.starts, ratios: snapshot.ratios } : {}) });
    return new Promise((resolve) => { this.#jobs.set(job, resolve); });
  }

  #hire() {
    const worker = new Worker(new URL('./layout.worker.js', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }) => {
      this.#jobs.get(data.job)?.(data.geometry);
      this.#jobs.delete(data.job);
    };
    return worker;
  }
}

/** @param {Snapshot} snapshot */
function firstShapes({ blocks, index }) {
  const shapes = [];
  for (let at = 0; at < Math.min(256, index.count); at++) shapes.push(blocks.tile(at)?.ratio ?? 156);
  return Uint8Array.from(shapes);
}

/** Do two versions have the same photos' shapes on the same days? Then nothing moves. @param {Snapshot} a @param {Snapshot} b */
export function isSameShape(a, b) {
  return a.index.count === b.index.count && equal(a.index.starts, b.index.starts) && equal(a.index.days, b.index.days)
    && equal(a.ratios ?? [], b.ratios ?? []);
}

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
function equal(a, b) {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * The ordinal of an asset: looked for in the section of its day, from a guess outwards; -1 when it is not there.
 * @param {Snapshot} snapshot @param {string} id @param {number | null} day null = the section without a date @param {number} [guess]
 */
export async function locate({ index, blocks }, id, day, guess = -1) {
  if (!index.count) return -1;
  const section = day === null ? index.starts.length - 2 : sectionAt(index, day);
  const [from, to] = [index.starts[section], index.starts[section + 1]];
  const middle = guess >= from && guess < to ? guess : from;
  for (let reach = 0; reach <= to - from; reach += 256) {
    for (const at of reach ? [middle - reach, middle + reach] : [middle]) {
      const near = Math.max(from, Math.min(to - 1, at));
      await blocks.ready(near, near);
      const found = blocks.find(id);
      if (found >= 0) return found;
    }
  }
  return blocks.find(id);
}

/** @param {Snapshot} snapshot @param {number} ordinal @returns {number | null} the day it stands under */
export const dayOfOrdinal = ({ index }, ordinal) => {
  const section = sectionOf(index, ordinal);
  return section < index.days.length ? index.days[section] : null;
};
