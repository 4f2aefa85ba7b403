/** The assets that are looked at: fetched, kept for a moment, edited at once on the page and then on disk. */

import { ApiError, getJson, send, sentence } from '../lib/api.js';
import { t } from '../lib/i18n.js';
import { failed, toast } from '../lib/toast.js';

/**
 * @typedef {{ field: string, op: 'set' | 'clear' | 'add' | 'remove', value?: unknown, seen?: string[], strict?: boolean }} Change
 * @typedef {{ value: any, source: 'people' | 'tool' | 'takeout' | 'embedded' | 'none', by?: string | null, via?: string | null, at?: string | null, dots: string[], conflict: boolean }} Field
 * @typedef {{ field: string, from: any, to: any, by: string | null, via: string | null, at: string | null, note?: string, bulk?: string }} Entry
 * @typedef {object} Asset
 * @property {string} id
 * @property {string} name
 * @property {string} path
 * @property {number} size
 * @property {string} kind
 * @property {number | null} width
 * @property {number | null} height
 * @property {Record<string, any>} camera
 * @property {Record<string, any>} exposure
 * @property {string} original_url
 * @property {Record<string, Field>} fields
 * @property {boolean} favourite
 * @property {boolean} can_edit
 * @property {string[]} sidecars
 * @property {{ kind?: string, reason: string, kept?: string }[]} problems
 * @property {boolean} pending
 * @property {Entry[]} history
 */

const KEPT = 40;

/**
 * What a change makes of a value, on the page. Removing a single value lets one show that only the server knows (that of
 * another program or of the file), so the old one stays until it answers.
 * @param {any} value @param {Change} change
 */
export function changed(value, { op, value: operand }) {
  if (op === 'set') return operand;
  if (op === 'clear') return null;
  const given = [operand].flat();
  const isSet = Array.isArray(value) || (value === null && typeof given[0] === 'string');
  if (!isSet) return value;
  const rest = (value ?? []).filter((/** @type {unknown} */ item) => !given.includes(item));
  return op === 'add' ? [...rest, ...given].sort() : rest;
}

/** The asset after changes that are on their way. @param {Asset} asset @param {Change[]} changes @returns {Asset} */
export function withChanges(asset, changes) {
  const fields = { ...asset.fields };
  for (const change of changes) {
    const field = fields[change.field] ?? { value: null, source: 'none', dots: [], conflict: false };
    fields[change.field] = { ...field, value: changed(field.value, change), source: 'people', via: null, conflict: false };
  }
  return { ...asset, fields };
}

/** What to call a photo in a sentence. @param {Asset | undefined} asset */
export const nameOf = (asset) => asset?.fields.title?.value || asset?.name || t('this-photo');

export class Assets {
  /** @type {Map<string, Asset>} as the server last said */
  #known = new Map();
  /** @type {Map<string, Change[]>} on their way, oldest first */
  #pending = new Map();
  /** @type {Map<string, Promise<unknown>>} edits of one photo go one after another */
  #queue = new Map();
  /** @type {Map<string, Promise<Asset>>} */
  #coming = new Map();
  /** @type {Set<(id: string) => void>} */
  #listeners = new Set();
  /** @type {() => void} */
  #closeToast = () => {};

