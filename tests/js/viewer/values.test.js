/** What the sidebar makes of values, and what it sends: the parts that need no page. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changed, withChanges } from '../../../static/js/viewer/assets.js';
import { cameraText, entryText, exposureText, pathParts, positionText, timeOf, valueText } from '../../../static/js/viewer/facts.js';
import { sourceOf } from '../../../static/js/viewer/parts.js';
import { mediaUrl, sizeOf } from '../../../static/js/viewer/stage.js';
import { offers, tidied } from '../../../static/js/lib/tagbox.js';
import { momentFrom, momentText, offsetText } from '../../../static/js/viewer/taken.js';
import { dayOfLocal } from '../../../static/js/viewer/viewing.js';

test('a change on its way is shown as it will be', () => {
  assert.equal(changed('old', { field: 'title', op: 'set', value: 'new' }), 'new');
  assert.equal(changed('old', { field: 'title', op: 'clear' }), null);
  assert.deepEqual(changed(['b'], { field: 'tags', op: 'add', value: 'a' }), ['a', 'b']);
  assert.deepEqual(changed(['a', 'b'], { field: 'tags', op: 'add', value: 'b' }), ['a', 'b']);
  assert.deepEqual(changed(null, { field: 'tags', op: 'remove', value: 'b' }), []);
  assert.deepEqual(changed(['a', 'b', 'c'], { field: 'tags', op: 'remove', value: ['a', 'c'] }), ['b']);
  assert.equal(changed('mine', { field: 'title', op: 'remove' }), 'mine', 'what lies beneath is for the server to say');
  assert.equal(changed(4, { field: 'rating', op: 'remove' }), 4);
});

test('the asset itself stays as the server said it', () => {
  const asset = { fields: { title: { value: 'old', source: 'tool', via: 'darktable', dots: ['1'], conflict: true } } };
  const shown = withChanges(asset, [{ field: 'title', op: 'set', value: 'new' }, { field: 'rating', op: 'set', value: 3 }]);
  assert.equal(shown.fields.title.value, 'new');
  assert.equal(shown.fields.rating.value, 3);
  assert.equal(asset.fields.title.value, 'old');
  assert.deepEqual(Object.keys(asset.fields), ['title']);
});

test('a value says where it comes from', () => {
  const field = { value: 3, dots: [], conflict: false };
  assert.equal(sourceOf({ ...field, source: 'tool', via: 'darktable' }), 'from darktable');
  assert.equal(sourceOf({ ...field, source: 'tool', via: null }), 'from another program');
  assert.equal(sourceOf({ ...field, source: 'embedded' }), 'in the file');
  assert.equal(sourceOf({ ...field, source: 'takeout' }), 'from Google Takeout');
  assert.equal(sourceOf({ ...field, source: 'people', by: 'Alice' }), 'by Alice');
  assert.equal(sourceOf({ ...field, source: 'none' }), '');
  assert.equal(sourceOf(undefined), '');
});

test('a date without a time has no zone, and no zone is not UTC', () => {
  assert.deepEqual(momentFrom('2021-06-01', '', '+02:00', null), { local: '2021-06-01', offset: null });
  assert.deepEqual(momentFrom('2021-06-01', '12:34', '', null), { local: '2021-06-01T12:34:00', offset: null });
  assert.deepEqual(momentFrom('2021-06-01', '12:34:56', '+00:00', null), { local: '2021-06-01T12:34:56', offset: '+00:00' });
  assert.equal(momentFrom('', '12:34', '', null), null);
});

test('the fraction of a second survives a change of date or zone, not one of time', () => {
  const before = { local: '2021-06-01T12:34:56.121', offset: '+02:00' };
  assert.deepEqual(momentFrom('2021-06-02', '12:34:56', '+03:00', before), { local: '2021-06-02T12:34:56.121', offset: '+03:00' });
  assert.deepEqual(momentFrom('2021-06-01', '12:34:57', '+02:00', before), { local: '2021-06-01T12:34:57', offset: '+02:00' });
});

test('offsets and moments as text', () => {
  assert.deepEqual([-570, 0, 345].map(offsetText), ['-09:30', '+00:00', '+05:45']);
  assert.match(momentText({ local: '2021-06-01T12:34:56', offset: null }), /no zone$/);
  assert.match(momentText({ local: '2021-06-01T12:34:56', offset: '+02:00' }), /\+02:00$/);
  assert.doesNotMatch(momentText({ local: '2021-06-01', offset: null }), /zone/);
});

test('the day of a capture time', () => {
  assert.equal(dayOfLocal('1970-01-02T23:59:59'), 1);
  assert.equal(dayOfLocal('1969-12-31'), -1);
  assert.equal(dayOfLocal('2021-06'), Date.parse('2021-06-01') / 86_400_000);
  assert.equal(dayOfLocal(undefined), null);
  assert.equal(dayOfLocal('nonsense'), null);
});

test('tags are tidied and offered', () => {
  assert.equal(tidied('  Places / Paris//  '), 'Places/Paris');
  assert.equal(tidied(' / '), '');
  const found = [{ path: 'Sea', count: 3 }, { path: 'Seaside', count: 1 }];
  assert.deepEqual(offers(found, ['Sea'], 'sea').map(({ path }) => path), ['Seaside', 'sea']);
  assert.deepEqual(offers(found, [], 'SEA').map(({ path }) => path), ['Sea', 'Seaside']);
  assert.deepEqual(offers([], [], '').map(({ path }) => path), []);
});

test('a picture stored lying down is shown standing', () => {
  assert.deepEqual(sizeOf({ width: 6000, height: 4000 }, 1.5), { width: 6000, height: 4000 });
  assert.deepEqual(sizeOf({ width: 6000, height: 4000 }, 0.667), { width: 4000, height: 6000 });
  assert.deepEqual(sizeOf(undefined, 2), { width: 4096, height: 2048 });
  assert.deepEqual(sizeOf({ width: null, height: null }, 0.5), { width: 2048, height: 4096 });
});

test('addresses carry the content where it is known', () => {
  assert.equal(mediaUrl({ id: 'a', key: 'ff' }, 'thumb'), '/media/a/thumb?v=ff');
  assert.equal(mediaUrl({ id: 'a', key: '' }, 'preview'), '/media/a/preview');
});

test('camera, exposure, position, times', () => {
  assert.equal(cameraText('NIKON CORPORATION', 'NIKON D850'), 'NIKON D850');
  assert.equal(cameraText('FUJIFILM', 'X-T5'), 'FUJIFILM X-T5');
  assert.equal(cameraText(undefined, undefined), '');
  assert.deepEqual([0.004, 1 / 3, 0.5, 30].map(exposureText), ['1/250 s', '1/3 s', '0.5 s', '30 s']);
  assert.equal(positionText({ lat: -33.856784, lon: -151.2 }), '33.85678° S, 151.2° W');
  assert.equal(timeOf(`${(1_700_000_000_000).toString(36).padStart(9, '0')}00-n1`), 1_700_000_000_000);
  assert.ok(Number.isNaN(timeOf(null)));
  assert.equal(valueText(['Ana', 'Ben']), 'Ana, Ben');
  assert.equal(valueText(0), '0');
  assert.equal(valueText(null), '');
});

test('a path breaks after folders and before suffixes', () => {
  assert.deepEqual(pathParts('2023/IMG.JPG.kphotos.json'), ['2023/', 'IMG', '.JPG', '.kphotos', '.json']);
  assert.deepEqual(pathParts('.hidden/a..b'), ['.hidden/', 'a', '..b']);
  assert.deepEqual(pathParts('plain'), ['plain']);
});

test('history says what happened to a value, and to one element of a set', () => {
  const entry = { by: 'Alice', via: null, at: null };
  assert.equal(entryText({ ...entry, field: 'title', from: null, to: 'Sea' }), 'Title: Sea');
  assert.equal(entryText({ ...entry, field: 'title', from: 'Sea', to: 'Lake' }), 'Title: Sea → Lake');
  assert.equal(entryText({ ...entry, field: 'title', from: 'Sea', to: null }), 'Title cleared (was Sea)');
  assert.equal(entryText({ ...entry, field: 'title', from: 'Sea', to: 'Sea' }), 'Title kept: Sea');
  assert.equal(entryText({ ...entry, field: 'rating', from: null, to: null, note: 'one star from nothing' }), 'Rating: one star from nothing');
  assert.equal(entryText({ ...entry, field: 'tags/Places/Lisbon', from: null, to: true }), 'Tags: Places/Lisbon added');
  assert.equal(entryText({ ...entry, field: 'tags/Sea', from: true, to: null }), 'Tags: Sea removed');
  assert.equal(entryText({ ...entry, field: 'favourites/f00', from: null, to: true }), 'Favourite added');
});
