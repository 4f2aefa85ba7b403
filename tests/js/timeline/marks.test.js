/** Years and months along the scrubber. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { marksFor, monthsOf } from '../../../static/js/timeline/marks.js';

const day = (iso) => Date.parse(iso) / 86_400_000;

test('a month is named by its newest section', () => {
  const days = Int32Array.from(['2020-05-30', '2020-05-02', '2020-04-01', '2019-05-01'].map(day));
  const months = monthsOf(days, (section) => section * 100);
  assert.deepEqual(months.map(({ year, month, y }) => [year, month, y]), [[2020, 4, 0], [2020, 3, 200], [2019, 4, 300]]);
});

for (const [years, track] of [[2, 800], [26, 800], [126, 800], [40, 300], [1, 120]]) {
  test(`${years} years in ${track} px: labels apart, dots apart, none under a label`, () => {
    const days = Int32Array.from({ length: years * 12 }, (_, i) => day(new Date(Date.UTC(2026, 11 - i, 3)).toISOString().slice(0, 10)));
    const total = years * 12 * 5000;
    const { labels, dots } = marksFor(monthsOf(days, (section) => section * 5000), total, track);
    assert.ok(labels.length >= 1);
    for (let i = 1; i < labels.length; i++) assert.ok(labels[i].y - labels[i - 1].y >= 18);
    for (let i = 1; i < dots.length; i++) assert.ok(dots[i] - dots[i - 1] >= 9);
    for (const dot of dots) for (const label of labels) assert.ok(Math.abs(dot - label.y) >= 11);
    for (const { y } of labels) assert.ok(y >= 0 && y <= track);
  });
}
