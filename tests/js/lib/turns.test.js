import assert from 'node:assert/strict';
import { test } from 'node:test';

import { inTurns } from '../../../static/js/lib/turns.js';

/** What has been promised so far has happened. */
const settled = () => new Promise((resolve) => { setImmediate(resolve); });

test('asked for thrice in one turn, one more is taken', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let turns = 0;
  const ask = inTurns(async () => { turns++; }, 100);
  for (let i = 0; i < 4; i++) void ask();
  await settled();
  assert.equal(turns, 1);
  for (const after of [2, 2]) {
    t.mock.timers.tick(100);
    await settled();
    assert.equal(turns, after);
  }
});

test('what fails is tried again by itself, later and later, and soon again once it works', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let [turns, works] = [0, false];
  const ask = inTurns(async () => { turns++; if (!works) throw new Error('busy'); }, 100);
  void ask();
  for (const [wait, before] of [[200, 1], [400, 2], [800, 3], [1600, 4], [3200, 5], [3200, 6]]) {
    await settled();
    t.mock.timers.tick(wait - 1);
    await settled();
    assert.equal(turns, before, `before ${wait} ms`);
    works = before === 6;
    t.mock.timers.tick(1);
    await settled();
    assert.equal(turns, before + 1);
  }
  t.mock.timers.tick(100);
  void ask();
  await settled();
  assert.equal(turns, 8);
});
