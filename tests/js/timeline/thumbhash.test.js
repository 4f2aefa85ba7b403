/** The quick decoder against the format's own formula, written out slowly. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { averageColour, decodeThumbhash } from '../../../static/js/timeline/thumbhash.js';

const SIDE = 16;

/** Every term at every pixel, straight from the description of the format. */
function slow(hash) {
  const bits = (from, count) => {
    let value = 0;
    for (let i = 0; i < count; i++) value |= ((hash[(from + i) >> 3] >> ((from + i) & 7)) & 1) << i;
    return value;
  };
  const alpha = bits(23, 1);
  const wide = bits(39, 1);
  const short = Math.max(3, bits(24, 3));
  const long = alpha ? 5 : 7;
  let at = alpha ? 48 : 40;
  const channel = (nx, ny, scale) => {
    const terms = [];
    for (let cy = 0; cy < ny; cy++) {
      for (let cx = cy ? 0 : 1; cx * ny < nx * (ny - cy); cx++) {
        terms.push([cx, cy, (bits(at, 4) / 7.5 - 1) * scale]);
        at += 4;
      }
    }
    return (mean) => (x, y) => terms.reduce((sum, [cx, cy, term]) =>
      sum + term * Math.cos((Math.PI / SIDE) * (x + 0.5) * cx) * Math.cos((Math.PI / SIDE) * (y + 0.5) * cy) * (cy ? 2 : 2), mean);
  };
  const l = channel(wide ? long : short, wide ? short : long, bits(18, 5) / 31)(bits(0, 6) / 63);
  const p = channel(3, 3, (bits(27, 6) / 63) * 1.25)(bits(6, 6) / 31.5 - 1);
  const q = channel(3, 3, (bits(33, 6) / 63) * 1.25)(bits(12, 6) / 31.5 - 1);
  const pixels = new Uint8ClampedArray(SIDE * SIDE * 4);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const b = l(x, y) - (2 / 3) * p(x, y);
      const r = (3 * l(x, y) - b + q(x, y)) / 2;
      pixels.set([255 * r, 255 * (r - q(x, y)), 255 * b, 255], 4 * (y * SIDE + x));
    }
  }
  return pixels;
}

const HASHES = ['1QcSHQRnh493V4dIh4eXh1h4kJUI', '3PcNNYSFeXh/d3eld0iHZoZgVwh2', 'HBkSHYSIeHiPiHh8eJd4eTN0EEQG', 'VvYRNQRod313B4iHeHhYiHeAiQUo', '3AcCFQRXeHd/d3d4h3iHd4eHd3d4'];

for (const base64 of HASHES) {
  test(`${base64} decodes as the format says`, () => {
    const hash = Uint8Array.from(Buffer.from(base64, 'base64'));
    const [quick, exact] = [decodeThumbhash(hash), slow(hash)];
    for (let i = 0; i < quick.length; i++) assert.ok(Math.abs(quick[i] - exact[i]) <= 1, `byte ${i}: ${quick[i]} and ${exact[i]}`);
  });
}

test('the average colour needs three bytes', () => {
  const hash = Uint8Array.from(Buffer.from(HASHES[0], 'base64'));
  const pixels = decodeThumbhash(hash);
  const mean = [0, 1, 2].map((channel) => pixels.filter((_, i) => i % 4 === channel).reduce((a, b) => a + b, 0) / (SIDE * SIDE));
  averageColour(hash.subarray(0, 3)).forEach((value, channel) => assert.ok(Math.abs(value - mean[channel]) < 12));
});

test('a cut-off hash still gives a picture', () => {
  assert.equal(decodeThumbhash(Uint8Array.from([1, 2, 3, 4, 5])).length, SIDE * SIDE * 4);
});
