/** Taking back what history tells: offered only where it still stands, and strictly. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takingBack } from '../../../static/js/viewer/history.js';

const line = (field, from, to, at) => ({ field, from, to, at, by: 'Alice', via: null });
const photo = (history, fields, more = {}) => ({ can_edit: true, history, fields, ...more });
const said = (value, ...dots) => ({ value, source: 'people', at: dots.at(-1) ?? null, dots, conflict: false });

test('the last change of a value is taken back to what it was before', () => {
  const last = line('title', 'Sea', 'Lake', 'd2');
  const asset = photo([last, line('title', null, 'Sea', 'd1')], { title: said('Lake', 'd2') });
  assert.deepEqual(takingBack(asset, last), { field: 'title', op: 'set', value: 'Sea', seen: ['d2'], strict: true });
  assert.equal(takingBack(asset, asset.history[1]), null, 'the earlier one stands no longer');
});

test('a first value goes, and a cleared one comes back', () => {
  const first = line('taken', null, { local: '2024-06-28', offset: null }, 'd1');
  assert.deepEqual(takingBack(photo([first], { taken: said(first.to, 'd1') }), first), { field: 'taken', op: 'remove', seen: ['d1'], strict: true });
  const cleared = line('rating', 4, null, 'd2');
  assert.deepEqual(takingBack(photo([cleared], { rating: said(null, 'd2') }), cleared), { field: 'rating', op: 'set', value: 4, seen: ['d2'], strict: true });
});

test('a tag that was added goes, one that was removed comes back', () => {
  const added = line('tags/Places/Paris', null, true, 'd1');
  const asset = photo([added], { tags: said(['Places/Paris', 'Sea'], 'd0', 'd1') });
  assert.deepEqual(takingBack(asset, added), { field: 'tags', op: 'remove', value: 'Places/Paris', seen: ['d1'], strict: true });
  const removed = line('tags/Sea', true, null, 'd2');
  assert.deepEqual(takingBack(photo([removed], {}), removed), { field: 'tags', op: 'add', value: 'Sea', seen: [], strict: true });
});

test('what does not stand, or not alone, or is not the reader\'s to change, is not offered', () => {
  const last = line('title', 'Sea', 'Lake', 'd2');
  const fields = { title: said('Lake', 'd2') };
  assert.ok(takingBack(photo([last], fields), last));
  assert.equal(takingBack(photo([last], fields, { can_edit: false }), last), null);
  assert.equal(takingBack(photo([last], { title: said('Lake', 'd1', 'd2') }), last), null, 'another value stands beside it');
  assert.equal(takingBack(photo([last], { title: said('Else', 'd3') }), last), null);
  const removed = line('tags/Sea', true, null, 'd2');
  assert.equal(takingBack(photo([removed], { tags: said(['Sea'], 'd3') }), removed), null, 'it is back already');
  const added = line('tags/Sea', null, true, 'd2');
  assert.equal(takingBack(photo([added], { tags: said(['Sea'], 'd3') }), added), null, 'somebody else added it again');
  for (const field of ['favourites/f00', 'regions/r1/name', 'albums/a1', 'trash']) {
    const other = line(field, null, true, 'd2');
    assert.equal(takingBack(photo([other], { [field]: said(true, 'd2') }), other), null, field);
  }
});

test('a repair is no change to take back, and hides none', () => {
  const last = line('rating', null, 2, 'd2');
  const repair = { ...line('rating', null, null, 'd3'), note: 'one star from nothing' };
  const asset = photo([repair, last], { rating: said(2, 'd2') });
  assert.equal(takingBack(asset, repair), null);
  assert.ok(takingBack(asset, last));
});

test('a text that the history cut is never put back', () => {
  const cut = line('description', `${'x'.repeat(1000)}…`, 'Short', 'd2');
  assert.equal(takingBack(photo([cut], { description: said('Short', 'd2') }), cut), null);
});
