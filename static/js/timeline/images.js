/** Fetches thumbnails in the order in which a person sees them, a few at a time. */

/** HTTP/1.1 gives six connections to a host: one stays free for the API. */
const AT_ONCE = 5;
const RETRY = [1500, 3000, 6000, 12_000, 30_000];

/**
 * @typedef {object} Wanting a tile that wants its picture
 * @property {HTMLImageElement} image
 * @property {string} url
 * @property {number} tries
 * @property {() => number} distance from where the eye is, in pixels; smaller is sooner
 * @property {() => void} shown
 * @property {() => void} missing
 */

export class Images {
  /** @type {Set<Wanting>} */
  #waiting = new Set();
  /** @type {Map<Wanting, AbortController>} */
  #loading = new Map();

  /** @param {Wanting} tile */
  want(tile) {
    this.#waiting.add(tile);
    this.#pumpSoon();
  }

  /** Give up on a tile, also in mid-air. @param {Wanting} tile */
  cancel(tile) {
    this.#waiting.delete(tile);
    const loading = this.#loading.get(tile);
    if (!loading) return;
    loading.abort();
    this.#loading.delete(tile);
    tile.image.removeAttribute('src');
    this.#pumpSoon();
  }

  #soon = false;

  /** Once for all tiles that came in one turn, so that the nearest of them goes first. */
  #pumpSoon() {
    if (this.#soon) return;
    this.#soon = true;
    queueMicrotask(() => {
      this.#soon = false;
      while (this.#loading.size < AT_ONCE && this.#waiting.size) this.#load(this.#nearest());
    });
  }

  #nearest() {
    let [best, least] = [/** @type {Wanting | null} */ (null), Infinity];
    for (const tile of this.#waiting) {
      const distance = tile.distance();
      if (best === null || distance < least) [best, least] = [tile, distance];
    }
    return /** @type {Wanting} */ (best);
  }

  /** @param {Wanting} tile */
  #load(tile) {
    const abort = new AbortController();
    const { signal } = abort;
    this.#waiting.delete(tile);
    this.#loading.set(tile, abort);
    const free = () => {
      abort.abort();
      this.#loading.delete(tile);
      this.#pumpSoon();
    };
    // The slot is free on `load`, not on decode(), which resolves a frame or more later.
    tile.image.addEventListener('load', () => { free(); tile.shown(); }, { signal });
    tile.image.addEventListener('error', () => { free(); this.#again(tile); }, { signal });
    tile.image.src = tile.url;
  }

  /** A thumbnail that is not made yet is asked for again, later and later, while its tile is there. @param {Wanting} tile */
  #again(tile) {
    const { url } = tile;
    tile.missing();
    tile.image.removeAttribute('src');
    const wait = RETRY[Math.min(tile.tries++, RETRY.length - 1)];
    setTimeout(() => { if (tile.url === url) this.want(tile); }, wait);
  }
}
