/** What is said of the work under way. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { told } from '../../../static/js/lib/work.js';

test('reading comes first, as pictures follow from it, and nobody knows its end', () => {
  assert.deepEqual(told({ reading: 1, pictures: 9 }, 9), { text: 'Reading your folders: 1 photo so far', done: null });
});

test('of the pictures that waited, those that wait no more are done', () => {
  assert.deepEqual(told({ reading: null, pictures: 30 }, 120), { text: 'Making thumbnails: 30 photos left', done: 0.75 });
  assert.equal(told({ reading: null, pictures: 5 }, 5)?.done, 0);
});

test('nothing is said when nothing is done', () => {
  assert.equal(told({ reading: null, pictures: null }, 0), null);
});
