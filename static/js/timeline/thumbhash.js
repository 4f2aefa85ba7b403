/** Decodes a thumbhash into a small picture: cosines come from tables, as a tile is always the same 16 pixels a side. */

const SIDE = 16;

/** COSINES[frequency][pixel]; seven frequencies are the most a hash holds. */
const COSINES = Array.from({ length: 7 }, (_, frequency) =>
  Float64Array.from({ length: SIDE }, (__, pixel) => Math.cos((Math.PI / SIDE) * (pixel + 0.5) * frequency)));


/** @param {Uint8Array} hash */
function head(hash) {
  const colours = hash[0] | (hash[1] << 8) | (hash[2] << 16);
  return {
    luma: (colours & 63) / 63,
    amber: ((colours >> 6) & 63) / 31.5 - 1,
    red: ((colours >> 12) & 63) / 31.5 - 1,
    lumaScale: ((colours >> 18) & 31) / 31,
    alpha: colours >> 23 === 1,
  };
}

/** The average colour, from the first three bytes alone, as [r, g, b] of 0-255. @param {Uint8Array} hash */
export function averageColour(hash) {
  const { luma, amber, red } = head(hash);
  return rgb(luma, amber, red);
}

/** The two colour differences undone: amber = yellow against blue, red = red against green. @param {number} luma @param {number} amber @param {number} red */
function rgb(luma, amber, red) {
  const b = luma - (2 / 3) * amber;
  const r = (3 * luma - b + red) / 2;
  return [r, r - red, b].map((value) => Math.max(0, Math.min(255, Math.round(255 * value))));
}

/**
 * A 16 x 16 picture, RGBA, to be stretched to the photo's shape; transparency is shown as opaque.
 * @param {Uint8Array} hash at least 5 bytes
 * @returns {Uint8ClampedArray<ArrayBuffer>}
 */
export function decodeThumbhash(hash) {
  const { luma, amber, red, lumaScale, alpha } = head(hash);
  const rest = hash[3] | (hash[4] << 8);
  const landscape = rest >> 15 === 1;
  const [most, least] = [alpha ? 5 : 7, Math.max(3, rest & 7)];
  const [lx, ly] = landscape ? [most, least] : [least, most];
  let nibble = alpha ? 12 : 10;
  const next = () => {
    const byte = hash[nibble >> 1] ?? 0x77;
    return ((byte >> ((nibble++ & 1) * 4)) & 15) / 7.5 - 1;
  };
  const planes = [plane(lx, ly, luma, lumaScale, next)];
  // Saturation is boosted by a quarter, as the format asks, to make up for the coarse steps.
  planes.push(plane(3, 3, amber, (((rest >> 3) & 63) / 63) * 1.25, next), plane(3, 3, red, (((rest >> 9) & 63) / 63) * 1.25, next));
  const pixels = new Uint8ClampedArray(SIDE * SIDE * 4);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const b = planes[0][i] - (2 / 3) * planes[1][i];
    const r = (3 * planes[0][i] - b + planes[2][i]) / 2;
    pixels[4 * i] = 255 * r;
    pixels[4 * i + 1] = 255 * (r - planes[2][i]);
    pixels[4 * i + 2] = 255 * b;
    pixels[4 * i + 3] = 255;
  }
  return pixels;
}

/**
 * One channel: its mean and its cosine terms, of which a triangle is stored; rows first, then columns.
 * @param {number} nx @param {number} ny @param {number} mean @param {number} scale @param {() => number} next
 */
function plane(nx, ny, mean, scale, next) {
  const out = new Float64Array(SIDE * SIDE).fill(mean);
  const line = new Float64Array(SIDE);
  for (let cy = 0; cy < ny; cy++) {
    line.fill(0);
    for (let cx = cy ? 0 : 1; cx * ny < nx * (ny - cy); cx++) {
      const term = next() * scale;
      const cosine = COSINES[cx];
      for (let x = 0; x < SIDE; x++) line[x] += term * cosine[x];
    }
    const down = COSINES[cy];
    for (let y = 0; y < SIDE; y++) {
      const factor = 2 * down[y];
      for (let x = 0; x < SIDE; x++) out[y * SIDE + x] += line[x] * factor;
    }
  }
  return out;
}
