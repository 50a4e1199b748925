// Creating, editing, conflicts and deleting in the single-page frontend, against a running gateway.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { ask, change, clearOwner, launch, store, unique } from './browser.mjs';
import { answered, edit, gone, openApp, row, showsRows, submit, toast } from './spa.mjs';

let browser;
let owner;
let opened;
let page;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());
beforeEach(() => {
  owner = unique('Ada Fern');
});
afterEach(async () => {
  const last = opened;
  opened = null;
  try {
    await last?.done();
  } finally {
    await clearOwner(owner);
  }
});

const mine = (more = '') => `?owner=${encodeURIComponent(owner)}${more}`;

async function open(query = mine(), options = {}) {
  opened = await openApp(browser, query, options);
  ({ page } = opened);
}

const storeAll = async (records) => {
  const stored = [];
  for (const record of records) stored.push(await store({ owner, ...record }));
  return stored;
};

const current = async (id) => (await ask(`/records/${id}`)).body;
const listed = async () => (await ask(`/records/${mine()}`)).body.items;

describe('create', () => {
  test('stores a record with all its fields and leads to it', async () => {
    await open();
    await page.click('#open-create');
    await page.fill('#record-title', '新的记录 & more');
    await page.fill('#record-owner', owner);
    await page.locator('#record-status label', { hasText: 'Active' }).click();
    await page.fill('#record-description', 'Two\nlines');
    assert.match(await page.locator('#description-counter').textContent(), /^9 \//);
    await submit(page);
    await toast(page, 'Record created');
    const [stored] = await listed();
    assert.deepEqual([stored.title, stored.owner, stored.status, stored.description], ['新的记录 & more', owner, 'active', 'Two\nlines']);
    await showsRows(page, [stored.id]);
    await page.waitForFunction((id) => document.activeElement?.closest('tr')?.dataset.id === String(id), stored.id);
    await page.locator('#toasts .notice button').click();
    assert.equal(await page.locator('#toasts .notice').count(), 0);
  });

  test('says beside the field what is wrong: what the page knows itself, and what only the service finds', async () => {
    await open();
    opened.expectConsole(answered('4..'));
    await page.click('#open-create');
    await submit(page);
    await page.locator('.field:has(#record-title) .field-error').waitFor();
    await page.locator('.field:has(#record-owner) .field-error').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'record-title');
    await page.fill('#record-title', 'x'.repeat(201));
    await page.fill('#record-owner', owner);
    await submit(page);
    await page.locator('.field-error', { hasText: '200' }).waitFor();
    await page.evaluate(() => {
      document.querySelector('#record-title').value = 'with a NUL \0 inside';
    });
    await submit(page);
    await page.locator('.field:has(#record-title) .field-error', { hasText: /NUL/ }).waitFor();
    assert.equal(await page.getAttribute('#record-title', 'aria-invalid'), 'true');
    assert.deepEqual(await listed(), []);
    await page.fill('#record-title', 'Fine now');
    await submit(page);
    await gone(page, '#record-dialog');
    assert.deepEqual(
      (await listed()).map(({ title }) => title),
      ['Fine now'],
    );
  });

  test('pressing again after a lost answer stores the record once', async () => {
    await open();
    opened.expectConsole(/ERR_FAILED/);
    const keys = [];
    await page.route('**/records/', async (route) => {
      if (route.request().method() !== 'POST') return route.fallback();
      keys.push(route.request().headers()['idempotency-key']);
      if (keys.length > 1) return route.fallback();
      await route.fetch();
      return route.abort();
    });
    await page.click('#open-create');
    await page.fill('#record-title', 'Only once');
    await page.fill('#record-owner', owner);
    await submit(page);
    await page.locator('#record-dialog [data-banner] .notice').waitFor();
    await submit(page);
    await gone(page, '#record-dialog');
    assert.equal(keys.length, 2);
    assert.equal(keys[0], keys[1]);
    assert.equal((await listed()).length, 1);
  });

  test('asks before unsaved text is thrown away', async () => {
    await open();
    await page.click('#open-create');
    await page.fill('#record-title', 'Not yet stored');
    await page.keyboard.press('Escape');
    await page.locator('#record-foot', { hasText: 'unsaved' }).waitFor();
    await page.getByRole('button', { name: 'Keep editing' }).click();
    assert.equal(await page.inputValue('#record-title'), 'Not yet stored');
    await page.locator('#record-dialog [data-close]').click();
    await page.getByRole('button', { name: 'Discard' }).click();
    await gone(page, '#record-dialog');
    await page.click('#open-create');
    assert.equal(await page.inputValue('#record-title'), '');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await gone(page, '#record-dialog');
    assert.deepEqual(await listed(), []);
  });
});

