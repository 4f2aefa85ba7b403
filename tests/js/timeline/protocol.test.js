/** The binary answers, decoded: against an encoder of the test's own. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HAS_THUMB, PROBLEM, ProtocolError, dayOf, decodeBlock, decodeIndex, isUnshowable, lastAtMost, ratioOf, sectionAt, sectionOf } from '../../../static/js/timeline/protocol.js';

const varint = (n) => (n < 128 ? [n] : [(n % 128) | 128, ...varint(Math.floor(n / 128))]);
const zigzag = (n) => varint(n >= 0 ? n * 2 : -n * 2 - 1);
const bytes = (...parts) => Uint8Array.from(parts.flat()).buffer;
const text = (s) => [...s].map((c) => c.charCodeAt(0));

function index(days, counts, undated) {
  const total = counts.reduce((a, b) => a + b, undated);
  const deltas = days.slice(1).flatMap((day, i) => varint(days[i] - day));
  return bytes(text('KPI1'), varint(total), varint(days.length), days.length ? zigzag(days[0]) : [], deltas, counts.flatMap(varint), varint(undated));
}

test('an index holds days newest first, and where each begins', () => {
  const found = decodeIndex(index([20_000, 19_998, -3], [300, 1, 2], 5));
  assert.deepEqual([...found.days], [20_000, 19_998, -3]);
  assert.deepEqual([...found.starts], [0, 300, 301, 303, 308]);
  assert.equal(found.count, 308);
  assert.equal(found.undated, true);
  assert.equal(dayOf(found, 2), -3);
  assert.equal(dayOf(found, 3), null);
});

test('an empty library is no error', () => {
  const found = decodeIndex(index([], [], 0));
  assert.equal(found.count, 0);
  assert.deepEqual([...found.starts], [0]);
});

test('a library without any date has one section', () => {
  const found = decodeIndex(index([], [], 7));
  assert.deepEqual([...found.starts], [0, 7]);
  assert.equal(sectionOf(found, 6), 0);
  assert.equal(dayOf(found, 0), null);
});

test('ordinals and days find their sections', () => {
  const found = decodeIndex(index([100, 90, 80], [2, 3, 4], 1));
  assert.deepEqual([0, 1, 2, 4, 5, 8, 9].map((at) => sectionOf(found, at)), [0, 0, 1, 1, 2, 2, 3]);
  assert.deepEqual([101, 100, 95, 90, 80, 1].map((day) => sectionAt(found, day)), [0, 0, 1, 1, 2, 2]);
});

test('numbers beyond 32 bits survive', () => {
  const found = decodeIndex(index([5], [2 ** 31 + 3], 0));
  assert.equal(found.count, 2 ** 31 + 3);
});

for (const [name, buffer] of [
  ['another magic', bytes(text('KPI2'), [0, 0, 0])],
  ['a cut-off number', bytes(text('KPI1'), [200])],
  ['counts that do not add up', bytes(text('KPI1'), varint(9), varint(1), zigzag(5), varint(3), varint(0))],
  ['an endless number', bytes(text('KPI1'), Array(20).fill(255))],
]) {
  test(`${name} is refused`, () => assert.throws(() => decodeIndex(buffer), ProtocolError));
}

function block(tiles) {
  const u32 = (n) => [n & 255, (n >>> 8) & 255, (n >>> 16) & 255, n >>> 24];
  const column = (pick) => tiles.flatMap(pick);
  return bytes(text('KPB1'), varint(tiles.length), column((x) => Array(16).fill(x.id)), column((x) => u32(x.second)), column((x) => [x.duration & 255, x.duration >> 8]),
    column((x) => [x.flags]), column((x) => [x.ratio]), column((x) => Array(8).fill(x.key)), column((x) => [x.hash.length]), column((x) => x.hash));
}

test('a block gives each tile its own values', () => {
  const [first, second] = decodeBlock(block([
    { id: 0xab, second: 3661, duration: 300, flags: 129, ratio: 156, key: 0x0f, hash: [1, 2, 3, 4, 5] },
    { id: 1, second: 0xffffffff, duration: 0, flags: 0, ratio: 128, key: 0, hash: [] },
  ]));
  assert.equal(first.id, 'ab'.repeat(16));
  assert.deepEqual([first.second, first.duration, first.flags, first.key], [3661, 300, 129, '0f'.repeat(8)]);
  assert.deepEqual([...first.hash], [1, 2, 3, 4, 5]);
  assert.deepEqual([second.second, second.key, second.hash.length], [null, '', 0]);
});

test('a cut-off block is refused', () => {
  const whole = block([{ id: 1, second: 1, duration: 0, flags: 0, ratio: 128, key: 1, hash: [1, 2, 3] }]);
  for (let length = 4; length < whole.byteLength; length++) assert.throws(() => decodeBlock(whole.slice(0, length)), ProtocolError);
});

test('ratios are 48 steps an octave about 1:1', () => {
  assert.equal(ratioOf(128), 1);
  assert.equal(ratioOf(176), 2);
  assert.equal(ratioOf(32), 0.25);
  assert.ok(Math.abs(ratioOf(156) - 1.5) < 0.01);
});

test('lastAtMost finds the last entry that is not greater', () => {
  assert.deepEqual([-1, 0, 4, 5, 99].map((value) => lastAtMost([0, 5, 9], value)), [0, 0, 0, 1, 2]);
});

test('only what was tried and has no picture is not asked for', () => {
  const key = 'ab'.repeat(8);
  assert.equal(isUnshowable({ flags: PROBLEM, key }), true);
  assert.equal(isUnshowable({ flags: PROBLEM, key: '' }), false, 'its sidecar may be the problem; nobody has looked into the file yet');
  assert.equal(isUnshowable({ flags: PROBLEM | HAS_THUMB, key }), false, 'a damaged sidecar hides no picture');
  assert.equal(isUnshowable({ flags: 0, key }), false, 'it is still to be made');
});
