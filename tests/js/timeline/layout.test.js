/** Rows for random libraries: every photo once, edges flush, nothing overlapping, small days whole. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HEADED, PACKED, RAGGED, layout, measureFor, place, rowAt, rowEdge, rowOf } from '../../../static/js/timeline/layout.js';

/** A generator of numbers that is the same on every run. */
function dice(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function library(seed, sections, most) {
  const roll = dice(seed);
  const starts = [0];
  for (let i = 0; i < sections; i++) starts.push(starts[i] + 1 + roll(most));
  const ratios = Uint8Array.from({ length: starts[sections] }, () => 32 + roll(193));
  return { starts: Uint32Array.from(starts), ratios };
}

const CASES = [[1, 40, 3, 1200], [2, 40, 60, 1200], [3, 25, 30, 320], [4, 60, 8, 3800], [5, 1, 1, 700], [6, 10, 200, 701]];

for (const [seed, sections, most, width] of CASES) {
  for (const density of ['small', 'medium', 'large']) {
    const { starts, ratios } = library(seed, sections, most);
    const measure = measureFor(width, density);
    const geometry = layout(starts, ratios, measure);
    const name = `${sections} days of up to ${most} at ${width} px, ${density}`;

    test(`${name}: every photo stands in one row, in order`, () => {
      const placed = [];
      for (let row = 0; row < geometry.rows; row++) placed.push(...place(geometry, row, starts, ratios).tiles.map((tile) => tile.ordinal));
      assert.deepEqual(placed, Array.from({ length: starts[sections] }, (_, i) => i));
      assert.equal(geometry.start[geometry.rows], starts[sections]);
    });

    test(`${name}: full rows end at the edge to the pixel, ragged ones never beyond it or above the target`, () => {
      for (let row = 0; row < geometry.rows; row++) {
        const last = place(geometry, row, starts, ratios).tiles.at(-1);
        if (geometry.flags[row] & RAGGED) {
          assert.equal(geometry.height[row], measure.target);
          assert.ok(last.x + last.width <= width + 1, `row ${row} ends at ${last.x + last.width}`);
        } else assert.equal(last.x + last.width, width);
      }
    });

    test(`${name}: gaps are as measured, and nothing overlaps`, () => {
      for (let row = 0; row < geometry.rows; row++) {
        const { tiles } = place(geometry, row, starts, ratios);
        for (let i = 1; i < tiles.length; i++) assert.ok(Math.abs(tiles[i].x - tiles[i - 1].x - tiles[i - 1].width - measure.gap) <= 1 || geometry.flags[row] & PACKED);
        if (row) assert.ok(rowEdge(geometry, row) >= geometry.top[row - 1] + geometry.height[row - 1] + measure.gap - 1e-9);
      }
      assert.ok(geometry.total >= geometry.top[geometry.rows - 1] + geometry.height[geometry.rows - 1]);
    });

    test(`${name}: photos keep their shape within a pixel's rounding`, () => {
      for (let row = 0; row < geometry.rows; row++) {
        for (const { ordinal, width: wide } of place(geometry, row, starts, ratios).tiles) {
          const wanted = 2 ** ((ratios[ordinal] - 128) / 48) * geometry.height[row];
          assert.ok(Math.abs(wide - wanted) <= 2 + wanted * 0.02, `${wide} for ${wanted}`);
        }
      }
    });

    test(`${name}: a row holds one day, or several whole small ones with room for their headings`, () => {
      for (let row = 0; row < geometry.rows; row++) {
        const { segments } = place(geometry, row, starts, ratios);
        const [begin, end] = [geometry.start[row], geometry.start[row + 1]];
        const inside = [...starts].filter((start) => start > begin && start < end);
        if (!(geometry.flags[row] & PACKED)) assert.equal(inside.length, 0);
        else {
          assert.ok([...starts].includes(begin) && [...starts].includes(end));
          assert.equal(segments.length, inside.length + 1);
          for (const segment of segments) assert.ok(segment.width >= Math.min(measure.narrowest, width));
        }
      }
    });

    test(`${name}: each section has one heading, and rows count them`, () => {
      let headed = 0;
      const titled = [];
      for (let row = 0; row < geometry.rows; row++) {
        if (geometry.flags[row] & HEADED) headed++;
        titled.push(...place(geometry, row, starts, ratios).segments.map((segment) => segment.section));
        assert.equal(geometry.headings[row], headed);
      }
      assert.deepEqual(titled, Array.from({ length: sections }, (_, i) => i));
    });

    test(`${name}: heights and ordinals find their rows`, () => {
      for (let row = 0; row < geometry.rows; row++) {
        assert.equal(rowOf(geometry, geometry.start[row]), row);
        assert.equal(rowAt(geometry, geometry.top[row]), row);
      }
    });
  }
}

test('rows are near the target height', () => {
  const { starts, ratios } = library(9, 5, 400);
  const measure = measureFor(1400, 'medium');
  const geometry = layout(starts, ratios, measure);
  const full = [...geometry.height.slice(0, geometry.rows)].filter((_, row) => !(geometry.flags[row] & RAGGED));
  const mean = full.reduce((a, b) => a + b, 0) / full.length;
  assert.ok(Math.abs(mean - measure.target) < measure.target * 0.1, `mean ${mean}`);
});

test('one-photo days share rows instead of leaving them white', () => {
  const starts = Uint32Array.from({ length: 101 }, (_, i) => i);
  const geometry = layout(starts, new Uint8Array(100).fill(156), measureFor(1400, 'medium'));
  assert.ok(geometry.rows <= 34, `${geometry.rows} rows for 100 days`);
});

test('shapes that are not known yet are 3:2, and the rest of a partial layout is estimated', () => {
  const { starts } = library(4, 300, 40);
  const measure = measureFor(1000, 'medium');
  const whole = layout(starts, null, measure);
  const part = layout(starts, null, measure, 400);
  assert.equal(part.whole, false);
  assert.ok(part.rows < whole.rows);
  assert.ok(Math.abs(part.total - whole.total) < whole.total * 0.2);
  assert.deepEqual([...part.top.slice(0, part.rows)], [...whole.top.slice(0, part.rows)]);
});

test('an empty library has no rows', () => {
  const geometry = layout(new Uint32Array(1), null, measureFor(800, 'medium'));
  assert.equal(geometry.rows, 0);
  assert.equal(geometry.total, 0);
});

test('a million photos are laid out', () => {
  const { starts, ratios } = library(7, 6700, 300);
  const geometry = layout(starts, ratios, measureFor(1400, 'medium'));
  assert.ok(ratios.length > 900_000 && geometry.rows > 100_000);
});
