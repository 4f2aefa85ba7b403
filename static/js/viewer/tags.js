/** Tags as chips, and the combobox that completes them from those in the library. */

import { getJson } from '../lib/api.js';
import { announce, el, icon } from '../lib/dom.js';
import { number, t } from '../lib/i18n.js';
import { Block, leave } from './parts.js';
import { fieldRow } from './table.js';

const WAIT = 120;

/** A tag as it is stored: levels by "/", no empty ones. @param {string} text */
export const tidied = (text) => text.normalize('NFC').split('/').map((level) => level.trim().replace(/\s+/g, ' ')).filter(Boolean).join('/');

/** What is offered for a text: known tags that are not on the photo yet, then the text itself as a new one. @param {{ path: string, count: number }[]} found @param {string[]} have @param {string} text */
export function offers(found, have, text) {
  const known = found.filter(({ path }) => !have.includes(path)).slice(0, 8);
  const wanted = tidied(text);
  const isNew = wanted && !have.includes(wanted) && !known.some(({ path }) => path.toLowerCase() === wanted.toLowerCase());
  return isNew ? [...known, { path: wanted, count: 0 }] : known;
}

/** @param {import('./parts.js').Context} context @returns {import('./parts.js').Part & { focus: () => void }} */
export function tagsPart(context) {
  const { label, longest } = fieldRow('tags');
  const block = new Block(label, { for: 'field-tags' });
  const chips = el('ul', { class: 'chips' });
  const input = el('input', {
    id: 'field-tags', class: 'inline-tags', type: 'text', role: 'combobox', placeholder: t('field.tags.add'), autocomplete: 'off', autocapitalize: 'none',
    maxlength: String(longest), 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': 'tag-offers',
  });
  const list = el('ul', { id: 'tag-offers', class: 'offers', role: 'listbox', 'aria-label': label, hidden: true });
  block.body.append(chips, el('div', { class: 'combobox' }, input, list));
  /** @type {{ path: string, count: number }[]} */
  let offered = [];
  let active = -1;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {AbortController | undefined} */
  let asking;

  const tags = () => /** @type {string[]} */ (context.asset().fields.tags?.value ?? []);
  /** @param {'add' | 'remove'} op @param {string} value */
  const change = (op, value) => void block.follow(context.save([{ field: 'tags', op, value }], { label }));

  /** @param {string} text */
  function add(text) {
    const tag = tidied(text);
    input.value = '';
    close();
    if (tag && !tags().includes(tag)) change('add', tag);
  }

  function close() {
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
        if (document.activeElement === input) open(offers(found, tags(), text));
      } catch { /* without suggestions a tag can still be typed */ }
    }, WAIT);
  }

  /** @param {{ path: string, count: number }[]} found */
  function open(found) {
    offered = found;
    active = -1;
    list.replaceChildren(...found.map(({ path, count }, i) => {
      const option = el('li', { id: `tag-offer-${i}`, role: 'option', 'aria-selected': 'false' },
        count ? tagText(path) : el('span', {}, t('field.tags.new', { tag: path })), count ? el('small', { class: 'tabular' }, number(count)) : icon('plus', 16));
      option.addEventListener('pointerdown', (event) => { event.preventDefault(); add(path); });
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
    input.setAttribute('aria-activedescendant', `tag-offer-${active}`);
    list.children[active].scrollIntoView({ block: 'nearest' });
  }

  input.addEventListener('input', ask);
  input.addEventListener('focus', ask);
  input.addEventListener('blur', () => { clearTimeout(timer); close(); if (input.value.trim()) add(input.value); });
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown') point(1);
    else if (event.key === 'ArrowUp') point(-1);
    else if (event.key === 'Enter' || event.key === ',') add(active >= 0 ? offered[active].path : input.value);
    else if (event.key === 'Escape') {
      if (!input.value && list.hidden) leave(input);
      input.value = '';
      close();
    } else if (event.key === 'Backspace' && !input.value) {
      /** @type {HTMLElement | null} */ (chips.querySelector('li:last-child button'))?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });

  return {
    element: block.element,
    focus: () => input.focus(),
    update(asset) {
      const value = /** @type {string[]} */ (asset.fields.tags?.value ?? []);
      block.about(value.length ? asset.fields.tags : undefined);
      input.hidden = !asset.can_edit;
      block.element.hidden = !asset.can_edit && !value.length;
      const focused = chips.contains(document.activeElement);
      chips.replaceChildren(...value.map((tag) => chip(tag, asset.can_edit, () => change('remove', tag))));
      if (focused) input.focus();
    },
  };
}

/** @param {string} tag @param {boolean} removable @param {() => void} remove */
function chip(tag, removable, remove) {
  const name = t('field.tags.remove', { tag });
  return el('li', { class: 'chip', title: tag }, tagText(tag),
    removable && el('button', { type: 'button', 'aria-label': name, title: name, on: { click: remove } }, icon('x', 16)));
}

/** The last level in full, those above it small. @param {string} path */
function tagText(path) {
  const at = path.lastIndexOf('/') + 1;
  return el('span', { class: 'tag-text' }, at > 0 && el('span', { class: 'tag-above' }, path.slice(0, at).replaceAll('/', ' / ')), path.slice(at));
}
