// The list of records, against a running gateway: filters, order, pages, live hints, errors. Editing: spa-edit.test.mjs.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { ask, baseUrl, change, clearOwner, launch, store, unique } from './browser.mjs';
import { answered, openApp, ready, row, showsRows, visit } from './spa.mjs';

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

test('filters by text, status and owner, keeps them in the address, and clears them', async () => {
  const word = unique('Quittance');
  const [a, b] = await storeAll([
    { title: `${word} one`, status: 'done' },
    { title: 'Other', status: 'pending', description: `about ${word}` },
    { title: 'Third', status: 'done' },
  ]);
  await open('');
  await page.fill('#filter-q', word);
  await showsRows(page, [b.id, a.id]);
  await page.selectOption('#filter-status', 'done');
  await showsRows(page, [a.id]);
  await page.fill('#filter-owner', owner);
  await page.waitForURL((url) => url.searchParams.get('owner') === owner);
  await showsRows(page, [a.id]);
  assert.match(await page.locator('#pager-count').textContent(), /1–1 of 1/);

  await page.reload();
  await ready(page);
  await showsRows(page, [a.id]);
  assert.equal(await page.inputValue('#filter-q'), word);
  assert.equal(await page.inputValue('#filter-status'), 'done');
  assert.equal(await page.inputValue('#filter-owner'), owner);

  await page.fill('#filter-q', unique('nothing like this'));
  await page.locator('#table-frame .empty').waitFor();
  await page.click('#filter-clear');
  await page.waitForURL((url) => url.search === '' || url.search === '?');
  assert.equal(await page.inputValue('#filter-q'), '');
  await page.locator('tr[data-id]').first().waitFor();
  await page.goBack();
  await page.locator('#table-frame .empty').waitFor();
});

test('filters by a press on a tile and on an owner', async () => {
  const [a, b] = await storeAll([
    { title: 'A', status: 'archived' },
    { title: 'B', status: 'active' },
  ]);
  await open();
  await showsRows(page, [b.id, a.id]);
  await page.click('.tile[data-status="archived"]');
  await showsRows(page, [a.id]);
  assert.equal(await page.getAttribute('.tile[data-status="archived"]', 'aria-pressed'), 'true');
  await page.click('.tile[data-status="archived"]');
  await showsRows(page, [b.id, a.id]);

  await visit(page, `?q=${encodeURIComponent('B')}`);
  await page.fill('#filter-q', '');
  await page.waitForURL((url) => !url.searchParams.get('q'));
  await row(page, b.id).locator('.plain').click();
  await page.waitForURL((url) => url.searchParams.get('owner') === owner);
  await showsRows(page, [b.id, a.id]);
});

test('sorts by every column that can be sorted, in both directions', async () => {
  const [a] = await storeAll([{ title: 'Beech' }, { title: 'Alder' }, { title: 'Cedar' }]);
  await change(a.id, { status: 'done' });
  await open();
  for (const key of ['title', 'updated_at', 'created_at', 'id']) {
    for (const press of [1, 2]) {
      await page.click(`[data-sort="${key}"]`);
      const header = page.locator(`th:has([data-sort="${key}"])`);
      await page.waitForFunction(
        (sort) => ['ascending', 'descending'].includes(document.querySelector(`th:has([data-sort="${sort}"])`)?.getAttribute('aria-sort')),
        key,
      );
      const down = new URL(page.url()).searchParams.get('sort')?.startsWith('-') ?? true;
      const { body } = await ask(`/records/${mine(`&sort=${down ? '-' : ''}${key}`)}`);
      await showsRows(
        page,
        body.items.map(({ id }) => id),
      );
      assert.equal(await header.getAttribute('aria-sort'), down ? 'descending' : 'ascending', `${key}, press ${press}`);
    }
  }
});

test('pages forwards and back, also after a reload and from a sent link', async () => {
  const stored = await storeAll(Array.from({ length: 23 }, (_, index) => ({ title: `Row ${index}` })));
  const ids = stored.map(({ id }) => id).reverse();
  await open();
  await showsRows(page, ids.slice(0, 20));
  await page.selectOption('#page-size', '10');
  await showsRows(page, ids.slice(0, 10));
  assert.match(await page.locator('#pager-count').textContent(), /1–10 of 23/);
  assert.ok(await page.isDisabled('#page-previous'));
  await page.click('#page-next');
  await showsRows(page, ids.slice(10, 20));
  await page.click('#page-next');
  await showsRows(page, ids.slice(20));
  assert.match(await page.locator('#pager-count').textContent(), /21–23 of 23/);
  assert.ok(await page.isDisabled('#page-next'));
  const address = page.url();

  await page.reload();
  await showsRows(page, ids.slice(20));
  await page.click('#page-previous');
  await showsRows(page, ids.slice(10, 20));
  await page.click('#page-first');
  await showsRows(page, ids.slice(0, 10));
  await page.goBack();
  await showsRows(page, ids.slice(10, 20));

  const other = await opened.context.newPage();
  await other.goto(address);
  await showsRows(other, ids.slice(20));
  await other.click('#page-previous');
  await showsRows(other, ids.slice(10, 20));
  await other.close();
});

