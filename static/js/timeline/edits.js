/** The list of the latest bulk edits: what, of how many photos, by whom, and what can be done about it. */

import { getJson, sentence } from '../lib/api.js';
import { openDialog } from '../lib/dialog.js';
import { el } from '../lib/dom.js';
import { ago, t } from '../lib/i18n.js';
import { failed } from '../lib/toast.js';
import { cancel, openRefused, resume, undo } from './bulk.js';
import { editText, isOver, progressText } from './words.js';

/** @typedef {import('./words.js').Edit} Edit */

export async function openEdits() {
  /** @type {Edit[]} */
  let edits;
  try {
    ({ edits } = await getJson('/api/bulk'));
  } catch (error) {
    failed(sentence(error));
    return;
  }
  openDialog(t('bulk.latest'), (close) => [
    edits.length ? el('ul', { class: 'edits' }, ...edits.map((edit) => row(edit, close))) : el('p', { class: 'lead' }, t('bulk.latest.none')),
  ]);
}

/** @param {Edit} edit @param {() => void} close */
function row(edit, close) {
  const button = (/** @type {string} */ text, /** @type {(edit: Edit) => unknown} */ run) =>
    el('button', { type: 'button', class: 'button', 'aria-label': t('bulk.latest.action', { action: text, what: editText(edit) }), on: { click: () => { close(); void run(edit); } } }, text);
  const n = edit.refused + edit.partly;
  return el('li', {},
    el('div', {}, el('p', {}, editText(edit)), el('small', {}, [outcome(edit), edit.by && t('field.history.by', { who: edit.by, when: ago(edit.made_ms) })].filter(Boolean).join(' · '))),
    n > 0 && button(t('bulk.details'), async () => openRefused((await getJson(`/api/bulk/${edit.id}`)).edit)),
    isOver(edit) && edit.changed > 0 && !edit.undone_by && button(t('undo'), undo),
    edit.state === 'stopped' && button(t('bulk.resume'), resume),
    !isOver(edit) && button(t('cancel'), cancel));
}

/** @param {Edit} edit */
function outcome(edit) {
  if (edit.undone_by) return t('bulk.taken-back');
  if (edit.state === 'stopped') return t('bulk.stopped');
  if (!isOver(edit)) return progressText(edit);
  const n = edit.refused + edit.partly;
  return [t('count.photos', { n: edit.changed }), n && t('bulk.refused', { n })].filter(Boolean).join(' · ');
}
