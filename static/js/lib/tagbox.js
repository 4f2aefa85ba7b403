/** The field in which a tag is typed: completed from those in the library, or taken as a new one. */

import { getJson } from './api.js';
import { announce, el, icon } from './dom.js';
import { number, t } from './i18n.js';

const WAIT = 120;

/** @typedef {{ path: string, count: number }} Offer */

/** A tag as it is stored: levels by "/", no empty ones. @param {string} text */
export const tidied = (text) => text.normalize('NFC').split('/').map((level) => level.trim().replace(/\s+/g, ' ')).filter(Boolean).join('/');

/** What is offered for a text: known tags that are not there yet, then the text itself as a new one. @param {Offer[]} found @param {string[]} have @param {string} text */
export function offers(found, have, text) {
  const known = found.filter(({ path }) => !have.includes(path)).slice(0, 8);
  const wanted = tidied(text);
  const isNew = wanted && !have.includes(wanted) && !known.some(({ path }) => path.toLowerCase() === wanted.toLowerCase());
  return isNew ? [...known, { path: wanted, count: 0 }] : known;
}

/** The last level in full, those above it small. @param {string} path */
export function tagText(path) {
  const at = path.lastIndexOf('/') + 1;
  return el('span', { class: 'tag-text' }, at > 0 && el('span', { class: 'tag-above' }, path.slice(0, at).replaceAll('/', ' / ')), path.slice(at));
}

/** A tag as a chip. @param {string} tag @param {boolean} removable @param {() => void} remove */
export function chip(tag, removable, remove) {
  const name = t('field.tags.remove', { tag });
  return el('li', { class: 'chip', title: tag }, tagText(tag),
    removable && el('button', { type: 'button', 'aria-label': name, title: name, on: { click: remove } }, icon('x', 16)));
}

/**
 * A combobox; `have` are the tags that need no offering; `eager` offers before anything is typed.
 * @param {{ id: string, label: string, longest: number, placeholder: string, have: () => string[], add: (tag: string) => void, leave?: () => void, back?: () => void, eager?: boolean }} options
 */
export function tagBox({ id, label, longest, placeholder, have, add, leave, back, eager = false }) {
  const offersId = `${id}-offers`;
  const input = el('input', {
    id, class: 'inline-tags', type: 'text', role: 'combobox', placeholder, autocomplete: 'off', autocapitalize: 'none',
    maxlength: String(longest), 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': offersId,
  });
  const list = el('ul', { id: offersId, class: 'offers', role: 'listbox', 'aria-label': label, hidden: true });
  /** @type {Offer[]} */
  let offered = [];
  let active = -1;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {AbortController | undefined} */
  let asking;

  /** @param {string} text */
  function take(text) {
    const tag = tidied(text);
    input.value = '';
    close();
    if (tag && !have().includes(tag)) add(tag);
  }

  function close() {
    // What was asked for before must not come back over what is done now.
    clearTimeout(timer);
    asking?.abort();
    offered = [];
    active = -1;
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  }

  function ask() {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      asking?.abort();
      asking = new AbortController();
      const text = input.value;
      try {
        const { tags: found } = await getJson(`/api/tags?prefix=${encodeURIComponent(text.trim())}`, asking.signal);
        if (document.activeElement === input) open(offers(found, have(), text));
      } catch { /* without suggestions a tag can still be typed */ }
    }, WAIT);
  }

  /** @param {Offer[]} found */
  function open(found) {
    offered = found;
    active = -1;
    list.replaceChildren(...found.map(({ path, count }, i) => {
      const option = el('li', { id: `${id}-offer-${i}`, role: 'option', 'aria-selected': 'false' },
        count ? tagText(path) : el('span', {}, t('field.tags.new', { tag: path })), count ? el('small', { class: 'tabular' }, number(count)) : icon('plus', 16));
      option.addEventListener('pointerdown', (event) => { event.preventDefault(); take(path); });
      return option;
    }));
    list.hidden = found.length === 0;
    input.setAttribute('aria-expanded', String(found.length > 0));
    if (found.length) announce(t('field.tags.found', { n: found.length }));
  }

  /** @param {number} by */
  function point(by) {
    if (!offered.length) return;
    active = (active + by + offered.length + 1) % (offered.length + 1);
    if (active === offered.length) active = by > 0 ? 0 : offered.length - 1;
    [...list.children].forEach((option, i) => option.setAttribute('aria-selected', String(i === active)));
    input.setAttribute('aria-activedescendant', `${id}-offer-${active}`);
    list.children[active].scrollIntoView({ block: 'nearest' });
  }

  input.addEventListener('input', ask);
  if (eager) input.addEventListener('focus', ask);
  input.addEventListener('blur', () => { close(); if (input.value.trim()) take(input.value); });
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown') offered.length ? point(1) : ask();
    else if (event.key === 'ArrowUp') point(-1);
    else if (event.key === 'Enter' && !input.value.trim() && active < 0 && !leave) return; // a form's own Enter
    else if (event.key === 'Enter' || event.key === ',') take(active >= 0 ? offered[active].path : input.value);
    else if (event.key === 'Escape') {
      if (!input.value && list.hidden) {
        if (!leave) return; // a dialog's own Escape
        leave();
      }
      input.value = '';
      close();
    } else if (event.key === 'Backspace' && !input.value && back) back();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  return { element: el('div', { class: 'combobox' }, input, list), input };
}
