/** Photos as the server last said, whichever answer comes first. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Assets } from '../../../static/js/viewer/assets.js';

test('a photo asked for afresh is asked for again, though an older answer is still on its way', async () => {
  /** @type {((title: string) => void)[]} */
  const answers = [];
  globalThis.fetch = () => new Promise((resolve) => {
    answers.push((title) => resolve(new Response(JSON.stringify({ id: 'a', title }), { headers: { 'Content-Type': 'application/json' } })));
  });
  const assets = new Assets();
  const first = assets.load('a');
  const second = assets.load('a', true);
  for (let turn = 0; turn < 100 && answers.length < 2; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal(answers.length, 2);
  answers[1]('new');
  await second;
  answers[0]('old');
  await first;
  assert.equal(/** @type {any} */ (assets.get('a')).title, 'new');
});
