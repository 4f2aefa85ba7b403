/** What tiles show, fetched in blocks as they come into view; one store per version of the library. */

import { ApiError, getBytes } from '../lib/api.js';
import { decodeBlock } from './protocol.js';

export const BLOCK = 256;
const KEPT = 80;

export class Blocks {
  /** @type {Map<number, import('./protocol.js').Tile[]>} newest last */
  #held = new Map();
  /** @type {Map<number, { abort: AbortController, done: Promise<void> }>} */
  #coming = new Map();
  /** @type {[number, number]} what is on the screen, which is never let go */
  #near = [0, 0];

  /**
   * @param {string} view @param {string} version @param {number} count
   * @param {{ came: (first: number, last: number) => void, stale: () => void, failed: (error: unknown) => void }} told
   * @param {Blocks} [from] what was fetched already, of the same version
   */
  constructor(view, version, count, told, from) {
    if (from) this.#held = from.#held;
    this.view = view;
    this.version = version;
    this.count = count;
    this.told = told;
  }

  /** @param {number} ordinal @returns {import('./protocol.js').Tile | undefined} */
  tile(ordinal) {
    return this.#held.get(Math.floor(ordinal / BLOCK))?.[ordinal % BLOCK];
  }

  /** The ordinal of an asset among the tiles that are here. @param {string} id */
  find(id) {
    for (const [block, tiles] of this.#held) {
      const at = tiles.findIndex((tile) => tile.id === id);
      if (at >= 0) return block * BLOCK + at;
    }
    return -1;
  }

  /** Fetch what these ordinals need, and give up what is on its way for others. @param {number} first @param {number} last */
  want(first, last) {
    const [from, to] = (this.#near = [Math.floor(first / BLOCK), Math.floor(last / BLOCK)]);
    for (const [block, { abort }] of this.#coming) if (block < from - 1 || block > to + 1) abort.abort();
    for (let block = from; block <= to; block++) void this.#load(block);
  }

  /** @param {number} first @param {number} last @returns {Promise<void>} settles when they are here or have failed */
  async ready(first, last) {
    const blocks = [];
    for (let block = Math.floor(first / BLOCK); block <= Math.floor(last / BLOCK); block++) blocks.push(this.#load(block));
    await Promise.all(blocks);
  }

  close() {
    for (const { abort } of this.#coming.values()) abort.abort();
  }

  /** @param {number} block */
  #load(block) {
    const first = block * BLOCK;
    if (this.#held.has(block) || first < 0 || first >= this.count) return Promise.resolve();
    const coming = this.#coming.get(block);
    if (coming && !coming.abort.signal.aborted) return coming.done;
    const abort = new AbortController();
    const done = this.#fetch(block, first, abort.signal).finally(() => {
      if (this.#coming.get(block)?.abort === abort) this.#coming.delete(block);
    });
    this.#coming.set(block, { abort, done });
    return done;
  }

  /** @param {number} block @param {number} first @param {AbortSignal} signal */
  async #fetch(block, first, signal) {
    // The page's head asks for the first block by this very address before the script runs.
    const url = `/api/timeline/block?view=${encodeURIComponent(this.view)}&version=${encodeURIComponent(this.version)}&s=${first}&n=${BLOCK}`;
    try {
      const { buffer } = await getBytes(url, signal);
      this.#held.set(block, decodeBlock(buffer));
      for (const old of this.#held.keys()) {
        if (this.#held.size <= KEPT) break;
        if (old < this.#near[0] || old > this.#near[1]) this.#held.delete(old);
      }
      this.told.came(first, first + BLOCK);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ApiError && error.status === 409) this.told.stale();
      else this.told.failed(error);
    }
  }
}
