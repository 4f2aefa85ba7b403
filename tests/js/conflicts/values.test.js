/** Values into controls and out again: what is not touched stays what it was, for each kind of field. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partsOf, spanText, textOf, valueOf } from '../../../static/js/conflicts/values.js';

const CASES = [
  ['text', 'Lake'],
  ['longtext', 'Lake\nat dawn'],
  ['moment', { local: '2024-06-28T10:01:00', offset: '+02:00' }],
  ['moment', { local: '2024-06-28', offset: null }],
  ['position', { lat: 48.5, lon: -2.25, alt: 35 }],
  ['position', { lat: 0, lon: 0, alt: null }],
  ['names', ['Ann', 'Bob']],
  ['place', { city: 'Paris', country: 'France' }],
  ['integer', 6],
  ...['text', 'moment', 'position', 'names', 'place', 'integer'].map((kind) => [kind, null]),
];

test('a value that is filled in and read again is the same', () => {
  for (const [kind, value] of CASES) assert.deepEqual(valueOf(kind, partsOf(kind, value)), value, `${kind} ${JSON.stringify(value)}`);
});

test('what is no value yet is not decided', () => {
  assert.equal(valueOf('moment', { date: '', time: '10:00', zone: '' }), undefined);
  assert.equal(valueOf('position', { lat: '48.5', lon: '', alt: '' }), undefined);
});

test('spaces and empty lines are not values', () => {
  assert.equal(valueOf('text', { '': '  ' }), null);
  assert.deepEqual(valueOf('names', { '': ' Ann \n\n' }), ['Ann']);
  assert.deepEqual(valueOf('place', { city: ' Paris ', country: ' ' }), { city: 'Paris' });
  assert.deepEqual(valueOf('moment', { date: '2024-06-28', time: '10:01', zone: '' }), { local: '2024-06-28T10:01:00', offset: null });
});

test('moments and positions are worded for the reader, the rest by the server', () => {
  assert.match(textOf('moment', { local: '2024-06-28T10:01:00', offset: null }), /2024.*no zone/);
  assert.match(textOf('position', { lat: -1, lon: 2, alt: 3 }), /1° S, 2° E · 3 m/);
  assert.equal(textOf('text', 'Lake'), '');
  assert.equal(textOf('moment', null), '');
});

test('a span is said in its largest unit', () => {
  assert.equal(spanText(19 * 3_600_000), '19 hours');
  assert.equal(spanText(60_000), '1 minute');
  assert.equal(spanText(72 * 3_600_000), '3 days');
});
