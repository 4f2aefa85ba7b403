/** The sheet on `?`: the keys of the scopes in force. */

import { openDialog } from './dialog.js';
import { el } from './dom.js';
import { t } from './i18n.js';
import { lettersOn, scopes } from './keymap.js';

export function openKeySheet() {
  if (document.querySelector('dialog[open]')) return;
  openDialog(t('keys.title'), () => [
    lettersOn() ? '' : el('p', { class: 'form-warning' }, t('keys.off')),
    el('div', { class: 'keys' }, ...scopes().filter((scope) => scope.bindings.length).map(section)),
  ].map((part) => (typeof part === 'string' ? document.createTextNode(part) : part)), { wide: true });
}

/** @param {import('./keymap.js').Scope} scope */
function section(scope) {
  return el('section', {}, el('h3', {}, t(`keys.scope.${scope.name}`)), ...scope.bindings.map(row));
}

/** @param {import('./keymap.js').Binding} binding */
function row(binding) {
  const shown = binding.show ?? binding.keys.slice(0, 1).map((key) => key.split('+'));
  const keys = el('span', {});
  shown.forEach((keysOfOne, at) => {
    if (at) keys.append(` ${t('keys.or')} `);
    keysOfOne.forEach((key, index) => keys.append(index ? ' ' : '', el('kbd', {}, key)));
  });
  return el('div', {}, el('span', {}, binding.label), keys);
}
