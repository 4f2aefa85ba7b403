/** Intervals against a plain set that does the same. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Selection } from '../../../static/js/timeline/selection.js';

test('a thousand random steps agree with a set', () => {
  let state = 1;
  const roll = (below) => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) % below;
  const selection = new Selection();
  const model = new Set();
  for (let step = 0; step < 1000; step++) {
    const from = roll(80);
    const to = from + roll(20);
    const all = () => Array.from({ length: to - from }, (_, i) => from + i);
    const kind = roll(4);
    if (kind === 0) selection.add(from, to), all().forEach((at) => model.add(at));
    else if (kind === 1) selection.remove(from, to), all().forEach((at) => model.delete(at));
    else if (kind === 2 && to > from) {
      const full = all().every((at) => model.has(at));
      selection.toggle(from, to);
      all().forEach((at) => (full ? model.delete(at) : model.add(at)));
    } else assert.equal(selection.has(from), model.has(from));
    assert.deepEqual([...selection], [...model].sort((a, b) => a - b));
    assert.equal(selection.size, model.size);
    const { ranges } = selection;
    for (let i = 1; i < ranges.length; i++) assert.ok(ranges[i][0] > ranges[i - 1][1], 'ranges are sorted and apart');
  }
});

test('a million selected are one range', () => {
  const selection = new Selection();
  selection.add(0, 1_000_000);
  assert.deepEqual(selection.ranges, [[0, 1_000_000]]);
  selection.toggle(500, 501);
  assert.equal(selection.size, 999_999);
  assert.deepEqual(selection.ranges, [[0, 500], [501, 1_000_000]]);
});
