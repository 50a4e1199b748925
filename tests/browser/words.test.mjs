// The frontend's texts: both languages hold the same keys, every key that is used exists, and none is left over. Needs no gateway.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';

const frontend = new URL('../../frontend/', import.meta.url);
// As text, because the folder has no package.json to tell Node that its files are modules.
const wordsOf = async (name) =>
  (await import(`data:text/javascript,${encodeURIComponent(await readFile(new URL(`words/${name}.js`, frontend), 'utf8'))}`)).default;
const [en, zh] = [await wordsOf('en'), await wordsOf('zh')];
const modules = (await readdir(new URL('modules/', frontend))).map((name) => `modules/${name}`);
const source = (await Promise.all(['index.html', 'app.js', ...modules].map((name) => readFile(new URL(name, frontend), 'utf8')))).join(
  '\n',
);

test('Chinese and English have the same keys, placeholders and kinds', () => {
  assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
  const places = (text) => (typeof text === 'function' ? ['a function'] : [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort());
  for (const key of Object.keys(en)) assert.deepEqual(places(zh[key]), places(en[key]), key);
});

test('every key in the page and the modules exists', () => {
  const used = [...source.matchAll(/data-t(?:-label|-hint|-title)?="([^"]+)"/g), ...source.matchAll(/\bt\('([^']+)'/g)].map(
    ([, key]) => key,
  );
  assert.ok(used.length > 100);
  assert.deepEqual(
    used.filter((key) => !(key in en)),
    [],
  );
});

test('every text is used', () => {
  const stems = [...source.matchAll(/`([a-z]+\.|[a-z]+\.test_|[a-z]+\.engine_)\$\{/g)].map(([, stem]) => stem);
  const unused = Object.keys(en).filter(
    (key) => !source.includes(`'${key}'`) && !source.includes(`"${key}"`) && !stems.some((stem) => key.startsWith(stem)),
  );
  assert.deepEqual(unused, []);
});
