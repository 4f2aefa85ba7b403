/** One field that waits: its choices, its own value, and what is decided so far. */

import { find } from '../lib/dom.js';
import { ago, t } from '../lib/i18n.js';
import { partsOf, spanText, textOf, valueOf } from './values.js';

/** @typedef {number | { value: any }} Decision a choice by its number, or a value of one's own */

export class Row {
  /** @param {HTMLElement} element @param {() => void} changed */
  constructor(element, changed) {
    this.element = element;
    this.key = element.dataset.row ?? '';
    this.label = element.dataset.label ?? '';
    this.kind = element.dataset.kind ?? 'text';
    this.changed = changed;
    this.radios = /** @type {HTMLInputElement[]} */ ([...element.querySelectorAll('input[type="radio"]')]);
    this.own = /** @type {HTMLInputElement} */ (find('own', element));
    this.inputs = /** @type {(HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement)[]} */ ([...element.querySelectorAll('[data-part]')]);
    for (const radio of this.radios) radio.addEventListener('change', () => this.#picked(radio));
    for (const input of this.inputs) input.addEventListener('input', () => { this.own.checked = true; this.#tell(); });
    this.#word();
  }

  /** What is decided; null while nothing is. @returns {Decision | null} */
  get decision() {
    const radio = this.radios.find(({ checked }) => checked);
    if (!radio) return null;
    if (radio !== this.own) return Number(radio.value);
    const value = valueOf(this.kind, this.#parts());
    return value === undefined || !this.inputs.every((input) => input.validity.valid) ? null : { value };
  }

  /** What is decided as a value, to find it again in a fresh row. */
  get value() {
    const radio = this.radios.find(({ checked }) => checked);
    if (!radio) return undefined;
    return radio === this.own ? valueOf(this.kind, this.#parts()) : valueIn(radio);
  }

  /** @param {any} value a choice if it is one, otherwise one's own */
  restore(value) {
    const same = this.radios.find((radio) => radio !== this.own && JSON.stringify(valueIn(radio)) === JSON.stringify(value));
    if (same) return this.pick(same);
    this.#fill(value);
    this.own.checked = true;
    this.#tell();
  }

  /** @param {HTMLInputElement | undefined} radio */
  pick(radio) {
    if (!radio) return;
    radio.checked = true;
    radio.focus({ preventScroll: true });
    this.#picked(radio);
  }

  /** @param {number} number */
  pickNumber(number) {
    this.pick(this.radios.find(({ value }) => value === String(number)));
  }

  suggested() {
    this.pick(/** @type {HTMLInputElement | undefined} */ (this.element.querySelector('.is-suggested input') ?? undefined));
  }

  edit() {
    this.inputs[0]?.focus();
  }

  focus() {
    const radio = this.radios.find(({ checked }) => checked) ?? this.radios[0];
    radio?.focus({ preventScroll: true });
    this.element.scrollIntoView({ block: 'nearest' });
  }

  /** @param {HTMLInputElement} radio */
  #picked(radio) {
    if (radio !== this.own) this.#fill(valueIn(radio));
    this.#tell();
  }

  #tell() {
    const state = find('state', this.element);
    const edited = this.own.checked;
    if (state) state.textContent = (edited ? state.dataset.edited : state.dataset.chosen) ?? '';
    this.changed();
  }

  /** @param {any} value */
  #fill(value) {
    const parts = partsOf(this.kind, value);
    for (const input of this.inputs) input.value = parts[input.dataset.part ?? ''] ?? '';
  }

  #parts() {
    return Object.fromEntries(this.inputs.map((input) => [input.dataset.part ?? '', input.value]));
  }

  /** The server's plain words, in the reader's language. */
  #word() {
    for (const radio of this.radios) {
      const cell = radio.closest('label');
      const text = cell && find('text', cell);
      const words = text && textOf(this.kind, valueIn(radio));
      if (text && words) text.textContent = words;
    }
    const newer = /** @type {HTMLElement | null} */ (this.element.querySelector('[data-newer] span'));
    if (newer) newer.textContent = t('conflicts.newer', { by: spanText(Number(newer.parentElement?.dataset.newer), document.documentElement.lang) });
  }
}

/** @param {HTMLInputElement} radio */
const valueIn = (radio) => JSON.parse(radio.dataset.value ?? 'null');

/** "3 hours ago" wherever a moment stands. @param {ParentNode} root */
export function wordTimes(root) {
  for (const time of root.querySelectorAll('time')) {
    const ms = Date.parse(time.dateTime);
    if (Number.isNaN(ms)) continue;
    time.title = new Date(ms).toLocaleString();
    time.textContent = ago(ms);
  }
}
