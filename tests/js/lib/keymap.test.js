/** How a key press is named. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chord } from '../../../static/js/lib/keymap.js';

const press = (key, modifiers = {}) => chord({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...modifiers });

test('letters carry their own shift, named keys say it, Meta is Ctrl', () => {
  assert.equal(press('D', { shiftKey: true }), 'D');
  assert.equal(press('?', { shiftKey: true }), '?');
  assert.equal(press('ArrowLeft', { shiftKey: true }), 'Shift+ArrowLeft');
  assert.equal(press('a', { metaKey: true }), 'Ctrl+a');
  assert.equal(press(' '), 'Space');
});
