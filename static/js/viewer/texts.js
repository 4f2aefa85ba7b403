/** Title and description, edited where they stand: saved on leaving, Enter saves a title, Escape restores. */

import { el } from '../lib/dom.js';
import { t } from '../lib/i18n.js';
import { Block, leave } from './parts.js';
import { fieldRow } from './table.js';

/** @param {import('./parts.js').Context} context @param {'title' | 'description'} name @returns {import('./parts.js').Part} */
export function textPart(context, name) {
  const { label, longest } = fieldRow(name);
  const block = new Block(label, { for: `field-${name}` });
  const input = el('textarea', { id: `field-${name}`, class: `inline-text inline-${name}`, rows: '1', placeholder: t(`field.${name}.add`), spellcheck: 'true', maxlength: String(longest) });
  block.body.append(input);
  let shown = '';
  /** @type {string[]} */
  let seen = [];

  function save() {
    const value = input.value.trim();
    if (value === shown) {
      input.value = shown;
      return;
    }
    shown = value;
    /** @type {import('./assets.js').Change} */
    const change = value ? { field: name, op: 'set', value } : { field: name, op: 'clear' };
    void block.follow(context.save([change], { label, seen }));
  }

  input.addEventListener('focus', () => { seen = context.asset().fields[name]?.dots ?? []; });
  input.addEventListener('blur', save);
  input.addEventListener('input', () => {
    // A title is one line, also when several are pasted.
    if (name === 'title' && input.value.includes('\n')) input.value = input.value.replace(/\s*\n\s*/g, ' ');
  });
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'Escape') {
      input.value = shown;
      leave(input);
    } else if (event.key === 'Enter' && (name === 'title' || event.ctrlKey || event.metaKey)) leave(input);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  return {
    element: block.element,
    update(asset) {
      block.about(asset.fields[name]);
      input.readOnly = !asset.can_edit;
      block.element.hidden = !asset.can_edit && !asset.fields[name]?.value;
      const typing = document.activeElement === input && input.value.trim() !== shown;
      if (typing) return;
      shown = asset.fields[name]?.value ?? '';
      if (input.value !== shown) input.value = shown;
    },
  };
}
