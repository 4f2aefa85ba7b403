/** The storage pages: what counts as typed, when to ask often, and when there is something new to draw. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTyped } from '../../../static/js/storage/confirming.js';
import { isBusy, signature } from '../../../static/js/storage/standing.js';

test('the number that was asked for is typed, with or without separators', () => {
  for (const typed of ['1312', '1,312', '1.312', "1'312", ' 1 312 ', '1\u202f312']) assert.ok(isTyped(typed, '1312'), typed);
  for (const typed of ['', '131', '13120', 'all', '-1312', '1312x']) assert.ok(!isTyped(typed, '1312'), typed);
});

test('a scan that runs or is to begin is asked about often', () => {
  const calm = { id: 'a', name: 'A', state: 'online', missing: 0, asked: false, reading: null, scanned: null };
  assert.ok(!isBusy([calm]));
  assert.ok(isBusy([calm, { ...calm, asked: true }]));
  assert.ok(isBusy([{ ...calm, reading: 0 }]));
});

test('a disk that fills is nothing new; everything else is', () => {
  const told = { volumes: [{ id: 'a', state: 'online', free: 5, scanned: null }], watching: true };
  assert.equal(signature(told), signature({ ...told, volumes: [{ ...told.volumes[0], free: 4 }] }));
  assert.notEqual(signature(told), signature({ ...told, volumes: [{ ...told.volumes[0], state: 'offline' }] }));
  assert.notEqual(signature(told), signature({ ...told, watching: false }));
});
