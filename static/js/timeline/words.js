/** What a bulk edit is called: while it goes on, when it is done, and in the list of the latest. */

import { t } from '../lib/i18n.js';

/** @typedef {{ field: string, op: string, value?: any }} Change */
/**
 * @typedef {object} Edit as the API tells of it
 * @property {string} id
 * @property {'waiting' | 'working' | 'done' | 'cancelled' | 'stopped'} state
 * @property {string | null} by
 * @property {number} made_ms
 * @property {Change[]} changes
 * @property {string | null} undoes
 * @property {string | null} undone_by
 * @property {number} total
 * @property {number} done
 * @property {number} changed
 * @property {number} unchanged
 * @property {number} refused
 * @property {number} partly
 * @property {{ asset: string, name: string, code: string, message: string }[]} listed
 */

export const isOver = (/** @type {Edit} */ { state }) => state === 'done' || state === 'cancelled';

/** "1 h 30 min earlier". @param {number} seconds */
export function shiftText(seconds) {
  const size = Math.abs(seconds);
  const parts = [['day', Math.floor(size / 86_400)], ['hour', Math.floor(size / 3600) % 24], ['minute', Math.floor(size / 60) % 60], ['second', size % 60]];
  const said = parts.filter(([, n]) => n).map(([unit, n]) => t(`bulk.shift.${unit}`, { n: Number(n) })).join(' ');
  return t(seconds < 0 ? 'bulk.shift.earlier' : 'bulk.shift.later', { time: said });
}

/** One change in a few words. @param {Change} change */
export function changeText({ field, op, value }) {
  const name = t(`field.${field}`);
  if (op === 'shift') return shiftText(value);
  if (field === 'favourites') return t(op === 'add' ? 'bulk.what.favourite' : 'bulk.what.no-favourite');
  const said = Array.isArray(value) ? value.join(', ') : String(value ?? '');
  if (op === 'add' || op === 'remove') return t(op === 'add' ? 'bulk.what.added' : 'bulk.what.removed', { field: name, what: said });
  if (op === 'clear') return t('bulk.what.cleared', { field: name });
  return t('field.history.set', { field: name, to: field === 'rating' ? ratingText(value) : field === 'label' ? t(`field.label.${value}`) : said });
}

/** @param {number} value */
export const ratingText = (value) => (value < 0 ? t('field.rating.reject') : value ? t('field.rating.stars', { n: value }) : t('field.rating.none'));

/** @param {Edit} edit */
export function editText({ changes, undoes }) {
  const what = changes.map(changeText).join('; ');
  return undoes ? t('bulk.what.undo', { what }) : what;
}

/** The sentence for when it is over. @param {Edit} edit */
export function doneText({ state, changes, changed, unchanged, undoes }) {
  const n = changed;
  if (state === 'cancelled') return t('bulk.cancelled', { n });
  if (undoes) return t('bulk.undone', { n });
  if (!changed && unchanged) return t('bulk.nothing', { n: unchanged });
  const [{ field, op, value }] = changes;
  if (changes.length > 1) return t('bulk.changed', { n });
  if (field === 'favourites') return t(op === 'add' ? 'bulk.favourited' : 'bulk.unfavourited', { n });
  if (field === 'rating') return t('bulk.rated', { n, rating: ratingText(value) });
  if (field === 'tags') return t(op === 'add' ? 'bulk.tagged' : 'bulk.untagged', { n });
  if (op === 'shift') return t('bulk.shifted', { n, time: shiftText(value) });
  return t('bulk.changed', { n });
}

/** "Changing photos: 1,200 of 10,000". @param {Edit} edit */
export const progressText = ({ state, done, total, undoes }) =>
  t(state === 'waiting' ? 'bulk.waiting' : undoes ? 'bulk.undoing' : 'bulk.working', { n: total, done });