  /** @param {(id: string) => void} listener */
  onChange(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** As the page should show it: with the changes that are on their way. @param {string} id */
  get(id) {
    const asset = this.#known.get(id);
    const pending = this.#pending.get(id);
    return asset && pending?.length ? withChanges(asset, pending) : asset;
  }

  /** @param {string} id @param {boolean} [fresh] ask even if it is known */
  load(id, fresh = false) {
    const known = this.#known.get(id);
    if (known && !fresh) return Promise.resolve(known);
    const coming = this.#coming.get(id);
    // One that is on its way may have been answered before what is to be seen now came to be.
    if (coming && !fresh) return coming;
    /** @type {Promise<Asset>} */
    const asked = getJson(`/api/assets/${id}`)
      .then((asset) => { if (this.#coming.get(id) === asked) this.#learn(asset); return asset; })
      .finally(() => { if (this.#coming.get(id) === asked) this.#coming.delete(id); });
    this.#coming.set(id, asked);
    return asked;
  }

  /**
   * Change fields: shown at once, durable when the promise says so; an error takes the change back and names the photo.
   * @param {string} id @param {Change[]} changes
   * @param {{ label: string, seen?: string[], undo?: boolean, show?: (value: any) => string }} about
   * @returns {Promise<boolean>} was it saved?
   */
  edit(id, changes, about) {
    const pending = this.#pending.get(id) ?? [];
    this.#pending.set(id, [...pending, ...changes]);
    this.#tell(id);
    const turn = (this.#queue.get(id) ?? Promise.resolve()).catch(() => {}).then(() => this.#send(id, changes, about));
    this.#queue.set(id, turn);
    return turn;
  }

  /** @param {string} id @param {Change[]} changes @param {{ label: string, seen?: string[], undo?: boolean, show?: (value: any) => string }} about */
  async #send(id, changes, about) {
    const before = this.#known.get(id);
    const photo = nameOf(before);
    // An undo says itself what it has seen.
    const dots = (/** @type {Change} */ change) => about.seen ?? before?.fields[change.field]?.dots ?? [];
    const said = about.undo === false ? changes : changes.map((change) => ({ seen: dots(change), ...change }));
    try {
      const { asset, undo } = await send('PATCH', `/api/assets/${id}`, { changes: said });
      this.#arrived(id, changes);
      if (asset) this.#learn(asset);
      else void this.load(id, true).catch(() => { /* saved all the same; the next version brings it */ });
      if (about.undo !== false) this.#offerUndo(id, undo, about.label, nameOf(asset ?? before));
      return true;
    } catch (error) {
      this.#arrived(id, changes);
      if (error instanceof ApiError && error.body?.asset) this.#learn(error.body.asset);
      this.#tell(id);
      this.#explain(error, id, changes, about, photo);
      return false;
    }
  }

  /** @param {string} id @param {Change[]} changes */
  #arrived(id, changes) {
    this.#pending.set(id, (this.#pending.get(id) ?? []).filter((change) => !changes.includes(change)));
  }

  /** @param {string} id @param {Change[]} undo @param {string} label @param {string} photo */
  #offerUndo(id, undo, label, photo) {
    this.#closeToast();
    if (!undo?.length) return;
    const run = () => void this.edit(id, undo, { label, undo: false }).then((done) => { if (done) toast(t('undone')); });
    this.#closeToast = toast(t('done.field', { field: label, photo }), { action: t('undo'), run });
  }

  /** @param {unknown} error @param {string} id @param {Change[]} changes @param {{ label: string, show?: (value: any) => string }} about @param {string} photo */
  #explain(error, id, changes, { label, show = String }, photo) {
    if (!(error instanceof ApiError) || error.status !== 409) {
      failed(t('failed.field', { field: label, photo, reason: sentence(error) }));
      return;
    }
    const theirs = this.#known.get(id)?.fields[changes[0].field]?.value;
    const shown = (/** @type {any} */ value) => (value === null || value === undefined || value === '' ? t('value.none') : show(value));
    const again = () => void this.edit(id, changes.map(({ field, op, value }) => ({ field, op, value })), { label, show });
    toast(t('conflict.field', { field: label, photo, theirs: shown(theirs), yours: shown(changes[0].value) }), { kind: 'error', lasts: 20_000, action: t('keep-mine'), run: again });
  }

  /** @param {string} id @param {boolean} on */
  async favourite(id, on) {
    const before = this.#known.get(id);
    const photo = nameOf(before);
    if (before) this.#learn({ ...before, favourite: on });
    try {
      const answer = await send(on ? 'PUT' : 'DELETE', `/api/assets/${id}/favourite`);
      if (answer?.asset) this.#learn(answer.asset);
      this.#closeToast();
      this.#closeToast = toast(t(on ? 'favourite.added' : 'favourite.removed', { photo }), { action: t('undo'), run: () => void this.favourite(id, !on) });
      return true;
    } catch (error) {
      const now = this.#known.get(id);
      if (now) this.#learn({ ...now, favourite: !on });
      failed(t('failed.field', { field: t('field.favourite'), photo, reason: sentence(error) }));
      return false;
    }
  }

  /** @param {Asset} asset */
  #learn(asset) {
    this.#known.delete(asset.id);
    this.#known.set(asset.id, asset);
    for (const old of this.#known.keys()) {
      if (this.#known.size <= KEPT) break;
      if (!this.#pending.get(old)?.length) this.#known.delete(old);
    }
    this.#tell(asset.id);
  }

  /** @param {string} id */
  #tell(id) {
    for (const listener of this.#listeners) listener(id);
  }
}
