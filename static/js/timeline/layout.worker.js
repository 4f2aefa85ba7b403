/** Lays the whole library out off the page's thread; keeps the shapes between two widths. */

import { layout } from './layout.js';

/** @type {{ starts: Uint32Array, ratios: Uint8Array | null }} */
let library = { starts: new Uint32Array(1), ratios: null };

/** @typedef {{ job: number, starts?: Uint32Array, ratios?: Uint8Array | null, measure: import('./layout.js').Measure }} Order */

self.onmessage = (/** @type {MessageEvent<Order>} */ { data }) => {
  if (data.starts) library = { starts: data.starts, ratios: data.ratios ?? null };
  const geometry = layout(library.starts, library.ratios, data.measure);
  const { start, top, height, flags, headings } = geometry;
  self.postMessage({ job: data.job, geometry }, { transfer: [start.buffer, top.buffer, height.buffer, flags.buffer, headings.buffer] });
};
