/** What a bulk edit is called, before and after. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shiftOf } from '../../../static/js/timeline/asking.js';
import { changeText, doneText, editText, progressText, shiftText } from '../../../static/js/timeline/words.js';

const edit = (more) => ({ id: 'b', state: 'done', by: 'Alice', made_ms: 0, undoes: null, undone_by: null, total: 12, done: 12, changed: 12, unchanged: 0, refused: 0, partly: 0, listed: [], changes: [{ field: 'tags', op: 'add', value: ['Sea'] }], ...more });

test('a shift is said in days, hours, minutes and seconds, those that are', () => {
  assert.equal(shiftOf('-', { days: '1', hours: '0', minutes: '30', seconds: '' }), -88_200);
  assert.equal(shiftText(-88_200), '1 day 30 min earlier');
  assert.equal(shiftText(3_601), '1 h 1 s later');
});

test('each kind of change has its words', () => {
  assert.equal(changeText({ field: 'tags', op: 'add', value: ['Sea', 'Lake'] }), 'Tags: Sea, Lake added');
  assert.equal(changeText({ field: 'tags', op: 'remove', value: 'Sea' }), 'Tags: Sea removed');
  assert.equal(changeText({ field: 'rating', op: 'set', value: -1 }), 'Rating: Rejected');
  assert.equal(changeText({ field: 'label', op: 'set', value: 'Red' }), 'Colour label: Red');
  assert.equal(changeText({ field: 'title', op: 'clear' }), 'Title cleared');
  assert.equal(changeText({ field: 'favourites', op: 'remove', value: 'a' }), 'No favourite any more');
  assert.equal(editText(edit({ undoes: 'a' })), 'Taken back: Tags: Sea added');
});

test('when it is over it is said what came of it', () => {
  assert.equal(doneText(edit({})), '12 photos tagged');
  assert.equal(doneText(edit({ changed: 1 })), '1 photo tagged');
  assert.equal(doneText(edit({ changed: 0, unchanged: 12 })), 'Nothing to change: all 12 photos were so already');
  assert.equal(doneText(edit({ state: 'cancelled', changed: 5 })), 'Cancelled. 5 photos had been changed.');
  assert.equal(doneText(edit({ undoes: 'a' })), 'Taken back on 12 photos');
  assert.equal(doneText(edit({ changes: [{ field: 'taken', op: 'shift', value: 3600 }] })), '12 photos moved 1 h later');
  assert.equal(progressText(edit({ state: 'working', done: 1200, total: 10_000 })), 'Changing photos: 1,200 of 10,000');
});
