/** What the server wrote in plain numbers, in the reader's language. */

import { ago, bytes, number } from '../lib/i18n.js';

/** @param {ParentNode} root */
export function format(root) {
  for (const data of root.querySelectorAll('data[data-number]')) data.textContent = number(Number(data.getAttribute('value')));
  for (const data of root.querySelectorAll('data[data-bytes]')) data.textContent = bytes(Number(data.getAttribute('value')));
  for (const time of root.querySelectorAll('time[data-ago]')) {
    const at = time.getAttribute('datetime') ?? '';
    time.setAttribute('title', new Date(at).toLocaleString());
    time.textContent = ago(Date.parse(at));
  }
}
