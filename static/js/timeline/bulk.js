/** Bulk edits from the page: ordered, followed to their end by a bar, told of, and taken back. */

import { ApiError, getJson, send, sentence } from '../lib/api.js';
import { announce, el } from '../lib/dom.js';
import { openDialog } from '../lib/dialog.js';
import { t } from '../lib/i18n.js';
import { failed, toast } from '../lib/toast.js';
import { doneText, isOver, progressText } from './words.js';

/** @typedef {import('./words.js').Edit} Edit @typedef {import('./words.js').Change} Change */

const WAIT = 700;

/** @type {Set<string>} ids of those with a bar */
const followed = new Set();

/**
 * Change the photos at these ordinals of this version; whether the server has taken it.
 * @param {{ view: string, version: string, ranges: [number, number][] }} which @param {Change[]} changes
 */
export async function order(which, changes) {
  try {
    const { edit } = await send('POST', '/api/bulk', { ...which, changes });
    follow(edit);
    return true;
  } catch (error) {
    failed(error instanceof ApiError && error.code === 'stale_version' ? t('bulk.stale') : sentence(error));
    return false;
  }
}

/** @param {Edit} edit */
export async function undo(edit) {
  await act('POST', edit, '/undo');
}

/** @param {'POST' | 'DELETE'} method @param {Edit} edit @param {string} what */
async function act(method, edit, what) {
  try {
    follow((await send(method, `/api/bulk/${edit.id}${what}`)).edit);
  } catch (error) {
    failed(sentence(error));
  }
}

/** @param {Edit} edit */
export const cancel = (edit) => act('DELETE', edit, '');
/** @param {Edit} edit */
export const resume = (edit) => act('POST', edit, '/resume');

/** Those that go on when the page comes. */
export async function followAll() {
  const { edits } = await getJson('/api/bulk').catch(() => ({ edits: [] }));
  for (const edit of edits) if (!isOver(edit)) follow(edit);
}

/** Until it is over, and then say what has become of it. @param {Edit} edit */
export function follow(edit) {
  if (isOver(edit)) {
    if (!followed.has(edit.id)) tell(edit);
  } else if (!followed.has(edit.id)) {
    followed.add(edit.id);
    void watch(edit);
  }
}

/** @param {Edit} edit */
async function watch(edit) {
  const bar = progressBar(edit);
  document.body.append(bar.element);
  announce(progressText(edit));
  for (let now = edit; ;) {
    bar.show(now);
    if (isOver(now)) {
      followed.delete(edit.id);
      bar.element.remove();
      return tell(now);
    }
    await new Promise((resolve) => { setTimeout(resolve, document.hidden ? 5 * WAIT : WAIT); });
    try {
      ({ edit: now } = await getJson(`/api/bulk/${edit.id}`));
    } catch (error) {
      // Without a connection it goes on all the same; one that is gone from the list is not to be followed.
      if (error instanceof ApiError && error.status === 404) return bar.element.remove();
    }
  }
}

/** @param {Edit} edit */
function progressBar(edit) {
  const text = el('p', { class: 'tabular' });
  const bar = el('progress', { max: '1', 'aria-label': progressText(edit) });
  const button = el('button', { type: 'button', class: 'button' });
  /** @type {Edit} */
  let now = edit;
  button.addEventListener('click', () => {
    button.disabled = true;
    void (now.state === 'stopped' ? resume(now) : cancel(now)).then(() => { button.disabled = false; });
  });
  return {
    element: el('section', { class: 'bulk-bar', 'aria-label': t('bulk.label') }, text, bar, button),
    /** @param {Edit} edit */
    show(edit) {
      now = edit;
      text.textContent = edit.state === 'stopped' ? t('bulk.stopped') : progressText(edit);
      if (edit.state === 'waiting') bar.removeAttribute('value');
      else bar.value = edit.total ? edit.done / edit.total : 1;
      button.textContent = t(edit.state === 'stopped' ? 'bulk.resume' : 'cancel');
    },
  };
}

/** @param {Edit} edit */
function tell(edit) {
  toast(doneText(edit), edit.changed && !edit.undoes ? { action: t('undo'), run: () => void undo(edit) } : {});
  const n = edit.refused + edit.partly;
  if (n) toast(t('bulk.refused', { n }), { kind: 'error', lasts: 15_000, action: t('bulk.details'), run: () => openRefused(edit) });
}

/** Which photos were refused, and why. @param {Edit} edit */
export function openRefused(edit) {
  openDialog(t('bulk.refused.title'), (close) => [
    el('ul', { class: 'refused', tabindex: '0' }, ...edit.listed.map(({ asset, name, message }) =>
      el('li', {}, el('a', { href: `/photo/${asset}` }, name || t('this-photo')), el('p', {}, message)))),
    edit.refused + edit.partly > edit.listed.length && el('p', {}, t('bulk.refused.more', { n: edit.refused + edit.partly - edit.listed.length })),
    el('div', { class: 'dialog-actions' }, el('button', { type: 'button', class: 'button', on: { click: close } }, t('close'))),
  ].filter((node) => node instanceof Node));
}
