/** The dialogs that ask what is to be changed of the selected photos. */

import { openDialog } from '../lib/dialog.js';
import { el, icon } from '../lib/dom.js';
import { momentLabel, t } from '../lib/i18n.js';
import { chip, tagBox } from '../lib/tagbox.js';
import { ratingText, shiftText } from './words.js';

/** @typedef {import('./words.js').Change} Change @typedef {(changes: Change[]) => void} Run */

/** Buttons at the end of a form; the main one says what it does to how many. @param {number} n @param {() => void} close */
const actions = (n, close) => el('div', { class: 'dialog-actions' },
  el('button', { type: 'button', class: 'button', on: { click: close } }, t('cancel')),
  el('button', { type: 'submit', class: 'button button-primary' }, t('bulk.do', { n })));

/** @param {() => Change[]} changes @param {() => void} close @param {Run} run @param {(text: string) => void} [complain] */
const submitting = (changes, close, run, complain) => (/** @type {Event} */ event) => {
  event.preventDefault();
  const wanted = changes();
  if (!wanted.length) return complain?.(t('bulk.nothing-said'));
  close();
  run(wanted);
};

/** @param {number} n photos @param {Run} run */
export function askTags(n, run) {
  openDialog(t('bulk.tags.title', { n }), (close) => {
    const [adding, removing] = [tagList('bulk-add', t('bulk.tags.add')), tagList('bulk-remove', t('bulk.tags.remove'))];
    const error = complaint();
    const changes = () => [...adding.change('add'), ...removing.change('remove')];
    return [el('form', { on: { submit: submitting(changes, close, run, error.say) } }, adding.element, removing.element, error.element, actions(n, close))];
  });
  document.getElementById('bulk-add')?.focus();
}

/** @param {string} id @param {string} label */
function tagList(id, label) {
  /** @type {Set<string>} */
  const tags = new Set();
  const chips = el('ul', { class: 'chips' });
  const show = () => chips.replaceChildren(...[...tags].map((tag) => chip(tag, true, () => { tags.delete(tag); show(); box.input.focus(); })));
  const box = tagBox({ id, label, longest: 512, placeholder: t('bulk.tags.type'), have: () => [...tags], add: (tag) => { tags.add(tag); show(); } });
  return {
    element: el('div', { class: 'field' }, el('label', { for: id }, label), chips, box.element),
    /** @param {string} op @returns {Change[]} */
    change: (op) => (tags.size ? [{ field: 'tags', op, value: [...tags] }] : []),
  };
}

/** @param {number} n photos @param {Run} run */
export function askRating(n, run) {
  openDialog(t('bulk.rating.title', { n }), (close) => {
    const pick = (/** @type {Change} */ change) => () => { close(); run([change]); };
    const stars = [0, 1, 2, 3, 4, 5, -1].map((value) =>
      el('button', { type: 'button', class: 'pick', on: { click: pick({ field: 'rating', op: 'set', value }) } }, icon(value < 0 ? 'ban' : value ? 'star' : 'star-off'), el('span', {}, ratingText(value))));
    const labels = ['Red', 'Yellow', 'Green', 'Blue', 'Purple', ''].map((value) =>
      el('button', { type: 'button', class: 'pick', on: { click: pick(value ? { field: 'label', op: 'set', value } : { field: 'label', op: 'clear' }) } },
        el('span', { class: `dot colour-${value.toLowerCase() || 'none'}` }, el('span')), el('span', {}, t(`field.label.${value || 'none'}`))));
    return [el('h3', {}, t('field.rating')), el('div', { class: 'picks' }, ...stars), el('h3', {}, t('field.label')), el('div', { class: 'picks' }, ...labels)];
  });
}

const TEXTS = ['title', 'description', 'creator', 'copyright'];

