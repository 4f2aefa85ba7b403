/** Texts with values, sizes, durations, days. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ago, bytes, dayLabel, duration, localLabels, momentLabel, t } from '../../../static/js/lib/i18n.js';

test('values are filled in, numbers grouped, plurals chosen', () => {
  assert.equal(t('count.selected', { n: 1 }), '1 selected');
  assert.equal(t('count.selected', { n: 1204 }), '1,204 selected');
  assert.equal(t('field.rating.stars', { n: 1 }), '1 star');
  assert.equal(t('photo.at', { kind: 'Photo', date: 'May {n}' }), 'Photo, May {n}', 'a value is not read as a message');
});

test('sizes step by a thousand', () => {
  assert.deepEqual([0, 999, 4_200_000, 3_400_000_000].map(bytes), ['0 byte', '999 byte', '4.2 MB', '3.4 GB']);
});

test('durations', () => {
  assert.deepEqual([0, 42, 83, 3723].map(duration), ['0:00', '0:42', '1:23', '1:02:03']);
});

test('a capture time is shown as at the camera, whatever this machine thinks', () => {
  const day = Date.parse('2014-06-03') / 86_400_000;
  assert.match(momentLabel(day, 14 * 3600 + 300), /2014/);
  assert.match(momentLabel(day, 14 * 3600 + 300), /2:05|14:05/);
  assert.match(localLabels('2014-06-03T23:59:59').date, /3/);
  assert.deepEqual(localLabels('2014-06').time, '');
});

test("the year is left out for this year's days only", () => {
  const now = new Date();
  const today = Math.floor(Date.UTC(now.getFullYear(), 6, 1) / 86_400_000);
  assert.doesNotMatch(dayLabel(today), /\d{4}/);
  assert.match(dayLabel(today - 800), /\d{4}/);
});

test('how long ago', () => {
  assert.equal(ago(0, 7200_000), '2 hours ago');
  assert.equal(ago(0, 5000), '5 seconds ago');
});
