/** Texts, numbers, dates and sizes in the reader's language; the only module that knows the catalogue. */

import { MESSAGES } from './messages.en.js';

const locale = globalThis.document?.documentElement.lang || 'en';
const region = (globalThis.navigator?.languages ?? []).find((name) => name.split('-')[0] === locale.split('-')[0]) ?? locale;
const plurals = new Intl.PluralRules(locale);
const integers = new Intl.NumberFormat(region, { maximumFractionDigits: 0 });

/**
 * The message `key` with its `{names}` filled in; numbers are formatted, and `n` chooses the plural.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  const message = MESSAGES[key];
  if (message === undefined) return key;
  const text = typeof message === 'string' ? message : message[plurals.select(Number(values.n))] ?? message.other;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? integers.format(value) : value;
  });
}

/** @param {string} key */
export const hasMessage = (key) => key in MESSAGES;

/** @type {Map<string, Intl.DateTimeFormat>} Building one is slow, so each set of options is built once. */
const formats = new Map();

/** @param {Intl.DateTimeFormatOptions} options */
function dates(options) {
  const key = JSON.stringify(options);
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.DateTimeFormat(region, { timeZone: 'UTC', ...options })));
  return format;
}

/** @param {number} day days since 1970-01-01; a capture day belongs to no zone, hence UTC throughout */
const ofDay = (day) => new Date(day * 86_400_000);

/** "Saturday, 3 June", with the year unless it is this year's. @param {number} day @param {boolean} [short] */
export function dayLabel(day, short = false) {
  const date = ofDay(day);
  const thisYear = date.getUTCFullYear() === new Date().getFullYear();
  /** @type {Intl.DateTimeFormatOptions} */
  const options = short
    ? { weekday: 'short', day: 'numeric', month: 'short' }
    : { weekday: 'long', day: 'numeric', month: 'long' };
  return dates(thisYear ? options : { ...options, year: 'numeric' }).format(date);
}

/** "May 2020". @param {number} day */
export const monthLabel = (day) => dates({ month: 'short', year: 'numeric' }).format(ofDay(day));

/** "3 June 2014". @param {number} day */
export const fullDay = (day) => dates({ day: 'numeric', month: 'long', year: 'numeric' }).format(ofDay(day));

/** "3 June 2014, 14:05": the capture day and the second of it, in the photo's own zone. @param {number} day @param {number | null} second */
export function momentLabel(day, second) {
  if (second === null) return fullDay(day);
  const date = new Date(day * 86_400_000 + second * 1000);
  return dates({ day: 'numeric', month: 'long', year: 'numeric', hour: 'numeric', minute: '2-digit' }).format(date);
}

/**
 * The parts of a capture time as its editor and line show them; a shortened date has no time.
 * @param {string} local "YYYY-MM-DD[THH:MM[:SS[.fff]]]"
 */
export function localLabels(local) {
  const date = new Date((local.length > 10 ? local : `${local.padEnd(7, '-01').padEnd(10, '-01')}T00:00:00`) + 'Z');
  if (Number.isNaN(date.getTime())) return { date: local, time: '' };
  return {
    date: dates({ weekday: 'short', day: 'numeric', month: 'long', year: 'numeric' }).format(date),
    time: local.length > 10 ? dates({ hour: 'numeric', minute: '2-digit', second: '2-digit' }).format(date) : '',
  };
}

/** @param {number} value */
export const number = (value) => integers.format(value);

/** @param {number} value @param {number} digits */
export const decimal = (value, digits) => new Intl.NumberFormat(region, { maximumFractionDigits: digits }).format(value);

/** "4.2 MB". @param {number} count */
export function bytes(count) {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  const step = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3));
  const format = new Intl.NumberFormat(region, { style: 'unit', unit: units[step], unitDisplay: 'short', maximumFractionDigits: step > 1 ? 1 : 0 });
  return format.format(count / 1000 ** step);
}

/** "0:42", "1:02:03". @param {number} seconds */
export function duration(seconds) {
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  const two = (/** @type {number} */ part) => String(part).padStart(2, '0');
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** "2 hours ago". @param {number} ms @param {number} [now] */
export function ago(ms, now = Date.now()) {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const past = (ms - now) / 1000;
  /** @type {[Intl.RelativeTimeFormatUnit, number][]} */
  const steps = [['year', 31_557_600], ['month', 2_629_800], ['week', 604_800], ['day', 86_400], ['hour', 3600], ['minute', 60]];
  for (const [unit, seconds] of steps) {
    if (Math.abs(past) >= seconds) return format.format(Math.round(past / seconds), unit);
  }
  return format.format(Math.round(past), 'second');
}