describe('edit', () => {
  test('sends only what has changed, tied to the version', async () => {
    const [a] = await storeAll([{ title: 'Before', description: 'stays' }]);
    await open();
    await row(page, a.id).locator('[data-act="edit"]').click();
    await page.fill('#record-title', 'After');
    const sent = page.waitForRequest((request) => request.method() === 'PATCH');
    await submit(page);
    const request = await sent;
    assert.deepEqual(request.postDataJSON(), { title: 'After' });
    assert.equal(request.headers()['if-match'], `"${a.version}"`);
    await toast(page, 'Changes saved');
    const now = await current(a.id);
    assert.deepEqual([now.title, now.description, now.version > a.version], ['After', 'stays', true]);
    await row(page, a.id).getByText('After').waitFor();
  });

  test('a conflict shows both versions; the user goes back, takes theirs, or overwrites', async () => {
    const [a] = await storeAll([{ title: 'Shared' }]);
    await open();
    opened.expectConsole(answered(412));
    await edit(page, a.id);
    await page.fill('#record-title', 'Mine');
    await change(a.id, { title: 'Theirs', status: 'done' });
    await submit(page);
    const compare = page.locator('.compare');
    await compare.waitFor();
    assert.match(await compare.textContent(), /Mine.*Theirs/);
    await page.getByRole('button', { name: 'Back to editing' }).click();
    assert.equal(await page.inputValue('#record-title'), 'Mine');
    await submit(page);
    await page.getByRole('button', { name: 'Load server version' }).click();
    assert.equal(await page.inputValue('#record-title'), 'Theirs');
    assert.equal(await page.isChecked('#record-status input[value="done"]'), true);

    await page.fill('#record-title', 'Mine again');
    await change(a.id, { description: 'theirs too' });
    await submit(page);
    await page.getByRole('button', { name: 'Overwrite with mine' }).click();
    await gone(page, '#record-dialog');
    const now = await current(a.id);
    assert.deepEqual([now.title, now.status, now.description], ['Mine again', 'done', 'theirs too']);
  });

  test('a record that is gone meanwhile says so', async () => {
    const [a] = await storeAll([{ title: 'Soon gone' }]);
    await open();
    opened.expectConsole(answered(404));
    await showsRows(page, [a.id]);
    await ask(`/records/${a.id}`, { method: 'DELETE' });
    await row(page, a.id).locator('.open').click();
    await toast(page, 'does not exist');
    await page.locator('#table-frame .empty').waitFor();
  });
});

describe('delete', () => {
  test('asks first; cancelling keeps the record, confirming removes it', async () => {
    const [a, b] = await storeAll([{ title: 'Keep' }, { title: 'Remove' }]);
    await open();
    await row(page, b.id).locator('[data-act="delete"]').click();
    assert.match(await page.locator('#delete-what').textContent(), /Remove/);
    await page.locator('#delete-dialog').getByRole('button', { name: 'Cancel' }).click();
    await gone(page, '#delete-dialog');
    assert.equal((await current(b.id)).title, 'Remove');
    await row(page, b.id).locator('[data-act="delete"]').click();
    await page.click('#delete-confirm');
    await toast(page, 'Record deleted');
    await showsRows(page, [a.id]);
    assert.equal((await ask(`/records/${b.id}`)).status, 404);
  });

  test('a record that has changed since it was listed is shown anew before it goes', async () => {
    const [a] = await storeAll([{ title: 'As listed' }]);
    await open();
    opened.expectConsole(answered(412));
    await change(a.id, { title: 'As changed' });
    await row(page, a.id).locator('[data-act="delete"]').click();
    await page.click('#delete-confirm');
    await page.locator('#delete-what', { hasText: 'As changed' }).waitFor();
    assert.equal((await ask(`/records/${a.id}`)).status, 200);
    await page.click('#delete-confirm');
    await gone(page, '#delete-dialog');
    assert.equal((await ask(`/records/${a.id}`)).status, 404);
  });
});
