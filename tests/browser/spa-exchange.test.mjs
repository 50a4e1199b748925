// Import and export of the single-page frontend, against a running gateway.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { ask, clearOwner, launch, store, unique } from './browser.mjs';
import { answered, gone, openApp, showsRows } from './spa.mjs';

let browser;
let owner;
let opened;
let page;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());
beforeEach(async () => {
  owner = unique('Ivo Lang');
  opened = await openApp(browser, `?owner=${encodeURIComponent(owner)}`);
  ({ page } = opened);
});
afterEach(async () => {
  try {
    await opened.done();
  } finally {
    await clearOwner(owner);
  }
});

const titles = async () =>
  (await ask(`/records/?owner=${encodeURIComponent(owner)}&limit=200&sort=id`)).body.items.map(({ title }) => title);

const csv = (...lines) => ({
  name: 'records.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(['title,owner,status,description', ...lines, ''].join('\n')),
});

const result = () => page.locator('#import-result');

async function openImport(file) {
  await page.click('#open-import');
  assert.ok(await page.isDisabled('#import-start'));
  await page.setInputFiles('#import-file', file);
  await page.locator('#drop-name', { hasText: file.name }).waitFor();
}

async function exported(format) {
  await page.click('#export-menu summary');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click(`#export-${format}`)]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
}

test('a CSV file from the picker: good lines are kept, bad ones told by number', async () => {
  await openImport(
    csv(`First,${owner},done,"a ""quoted"", one"`, `,${owner},done,`, `Third,${owner},nonsense,`, `Fourth,${owner},active,`),
  );
  await page.click('#import-start');
  await result().locator('.line-errors').waitFor();
  const lines = await result()
    .locator('.line-errors tbody tr')
    .evaluateAll((rows) => rows.map((each) => [...each.cells].slice(0, 2).map((cell) => cell.textContent)));
  assert.deepEqual(lines, [
    ['3', 'title'],
    ['4', 'status'],
  ]);
  assert.match(await result().textContent(), /2 records imported.*2 lines have errors/);
  await page.locator('#import-dialog footer [data-close]').click();
  await gone(page, '#import-dialog');
  assert.deepEqual(await titles(), ['First', 'Fourth']);
  await page.locator('tr[data-id]', { hasText: 'Fourth' }).waitFor();
});

test('all or nothing: one bad line and nothing is stored', async () => {
  opened.expectConsole(answered(422));
  await openImport(csv(`First,${owner},done,`, `Second,${owner},nonsense,`));
  await page.locator('#import-mode label', { hasText: 'All or nothing' }).click();
  await page.click('#import-start');
  await result().getByText('Nothing was imported').waitFor();
  assert.match(await result().locator('.line-errors').textContent(), /3.*status/);
  assert.deepEqual(await titles(), []);
  await page.setInputFiles('#import-file', csv(`First,${owner},done,`, `Second,${owner},pending,`));
  await page.click('#import-start');
  await result().getByText('2 records imported').waitFor();
  assert.deepEqual(await titles(), ['First', 'Second']);
});

test('an NDJSON file that is dropped is recognised', async () => {
  await page.click('#open-import');
  const text = ['one', 'two'].map((title) => JSON.stringify({ title, owner, status: 'active' })).join('\n');
  const data = await page.evaluateHandle((content) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([content], 'no-ending'));
    return transfer;
  }, text);
  await page.dispatchEvent('#drop', 'dragover', { dataTransfer: data });
  await page.locator('#drop.over').waitFor();
  await page.dispatchEvent('#drop', 'drop', { dataTransfer: data });
  await page.waitForFunction(() => document.querySelector('#import-format').value === 'ndjson');
  await page.click('#import-start');
  await result().getByText('2 records imported').waitFor();
  assert.deepEqual(await titles(), ['one', 'two']);
});

test('a file of the wrong format is refused in words', async () => {
  opened.expectConsole(answered('4..'));
  await openImport(csv(`First,${owner},done,`));
  await page.selectOption('#import-format', 'ndjson');
  await page.click('#import-start');
  await page.locator('#import-dialog .notice.bad').waitFor();
  assert.deepEqual(await titles(), []);
});

test('export gives the filtered records as CSV and NDJSON, and the file can be imported again', async () => {
  const a = await store({ owner, title: 'Plain', status: 'done' });
  const b = await store({ owner, title: 'Commas, "quotes"', description: 'and\nlines', status: 'active' });
  await page.click('#page-refresh');
  await showsRows(page, [b.id, a.id]);
  await page.click('#export-menu summary');
  assert.equal(await page.locator('#export-note').textContent(), 'The records that match the filter.');
  await page.keyboard.press('Escape');

  const ndjson = await exported('ndjson');
  assert.match(ndjson.name, /\.ndjson$/);
  const lines = ndjson.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ id, title, description }) => [id, title, description ?? '']),
    [
      [b.id, b.title, b.description],
      [a.id, a.title, ''],
    ],
  );

  const table = await exported('csv');
  assert.match(table.name, /\.csv$/);
  assert.ok(table.text.includes('"Commas, ""quotes"""') && table.text.includes('"and\nlines"'), table.text);

  await openImport({ name: 'again.csv', mimeType: 'text/csv', buffer: Buffer.from(table.text) });
  await page.click('#import-start');
  await result().getByText('2 records imported').waitFor();
  assert.deepEqual((await titles()).sort(), [a.title, a.title, b.title, b.title].sort());
});
