/** When a tab asks for the version itself. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDue } from '../../../static/js/lib/live.js';

test('a visible tab asks each second, a hidden one each fifteen', () => {
  assert.equal(isDue(0, 1000, false), true);
  assert.equal(isDue(0, 500, false), false, 'another tab has just asked');
  assert.equal(isDue(0, 5000, true), false);
  assert.equal(isDue(0, 15_000, true), true);
});
