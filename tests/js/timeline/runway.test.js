/** The window of the endless scroller: moving it never moves what is seen. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RUNWAY, centred, isOffCentre, runwayHeight } from '../../../static/js/timeline/runway.js';

test('a short library is its own runway', () => {
  assert.deepEqual(centred(5000, 4000), { total: 5000, base: 0 });
  assert.equal(runwayHeight(5000), 5000);
});

test('the ends of a long library are the ends of the runway, so that they bounce', () => {
  assert.equal(centred(52_780_783, 0).base, 0);
  assert.equal(centred(52_780_783, 52_780_783).base, 52_780_783 - RUNWAY);
});

test('every height of a long library can be stood at', () => {
  for (let y = 0; y <= 52_000_000; y += 777_777) {
    const { base } = centred(52_780_783, y);
    assert.ok(y - base >= 0 && y - base <= RUNWAY && Number.isInteger(base));
  }
});

test('far from an edge nothing moves; near it the window does, and at the true ends it does not', () => {
  const middle = centred(10_000_000, 5_000_000);
  assert.equal(isOffCentre(middle, RUNWAY / 2, 900, false), false);
  assert.equal(isOffCentre(middle, RUNWAY / 2, 900, true), false);
  assert.equal(isOffCentre(middle, 2000, 900, false), true);
  assert.equal(isOffCentre(middle, RUNWAY - 3000, 900, false), true);
  assert.equal(isOffCentre(middle, RUNWAY * 0.85, 900, true), true);
  assert.equal(isOffCentre(middle, RUNWAY * 0.85, 900, false), false);
  assert.equal(isOffCentre(centred(10_000_000, 0), 0, 900, true), false);
  assert.equal(isOffCentre(centred(10_000_000, 10_000_000), RUNWAY - 900, 900, true), false);
  assert.equal(isOffCentre(centred(5000, 0), 4000, 900, true), false);
});
