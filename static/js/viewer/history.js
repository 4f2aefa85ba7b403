/** Taking one past change back, where what it brought still stands. */

/** @typedef {import('./assets.js').Asset} Asset @typedef {import('./assets.js').Entry} Entry @typedef {import('./assets.js').Change} Change */

/** Characters of a text that the history keeps: what is longer was cut, and is no value. */
const LINE = 1000;
const OTHERS = ['favourites', 'regions', 'albums', 'trash'];

/** The strict change that takes an entry back; null where it stands no longer, or not alone. @param {Asset} asset @param {Entry} entry @returns {Change | null} */
export function takingBack(asset, entry) {
  const slash = entry.field.indexOf('/');
  const field = slash < 0 ? entry.field : entry.field.slice(0, slash);
  if (!asset.can_edit || !entry.at || entry.note || OTHERS.includes(field)) return null;
  if (asset.history.find((one) => one.field === entry.field && !one.note) !== entry) return null;
  if (slash >= 0) return element(asset, field, entry.field.slice(slash + 1), entry.at, Boolean(entry.to));
  const { dots = [], at = null } = asset.fields[field] ?? {};
  if (at !== entry.at || dots.length !== 1) return null;
  if (typeof entry.from === 'string' && entry.from.length > LINE) return null;
  const back = { field, seen: [entry.at], strict: true };
  // What was nothing lets the original's own value show again, if it has one.
  return entry.from === null || entry.from === undefined ? { ...back, op: 'remove' } : { ...back, op: 'set', value: entry.from };
}

/** @param {Asset} asset @param {string} field @param {string} value @param {string} at @param {boolean} added @returns {Change | null} */
function element(asset, field, value, at, added) {
  const shown = asset.fields[field];
  const stands = (shown?.value ?? []).includes(value);
  if (added) return stands && shown?.dots.includes(at) ? { field, op: 'remove', value, seen: [at], strict: true } : null;
  return stands ? null : { field, op: 'add', value, seen: [], strict: true };
}
