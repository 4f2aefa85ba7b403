/** Every text comes from the catalogue, every icon from the sprite, and no module reaches into another room. */

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { MESSAGES } from '../../../static/js/lib/messages.en.js';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const JS = join(ROOT, 'static/js');
const files = (folder, ending) => readdirSync(folder, { recursive: true }).map(String).filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
const code = (text) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
const scripts = files(JS, '.js').map((path) => ({ name: relative(JS, path), text: code(readFileSync(path, 'utf8')) }));
const others = scripts.filter(({ name }) => name !== 'lib/messages.en.js');
const everything = others.map(({ text }) => text).join('\n');

/** Keys that are put together: the part before `${`, or every literal that looks like a key. */
const literals = [...everything.matchAll(/['"`]([a-z][a-zA-Z-]*(?:\.[a-zA-Z-]+)*)['"`]/g)].map((match) => match[1]);
const prefixes = [...everything.matchAll(/t\(`([a-z.]+\.)\$\{/g)].map((match) => match[1]);

test('every message that is asked for exists', () => {
  const asked = [...everything.matchAll(/\bt\('([^']+)'/g)].map((match) => match[1]);
  assert.ok(asked.length > 80);
  assert.deepEqual(asked.filter((key) => !(key in MESSAGES)), []);
});

test('every message is asked for', () => {
  const known = new Set(literals);
  const unused = Object.keys(MESSAGES).filter((key) => !known.has(key) && !prefixes.some((prefix) => key.startsWith(prefix)));
  assert.deepEqual(unused, []);
});

/** Sentences written into code: two words or more, the first with a capital. */
const sentences = (text) => [...text.matchAll(/(['"`])([A-Z][a-z]+ [a-z][^'"`]*)\1/g)].map((match) => match[2]);

test('no script has a text of its own', () => {
  assert.deepEqual(sentences("el('p', {}, 'Sign in here')"), ['Sign in here'], 'the check sees one that is planted');
  for (const { name, text } of others) assert.deepEqual(sentences(text), [], name);
});

test('a module imports lib and its own folder only; the pages at the top wire the rooms', () => {
  for (const { name, text } of scripts) {
    if (!name.includes('/')) continue;
    for (const [, from] of text.matchAll(/from '([^']+)'/g)) assert.match(from, /^\.\/|^\.\.\/lib\//, `${name} imports ${from}`);
  }
});

test('no script needs what the content policy forbids', () => {
  for (const { name, text } of scripts) assert.doesNotMatch(text, /\beval\(|new Function\(|\.innerHTML|document\.write|setAttribute\('(?:style|on)/, name);
});

test('the sprite holds the icons that are used, and no others', () => {
  const listed = readFileSync(join(ROOT, 'scripts/web/icons.txt'), 'utf8').split(/\s+/).filter(Boolean);
  const templates = files(join(ROOT, 'templates'), '.html').map((path) => readFileSync(path, 'utf8')).join('\n');
  const used = new Set([...`${everything}\n${templates}`.matchAll(/['"]([a-z0-9-]+)['"]/g)].map((match) => match[1]));
  const named = [...everything.matchAll(/\b(?:icon|iconButton|line)\('([a-z0-9-]+)'/g), ...templates.matchAll(/\bicon\("([a-z0-9-]+)"/g)].map((match) => match[1]);
  assert.ok(named.length > 20);
  assert.deepEqual(named.filter((name) => !listed.includes(name)), []);
  assert.deepEqual(listed.filter((name) => !used.has(name)), []);
  assert.deepEqual(listed, [...new Set(listed)].sort());
});
