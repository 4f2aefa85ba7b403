/** The timeline's three binary answers, decoded: index (days and counts), ratios (a byte each), block (what a tile shows). */

export const FAVOURITE = 1;
export const VIDEO = 2;
export const RAW = 4;
export const LIVE = 8;
export const STACK = 16;
export const CONFLICT = 32;
export const PROBLEM = 64;
export const HAS_THUMB = 128;

/** The byte of 3:2, for a photo whose shape is not known yet. */
export const UNKNOWN_RATIO = 156;
const NO_SECOND = 0xffffffff;

/** The answer is not what this page's version of the protocol says; a reload of the page may help. */
export class ProtocolError extends Error {}

/**
 * @typedef {object} Index
 * @property {number} count assets in all
 * @property {Int32Array} days days since 1970-01-01 of the dated sections, newest first
 * @property {Uint32Array} starts first ordinal of each section (dated ones, then the undated one if there is any), and the count
 * @property {boolean} undated is the last section the one without a date?
 */

/**
 * @typedef {object} Tile
 * @property {string} id 32 hex characters
 * @property {number | null} second second of the capture day
 * @property {number} duration seconds
 * @property {number} flags
 * @property {number} ratio its byte
 * @property {string} key 16 hex characters of the content hash, "" while it is not known
 * @property {Uint8Array} hash thumbhash, empty while there is none
 */

/** Width over height of a ratio byte: 48 steps an octave about 128. @param {number} byte */
export const ratioOf = (byte) => 2 ** ((byte - 128) / 48);

/** Its picture cannot be made: it was tried (the content is known), and there is none. @param {{ flags: number, key: string }} tile */
export const isUnshowable = ({ flags, key }) => (flags & (PROBLEM | HAS_THUMB)) === PROBLEM && key !== '';

class Reader {
  /** @param {ArrayBuffer} buffer @param {string} magic */
  constructor(buffer, magic) {
    this.bytes = new Uint8Array(buffer);
    this.at = magic.length;
    if (String.fromCharCode(...this.bytes.subarray(0, magic.length)) !== magic) throw new ProtocolError(`not ${magic}`);
  }

  /** An unsigned LEB128 number; beyond 2^31 by multiplication, as bit operations are 32 bits wide. */
  varint() {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.bytes[this.at++];
      if (byte === undefined || scale > 2 ** 49) throw new ProtocolError('a number is cut off');
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  zigzag() {
    const value = this.varint();
    return value % 2 ? -(value + 1) / 2 : value / 2;
  }

  /** @param {number} length */
  take(length) {
    const part = this.bytes.subarray(this.at, this.at + length);
    if (part.length !== length) throw new ProtocolError('the answer is cut off');
    this.at += length;
    return part;
  }
}

/** @param {ArrayBuffer} buffer @returns {Index} */
export function decodeIndex(buffer) {
  const reader = new Reader(buffer, 'KPI1');
  const count = reader.varint();
  const dated = reader.varint();
  const days = new Int32Array(dated);
  for (let section = 0; section < dated; section++) {
    days[section] = section ? days[section - 1] - reader.varint() : reader.zigzag();
  }
  const counts = Array.from({ length: dated }, () => reader.varint());
  const undated = reader.varint();
  if (undated) counts.push(undated);
  const starts = new Uint32Array(counts.length + 1);
  counts.forEach((n, section) => { starts[section + 1] = starts[section] + n; });
  if (starts[counts.length] !== count) throw new ProtocolError('the counts of the days do not add up');
  return { count, days, starts, undated: undated > 0 };
}

/** @param {ArrayBuffer} buffer @returns {Tile[]} */
export function decodeBlock(buffer) {
  const reader = new Reader(buffer, 'KPB1');
  const n = reader.varint();
  const ids = reader.take(16 * n);
  const seconds = view(reader.take(4 * n));
  const durations = view(reader.take(2 * n));
  const flags = reader.take(n);
  const ratios = reader.take(n);
  const keys = reader.take(8 * n);
  const lengths = reader.take(n);
  return Array.from({ length: n }, (_, i) => {
    const second = seconds.getUint32(4 * i, true);
    return {
      id: hex(ids.subarray(16 * i, 16 * i + 16)),
      second: second === NO_SECOND ? null : second,
      duration: durations.getUint16(2 * i, true),
      flags: flags[i],
      ratio: ratios[i],
      key: nonZero(keys.subarray(8 * i, 8 * i + 8)),
      hash: reader.take(lengths[i]).slice(),
    };
  });
}

/** @param {Uint8Array} bytes */
const view = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** @param {Uint8Array} bytes */
const nonZero = (bytes) => (bytes.some((byte) => byte) ? hex(bytes) : '');

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** @param {Uint8Array} bytes */
function hex(bytes) {
  let text = '';
  for (const byte of bytes) text += HEX[byte];
  return text;
}

/** The section of an ordinal. @param {Index} index @param {number} ordinal */
export const sectionOf = (index, ordinal) => Math.max(0, lastAtMost(index.starts, ordinal, index.starts.length - 1));

/** The day of a section; null for the one without a date. @param {Index} index @param {number} section */
export const dayOf = (index, section) => (section < index.days.length ? index.days[section] : null);

/** The section of a day, or of the nearest older one; the last dated one if there is none. @param {Index} index @param {number} day */
export function sectionAt(index, day) {
  let [low, high] = [0, index.days.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (index.days[middle] > day) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, Math.min(low, index.days.length - 1));
}

/**
 * Where the last entry that is at most `value` stands in ascending numbers.
 * @param {ArrayLike<number>} numbers @param {number} value @param {number} [length]
 */
export function lastAtMost(numbers, value, length = numbers.length) {
  let [low, high] = [0, length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (numbers[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
