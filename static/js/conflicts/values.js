/** Values of each kind of field: into words, into the controls of a result, and out of them again. */

import { decimal, localLabels, t } from '../lib/i18n.js';

/** @typedef {{ local: string, offset: string | null }} Moment @typedef {{ lat: number, lon: number, alt: number | null }} Position */
/** @typedef {Record<string, string>} Parts what the inputs of one control say, by `data-part`; "" is the only one */

/** A value in the reader's language; "" where the server's own words will do. @param {string} kind @param {any} value */
export function textOf(kind, value) {
  if (value === null || typeof value !== 'object') return '';
  if (kind === 'moment') return momentText(value);
  return kind === 'position' ? positionText(value) : '';
}

/** @param {Moment} moment */
function momentText({ local, offset }) {
  const { date, time } = localLabels(local);
  return [date, time, time && (offset ?? t('field.taken.no-zone.short'))].filter(Boolean).join(' · ');
}

/** @param {Position} position */
function positionText({ lat, lon, alt }) {
  const where = `${decimal(Math.abs(lat), 5)}° ${lat < 0 ? 'S' : 'N'}, ${decimal(Math.abs(lon), 5)}° ${lon < 0 ? 'W' : 'E'}`;
  return alt === null ? where : `${where} · ${t('field.gps.altitude', { n: decimal(alt, 0) })}`;
}

/** What the inputs of a control say for a value. @param {string} kind @param {any} value @returns {Parts} */
export function partsOf(kind, value) {
  if (value === null || value === undefined) return {};
  if (kind === 'moment') return { date: value.local.length >= 10 ? value.local.slice(0, 10) : '', time: value.local.slice(11, 19), zone: value.offset ?? '' };
  if (kind === 'position') return { lat: String(value.lat), lon: String(value.lon), alt: value.alt === null ? '' : String(value.alt) };
  if (kind === 'place') return value;
  if (kind === 'names') return { '': value.join('\n') };
  return { '': String(value) };
}

/** The value that inputs say, null for nothing; undefined where it is none. @param {string} kind @param {Parts} parts @returns {any} */
export function valueOf(kind, parts) {
  const only = (parts[''] ?? '').trim();
  if (kind === 'moment') return momentOf(parts);
  if (kind === 'position') return positionOf(parts);
  if (kind === 'names') return only ? only.split('\n').map((name) => name.trim()).filter(Boolean) : null;
  if (kind === 'integer') return only ? Number(only) : null;
  if (kind !== 'place') return only || null;
  const filled = Object.entries(parts).map(([part, text]) => [part, text.trim()]).filter(([, text]) => text);
  return filled.length ? Object.fromEntries(filled) : null;
}

/** @param {Parts} parts @returns {Moment | null | undefined} */
function momentOf({ date = '', time = '', zone = '' }) {
  if (!date) return time || zone ? undefined : null;
  const local = time ? `${date}T${time.length === 5 ? `${time}:00` : time}` : date;
  return { local, offset: (time && zone.trim()) || null };
}

/** @param {Parts} parts @returns {Position | null | undefined} */
function positionOf({ lat = '', lon = '', alt = '' }) {
  if (!lat && !lon && !alt) return null;
  return lat && lon ? { lat: Number(lat), lon: Number(lon), alt: alt ? Number(alt) : null } : undefined;
}

/** "19 hours". @param {number} ms @param {string} [locale] */
export function spanText(ms, locale = 'en') {
  const minutes = Math.round(ms / 60_000);
  const [count, unit] = minutes >= 2880 ? [minutes / 1440, 'day'] : minutes >= 60 ? [minutes / 60, 'hour'] : [minutes, 'minute'];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 }).format(count);
}
