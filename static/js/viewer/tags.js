/** Tags as chips, and the field that adds to them. */

import { el } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { chip, tagBox } from '../lib/tagbox.js';
import { Block, leave } from './parts.js';
import { fieldRow } from './table.js';

/** @param {import('./parts.js').Context} context @returns {import('./parts.js').Part & { focus: () => void }} */
export function tagsPart(context) {
  const { label, longest } = fieldRow('tags');
  const block = new Block(label, { for: 'field-tags' });
  const chips = el('ul', { class: 'chips' });
  const tags = () => /** @type {string[]} */ (context.asset().fields.tags?.value ?? []);
  /** @param {'add' | 'remove'} op @param {string} value */
  const change = (op, value) => void block.follow(context.save([{ field: 'tags', op, value }], { label }));
  const { element, input } = tagBox({
    id: 'field-tags', label, longest, placeholder: t('field.tags.add'), have: tags, add: (tag) => change('add', tag), leave: () => leave(input), eager: true,
    back: () => /** @type {HTMLElement | null} */ (chips.querySelector('li:last-child button'))?.focus(),
  });
  block.body.append(chips, element);

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
