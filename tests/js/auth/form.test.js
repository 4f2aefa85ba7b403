/** Where signing in may lead. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { safeNext } from '../../../static/js/auth/form.js';

test('only to a path of this site', () => {
  assert.equal(safeNext('/photo/1?at=2020-01-01'), '/photo/1?at=2020-01-01');
  for (const next of ['//elsewhere.example', '/\\elsewhere.example', 'https://elsewhere.example', 'javascript:alert(1)', '', '/\t/elsewhere.example']) {
    assert.equal(safeNext(next).startsWith('/'), true);
    assert.equal(new URL(safeNext(next), 'http://here.example').host, 'here.example', next);
  }
});