test('a page token that has gone bad leads to the same page by its number', async () => {
  const stored = await storeAll(Array.from({ length: 12 }, (_, index) => ({ title: `Row ${index}` })));
  opened = await openApp(browser, '?q=zzz', {});
  ({ page } = opened);
  opened.expectConsole(answered('4..'));
  await visit(page, mine('&limit=10&page=2&token=bm90IGEgdG9rZW4'));
  await showsRows(
    page,
    stored
      .slice(0, 2)
      .map(({ id }) => id)
      .reverse(),
  );
  assert.equal(new URL(page.url()).searchParams.get('token'), null);
});

test('the refresh button and the hint on live changes bring in what others have stored', async () => {
  await open('');
  await page.locator('[data-live-state="live"]').first().waitFor({ state: 'attached' });
  const [a] = await storeAll([{ title: 'From elsewhere' }]);
  await page.locator('#stale button').click();
  await row(page, a.id).waitFor();
  await visit(page, mine());
  await showsRows(page, [a.id]);
  const [b] = await storeAll([{ title: 'One more' }]);
  await page.click('#page-refresh');
  await showsRows(page, [b.id, a.id]);
});

test('the hint on live changes moves nothing: a press that has begun counts', async () => {
  const [a] = await storeAll([{ title: 'Pressed' }]);
  await open();
  await page.locator('[data-live-state="live"]').first().waitFor({ state: 'attached' });
  await showsRows(page, [a.id]);
  await row(page, a.id).locator('.open').hover();
  await page.mouse.down();
  await storeAll([{ title: 'From elsewhere' }]);
  await page.locator('#stale button').waitFor();
  await page.mouse.up();
  await page.locator('#record-dialog[open]').waitFor();
  assert.equal(await page.inputValue('#record-title'), 'Pressed');
});

test('a press counts while other rows come and go', async () => {
  const [a, b] = await storeAll([{ title: 'Pressed' }, { title: 'Changes' }]);
  await open();
  await showsRows(page, [b.id, a.id]);
  await row(page, a.id).locator('.open').hover();
  await page.mouse.down();
  await change(b.id, { title: 'Has changed' });
  const [c] = await storeAll([{ title: 'Comes' }]);
  await page.evaluate(() => document.querySelector('#page-refresh').click());
  await showsRows(page, [c.id, b.id, a.id]);
  assert.equal(await row(page, b.id).locator('.open').textContent(), 'Has changed');
  // Where the row has gone to.
  await row(page, a.id).locator('.open').hover();
  await page.mouse.up();
  await page.locator('#record-dialog[open]').waitFor();
  assert.equal(await page.inputValue('#record-title'), 'Pressed');
});

test('an error of the service is shown with its trace and can be tried again', async () => {
  const [a] = await storeAll([{ title: 'Behind an error' }]);
  opened = await openApp(browser, '?q=zzz', {});
  ({ page } = opened);
  opened.expectConsole(answered(503));
  // Without the live stream, whose return would have the list read again before the button is pressed.
  await page.addInitScript(() => localStorage.setItem('records.live', 'off'));
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  await page.route('**/records/?*', (route) =>
    route.fulfill({
      status: 503,
      contentType: 'application/problem+json',
      headers: { 'Retry-After': '2' },
      body: JSON.stringify({ title: 'Service Unavailable', status: 503, detail: 'No node answers.', trace_id: trace }),
    }),
  );
  await page.goto(`${baseUrl}/app/${mine()}`);
  const banner = page.locator('#list-problem .notice');
  await banner.waitFor();
  assert.match(await banner.textContent(), new RegExp(`No node answers.*${trace}`));
  await page.unroute('**/records/?*');
  await banner.locator('button').click();
  await showsRows(page, [a.id]);
  assert.equal(await banner.count(), 0);
});

test('times are local, with the exact time behind them; texts of records are never markup', async () => {
  const [a] = await storeAll([{ title: '<img src=x onerror=alert(1)>', description: '</td><script>alert(2)</script>' }]);
  await open(mine(), { timezoneId: 'Asia/Shanghai' });
  await showsRows(page, [a.id]);
  assert.equal(await row(page, a.id).locator('.open').textContent(), a.title);
  assert.equal(await page.locator('#table-frame img, #table-frame script').count(), 0);
  const time = row(page, a.id).locator('.col-created_at time');
  assert.equal(await time.getAttribute('title'), a.created_at);
  const local = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'short' }).format(
    new Date(a.created_at),
  );
  assert.equal(await time.textContent(), local);
});
