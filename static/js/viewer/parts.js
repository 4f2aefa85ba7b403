/** What the parts of the sidebar share: a labelled block with where the value comes from and whether it is saved. */

import { announce, el } from '../lib/dom.js';
import { t } from '../lib/i18n.js';

/**
 * @typedef {import('./assets.js').Asset} Asset @typedef {import('./assets.js').Change} Change
 * @typedef {object} Context the photo that a part shows
 * @property {() => Asset} asset as the page should show it now
 * @property {(changes: Change[], about: { label: string, seen?: string[], show?: (value: any) => string }) => Promise<boolean>} save
 * @typedef {{ element: HTMLElement, update: (asset: Asset) => void }} Part `update` never disturbs what is being typed
 */

/** Where a value comes from, in a few words; nothing where people or nobody said it. @param {import('./assets.js').Field | undefined} field */
export function sourceOf(field) {
  if (!field || field.value === null || field.source === 'none') return '';
  if (field.source === 'embedded') return t('source.embedded');
  if (field.source === 'takeout') return t('source.takeout');
  if (field.source === 'tool') return field.via ? t('source.tool', { tool: field.via }) : t('source.tool.unknown');
  return field.by ? t('source.people', { name: field.by }) : '';
}

/** Done with a field: the focus goes to the dialog, where the viewer's keys are. @param {HTMLElement} input */
export function leave(input) {
  const dialog = input.closest('[role="dialog"]');
  if (dialog instanceof HTMLElement) dialog.focus({ preventScroll: true });
  else input.blur();
}

export class Block {
  /** @param {string} label @param {{ id?: string, for?: string }} [options] `for` makes the label an input's */
  constructor(label, { id, for: target } = {}) {
    this.label = target ? el('label', { class: 'part-label', for: target, id }, label) : el('span', { class: 'part-label', id }, label);
    this.source = el('span', { class: 'part-source' });
    this.state = el('span', { class: 'part-state' });
    this.warning = el('p', { class: 'part-warning', hidden: true }, t('field.conflict'));
    this.body = el('div', { class: 'part-body' });
    this.element = el('div', { class: 'part' }, el('div', { class: 'part-head' }, this.label, this.state, this.source), this.body, this.warning);
  }

  /** @param {import('./assets.js').Field | undefined} field */
  about(field) {
    this.source.textContent = sourceOf(field);
    this.warning.hidden = !field?.conflict;
  }

  /** Show the way of a save; resolves as it does. @param {Promise<boolean>} saving */
  async follow(saving) {
    this.#say('saving');
    const saved = await saving;
    this.#say(saved ? 'saved' : 'not-saved');
    if (saved) setTimeout(() => { if (this.state.dataset.state === 'saved') this.#say(''); }, 2500);
    return saved;
  }

  /** @param {string} state */
  #say(state) {
    this.state.dataset.state = state;
    this.state.textContent = state && t(state);
    if (state) announce(t(state));
  }
}

/** A block that only shows: lines of text, hidden while there are none. @param {string} label @param {(asset: Asset) => (Node | string)[]} lines @param {string} [field] @returns {Part} */
export function shown(label, lines, field) {
  const block = new Block(label);
  return {
    element: block.element,
    update(asset) {
      const found = lines(asset);
      block.element.hidden = found.length === 0;
      block.body.replaceChildren(...found);
      if (field) block.about(asset.fields[field]);
    },
  };
}
