/** When a photo was taken: date, time and zone as at the camera; no zone is a value of its own, not UTC. */

import { el, iconButton } from '../lib/dom.js';
import { localLabels, t } from '../lib/i18n.js';
import { Block } from './parts.js';
import { fieldRow } from './table.js';

/** Every offset in use on Earth, in minutes. */
const OFFSETS = [-720, -660, -600, -570, -540, -480, -420, -360, -300, -240, -210, -180, -150, -120, -60, 0, 60, 120, 180, 210, 240, 270, 300, 330, 345, 360, 390, 420, 480, 525, 540, 570, 600, 630, 660, 720, 765, 780, 840];

/** "+05:30". @param {number} minutes */
export function offsetText(minutes) {
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
}

/** @typedef {{ local: string, offset: string | null }} Moment */

/** What the three inputs say; null when it is no date. A time that was not touched keeps its fraction of a second. @param {string} date @param {string} time @param {string} offset @param {Moment | null} before @returns {Moment | null} */
export function momentFrom(date, time, offset, before) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return null;
  if (!time) return { local: date, offset: null };
  const full = time.length === 5 ? `${time}:00` : time.slice(0, 8);
  const [old, fraction] = (before?.local.slice(11) ?? '').split('.');
  return { local: `${date}T${full}${fraction && old === full ? `.${fraction}` : ''}`, offset: offset || null };
}

/** The date, and the time with its zone where there is one. @param {Moment} moment @returns {[string, string]} */
function momentParts({ local, offset }) {
  const { date, time } = localLabels(local);
  return [date, time && `${time} · ${offset ?? t('field.taken.no-zone.short')}`];
}

/** Both on one line. @param {Moment} moment */
export const momentText = (moment) => momentParts(moment).filter(Boolean).join(' · ');

/** @param {import('./parts.js').Context} context @returns {import('./parts.js').Part} */
export function takenPart(context) {
  const { label } = fieldRow('taken');
  const block = new Block(label);
  const line = el('p', { class: 'taken-line' });
  const edit = iconButton('pencil', t('field.taken.edit'), { class: 'icon-button icon-button-small', on: { click: open } });
  const view = el('div', { class: 'taken-view' }, line, edit);
  block.body.append(view);
  /** @type {HTMLFormElement | null} */
  let form = null;

  const value = () => /** @type {Moment | null} */ (context.asset().fields.taken?.value ?? null);

  function open() {
    const before = value();
    const seen = context.asset().fields.taken?.dots ?? [];
    const close = () => { form?.remove(); form = null; view.hidden = false; edit.focus(); };
    /** @param {import('./assets.js').Change} change */
    const save = (change) => { close(); void block.follow(context.save([change], { label, seen, show: momentText })); };
    form = takenForm(before, {
      save: (moment) => (same(moment, before) ? close() : save({ field: 'taken', op: 'set', value: moment })),
      clear: () => save({ field: 'taken', op: 'clear' }), close,
    });
    view.hidden = true;
    block.body.append(form);
    form.querySelector('input')?.focus();
  }

  return {
    element: block.element,
    update(asset) {
      const moment = /** @type {Moment | null} */ (asset.fields.taken?.value ?? null);
      block.about(asset.fields.taken);
      const [date, time] = moment ? momentParts(moment) : [t('field.taken.none'), ''];
      line.replaceChildren(date, ...(time ? [el('small', {}, time)] : []));
      line.classList.toggle('is-missing', !moment);
      edit.hidden = !asset.can_edit;
      edit.setAttribute('aria-label', t(moment ? 'field.taken.edit' : 'field.taken.add'));
    },
  };
}

/** @param {Moment | null} a @param {Moment | null} b */
const same = (a, b) => a?.local === b?.local && a?.offset === b?.offset;

/** @param {Moment | null} moment @param {{ save: (moment: Moment) => void, clear: () => void, close: () => void }} act */
function takenForm(moment, act) {
  const date = el('input', { type: 'date', id: 'taken-date', required: true, value: moment?.local.slice(0, 10) ?? '', 'aria-describedby': 'taken-error' });
  const time = el('input', { type: 'time', id: 'taken-time', step: '1', value: moment?.local.slice(11, 19) ?? '' });
  const zone = el('select', { id: 'taken-zone' }, ...zoneOptions(moment?.offset ?? ''));
  const error = el('p', { class: 'error-text', id: 'taken-error', role: 'alert' });
  const field = (/** @type {string} */ key, /** @type {HTMLElement} */ input) => el('div', { class: 'field' }, el('label', { for: input.id }, t(key)), input);
  const form = el('form', { class: 'taken-form', novalidate: true }, field('field.taken.date', date),
    el('div', { class: 'taken-pair' }, field('field.taken.time', time), field('field.taken.zone', zone)), error,
    el('div', { class: 'taken-actions' },
      moment && el('button', { type: 'button', class: 'button button-quiet', on: { click: act.clear } }, t('field.taken.clear')),
      el('button', { type: 'button', class: 'button', on: { click: act.close } }, t('cancel')),
      el('button', { type: 'submit', class: 'button button-primary' }, t('field.taken.save'))));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const wanted = momentFrom(date.value, time.value, zone.value, moment);
    if (wanted) return act.save(wanted);
    error.textContent = t('field.taken.invalid');
    date.setAttribute('aria-invalid', 'true');
    date.focus();
  });
  form.addEventListener('keydown', (event) => {
    event.stopPropagation();
    if (event.key !== 'Escape') return;
    event.preventDefault();
    act.close();
  });
  return form;
}

/** @param {string} chosen */
function zoneOptions(chosen) {
  const offsets = OFFSETS.map(offsetText);
  // An odd offset that a camera wrote is a choice too, or saving would change it.
  if (chosen && !offsets.includes(chosen)) offsets.unshift(chosen);
  return [el('option', { value: '', selected: !chosen }, t('field.taken.no-zone')),
    ...offsets.map((offset) => el('option', { value: offset, selected: offset === chosen }, `UTC${offset}`))];
}