/** @param {number} n photos @param {Run} run */
export function askTexts(n, run) {
  openDialog(t('bulk.texts.title', { n }), (close) => {
    const fields = TEXTS.map(textField);
    const error = complaint();
    const changes = () => fields.flatMap((field) => field.change());
    return [el('form', { on: { submit: submitting(changes, close, run, error.say) } }, ...fields.map(({ element }) => element), error.element, actions(n, close))];
  });
}

/** @param {string} name */
function textField(name) {
  const id = `bulk-${name}`;
  const input = name === 'description' ? el('textarea', { id, rows: '3', placeholder: t('bulk.texts.leave') }) : el('input', { id, type: 'text', maxlength: '2000', placeholder: t('bulk.texts.leave') });
  const clear = el('input', { type: 'checkbox', id: `${id}-clear` });
  clear.addEventListener('change', () => { input.disabled = clear.checked; });
  return {
    element: el('div', { class: 'field' }, el('label', { for: id }, t(`field.${name}`)), input, el('label', { class: 'check-line' }, clear, t('bulk.texts.clear', { field: t(`field.${name}`) }))),
    /** @returns {Change[]} */
    change() {
      const text = input.value.trim();
      if (clear.checked) return [{ field: name, op: 'clear' }];
      return text ? [{ field: name, op: 'set', value: name === 'creator' ? text.split(';').map((one) => one.trim()).filter(Boolean) : text }] : [];
    },
  };
}

/** Seconds out of what the form says. @param {string} sign @param {Record<string, string>} parts days, hours, minutes, seconds */
export function shiftOf(sign, { days, hours, minutes, seconds }) {
  const size = (Number(days) || 0) * 86_400 + (Number(hours) || 0) * 3600 + (Number(minutes) || 0) * 60 + (Number(seconds) || 0);
  return sign === '-' ? -size : size;
}

/** @param {number} n photos @param {{ day: number, second: number } | null} first the first of them @param {Run} run */
export function askShift(n, first, run) {
  openDialog(t('bulk.shift.title', { n }), (close) => {
    const sign = el('select', { id: 'shift-sign' }, el('option', { value: '+' }, t('bulk.shift.forward')), el('option', { value: '-' }, t('bulk.shift.back')));
    const inputs = Object.fromEntries(['days', 'hours', 'minutes', 'seconds'].map((unit) => [unit, el('input', { type: 'number', id: `shift-${unit}`, min: '0', max: unit === 'days' ? '36500' : '99', step: '1', inputmode: 'numeric', value: unit === 'hours' ? '1' : '0' })]));
    const preview = el('p', { class: 'shift-preview tabular', role: 'status' });
    const error = complaint();
    const seconds = () => shiftOf(sign.value, Object.fromEntries(Object.entries(inputs).map(([unit, input]) => [unit, input.value])));
    const show = () => {
      const by = seconds();
      const at = first && first.day * 86_400 + first.second + by;
      preview.textContent = by && first && at !== null ? t('bulk.shift.preview', { from: momentLabel(first.day, first.second), to: momentLabel(Math.floor(at / 86_400), ((at % 86_400) + 86_400) % 86_400) }) : by ? shiftText(by) : '';
    };
    /** @returns {Change[]} */
    const changes = () => (seconds() ? [{ field: 'taken', op: 'shift', value: seconds() }] : []);
    const form = el('form', { class: 'shift-form', on: { submit: submitting(changes, close, run, error.say), input: show } },
      el('div', { class: 'field' }, el('label', { for: 'shift-sign' }, t('bulk.shift.direction')), sign),
      el('div', { class: 'shift-parts' }, ...Object.entries(inputs).map(([unit, input]) => el('div', { class: 'field' }, el('label', { for: input.id }, t(`bulk.shift.in.${unit}`)), input))),
      preview, el('p', { class: 'lead' }, t('bulk.shift.zone')), error.element, actions(n, close));
    show();
    return [form];
  });
}

/** Where a form says what is missing. */
function complaint() {
  const element = el('p', { class: 'error-text', role: 'alert' });
  return { element, say: (/** @type {string} */ text) => { element.textContent = text; } };
}
