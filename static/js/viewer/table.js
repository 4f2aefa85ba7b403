/** The rows of the server's field table that the forms need; the table itself is written once, in Python. */

import { find } from '../lib/dom.js';
import { hasMessage, t } from '../lib/i18n.js';

/** @typedef {{ label: string, choices: string[], longest: number, lowest: number, highest: number }} Row */

/** @param {string} name @returns {Row} */
export function fieldRow(name) {
  const template = /** @type {HTMLTemplateElement | null} */ (globalThis.document ? find('fields') : null);
  const data = /** @type {HTMLElement | null} */ (template?.content.querySelector(`data[value="${name}"]`) ?? null);
  const { label, choices = '', longest = '65536', lowest = '0', highest = '0' } = data?.dataset ?? {};
  return {
    label: label ?? (hasMessage(`field.${name}`) ? t(`field.${name}`) : name),
    choices: choices.split(' ').filter(Boolean), longest: Number(longest), lowest: Number(lowest), highest: Number(highest),
  };
}
