// The server-rendered console in a real browser: first with JavaScript off, every control once, then on. Every step is checked against what
// the server really holds, asked through its API. Run by `node --test`; BASE_URL names a running gateway.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ask, baseUrl, change, launch, openPage, sizes, store } from './browser.mjs';

const mark = `console-${Date.now().toString(36)}-${process.pid}`;
const json = async (path) => {
  const { status: code, body } = await ask(path);
  assert.equal(code, 200, `GET ${path}`);
  return body;
};
const patch = async (id, fields) => assert.equal((await change(id, fields)).status, 200);
const status = async (path) => (await ask(path)).status;
const owned = (owner) => json(`/records/?owner=${encodeURIComponent(owner)}&limit=200`);
const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  for (let left = await json(`/records/?q=${mark}&limit=200`); left.items.length > 0; left = await json(`/records/?q=${mark}&limit=200`)) {
    for (const item of left.items) await ask(`/records/${item.id}`, { method: 'DELETE' });
  }
  await browser?.close();
});

// A page whose console errors and policy violations fail the test that made it.
async function open(t, options = {}) {
  const opened = await openPage(browser, options);
  // The browser reports an answer of 4xx that a test has asked for; everything else is a fault.
  opened.expectConsole(/Failed to load resource: the server responded with a status of (400|403|404|409|422)/);
  t.after(() => opened.done());
  opened.page.go = async (path, expected = 200) => {
    const response = await opened.page.goto(baseUrl + path);
    assert.equal(response.status(), expected, path);
    assert.equal(response.headers()['content-security-policy'], policy);
    return response;
  };
  return opened.page;
}

const text = (page, selector) => page.locator(selector).innerText();
const button = (page, name) => page.getByRole('button', { name, exact: true });
const link = (page, name) => page.getByRole('link', { name, exact: true });

async function posted(page, locator) {
  const [response] = await Promise.all([page.waitForResponse((answer) => answer.request().method() === 'POST'), locator.click()]);
  await page.waitForLoadState();
  return response.status();
}

describe('without JavaScript', () => {
  const off = { javaScriptEnabled: false };

  test('create, with errors at the fields first', async (t) => {
    const page = await open(t, off);
    const owner = `${mark}-create`;
    await page.go('/');
    await page.getByRole('link', { name: 'New record' }).first().click();
    await page.getByLabel('Owner').fill(owner);
    await page.getByLabel('Status').selectOption('active');
    await page.getByLabel('Description').fill('first line\nsecond <b>line</b>');
    assert.equal(await posted(page, button(page, 'Create')), 422);
    assert.equal(await text(page, '#title-error'), 'Must not be blank.');
    assert.equal(await page.getByLabel('Title').getAttribute('aria-invalid'), 'true');
    assert.equal(await page.getByLabel('Owner').inputValue(), owner);
    assert.equal(await page.getByLabel('Description').inputValue(), 'first line\nsecond <b>line</b>');
    assert.equal((await owned(owner)).total, 0);

    await page.getByLabel('Title').fill(`${mark} <script>alert(1)</script>`);
    assert.equal(await posted(page, button(page, 'Create')), 303);
    const [record] = (await owned(owner)).items;
    assert.equal(record.title, `${mark} <script>alert(1)</script>`);
    assert.equal(record.status, 'active');
    assert.equal(record.description, 'first line\nsecond <b>line</b>');
    assert.match(await text(page, '.notice-good'), new RegExp(`Record ${record.id} has been created`));
    assert.equal(new URL(page.url()).pathname, '/');
    await page.reload();
    assert.equal(await page.locator('.notice-good').count(), 0, 'the message is shown once');
  });

  test('a form sent twice stores once', async (t) => {
    const page = await open(t, off);
    const owner = `${mark}-twice`;
    await page.go('/console/records/new');
    const fields = Object.fromEntries(await page.locator('form.record-form input[type=hidden]').evaluateAll((all) => all.map((one) => [one.name, one.value])));
    const form = { ...fields, title: mark, owner, status: 'pending', description: '' };
    for (let i = 0; i < 2; ++i) {
      const answer = await page.request.post(`${baseUrl}/console/records/new`, { form, maxRedirects: 0 });
      assert.equal(answer.status(), 303);
    }
    assert.equal((await owned(owner)).total, 1);
  });

  test('edit, and a conflict that the user decides', async (t) => {
    const page = await open(t, off);
    const record = await store({ title: `${mark} before`, owner: `${mark}-edit` });
    await page.go(`/?owner=${mark}-edit`);
    await page.getByRole('link', { name: `Edit record ${record.id}`, exact: false }).click();
    await page.getByLabel('Title').fill(`${mark} mine`);
    await patch(record.id, { title: `${mark} theirs`, status: 'done' });
    assert.equal(await posted(page, button(page, 'Save')), 409);
    assert.match(await text(page, '.conflict'), /Somebody else has changed this record/);
    assert.deepEqual(await page.locator('tr.differs td').allInnerTexts(), [`${mark} theirs`, `${mark} mine`, 'Done', 'Pending']);
    assert.equal((await json(`/records/${record.id}`)).title, `${mark} theirs`);

    assert.equal(await page.getByLabel('Title').inputValue(), `${mark} mine`);
    assert.equal(await posted(page, button(page, 'Save mine over it')), 303);
    const saved = await json(`/records/${record.id}`);
    assert.equal(saved.title, `${mark} mine`);
    assert.equal(saved.status, 'pending');
    assert.equal(saved.version, 3);
    assert.equal(new URL(page.url()).search, `?owner=${mark}-edit`, 'back to the same list');

    await page.go(`/console/records/${record.id}`);
    await patch(record.id, { title: `${mark} again` });
    assert.equal(await posted(page, button(page, 'Save')), 409);
    await link(page, 'Drop mine, show what is stored').click();
    assert.equal(await page.getByLabel('Title').inputValue(), `${mark} again`);
    await page.getByLabel('Title').fill('x'.repeat(200));
    await page.getByLabel('Owner').fill('   ');
    assert.equal(await posted(page, button(page, 'Save')), 422);
    assert.equal(await text(page, '#owner-error'), 'Must not be blank.');
    await page.getByRole('link', { name: 'Cancel' }).click();
    assert.equal((await json(`/records/${record.id}`)).title, `${mark} again`);
  });

  test('delete asks first, and again when the record has changed', async (t) => {
    const page = await open(t, off);
    const record = await store({ title: `${mark} to delete`, owner: `${mark}-delete` });
    await page.go(`/?owner=${mark}-delete`);
    await page.getByRole('link', { name: `Delete record ${record.id}`, exact: false }).click();
    await page.getByRole('link', { name: 'Cancel' }).click();
    assert.equal(await status(`/records/${record.id}`), 200);
    await page.goBack();
    await patch(record.id, { title: `${mark} changed meanwhile` });
    assert.equal(await posted(page, button(page, 'Delete for good')), 409);
    assert.match(await text(page, '.notice-warn'), /Somebody has changed this record/);
    assert.equal(await status(`/records/${record.id}`), 200);
    assert.equal(await posted(page, button(page, 'Delete for good')), 303);
    assert.equal(await status(`/records/${record.id}`), 404);
    assert.match(await text(page, '.notice-good'), new RegExp(`Record ${record.id} has been deleted`));
    assert.match(await text(page, 'main'), /No record matches this filter/);
    await page.go(`/console/records/${record.id}`, 404);
    assert.match(await text(page, 'main'), new RegExp(`Record ${record.id} does not exist`));
  });

  test('filters, sorting, page size and paging', async (t) => {
    const page = await open(t, off);
    const owner = `${mark}-list`;
    for (let i = 0; i < 23; ++i) {
      await store({ title: `${mark} ${String.fromCharCode(97 + ((i * 7) % 23))}`, owner, status: i % 2 ? 'done' : 'pending', description: i === 5 ? 'needle in hay' : '' });
    }
    const titles = () => page.locator('td.col-title > a').allInnerTexts();
    await page.go('/');
    await page.getByLabel('Owner').fill(owner);
    await page.getByLabel('Page size').selectOption('10');
    await button(page, 'Apply').click();
    assert.equal(await text(page, '#list-total'), '23');
    assert.match(await text(page, '.pager'), /1–10 of 23/);
    const newest = await titles();

    await link(page, 'Title').click();
    const rising = (await json(`/records/?owner=${owner}&sort=title&limit=200`)).items.map((item) => item.title);
    assert.deepEqual(await titles(), rising.slice(0, 10));
    assert.equal(await page.locator('th.col-title').getAttribute('aria-sort'), 'ascending');
    await link(page, 'Next').click();
    assert.deepEqual(await titles(), rising.slice(10, 20));
    assert.match(await text(page, '.pager'), /11–20 of 23/);
    await link(page, 'Next').click();
    assert.deepEqual(await titles(), rising.slice(20));
    assert.equal(await link(page, 'Next').count(), 0);
    await link(page, 'Previous').click();
    assert.deepEqual(await titles(), rising.slice(10, 20));
    await page.goBack();
    assert.deepEqual(await titles(), rising.slice(20));
    await link(page, 'First').click();
    assert.deepEqual(await titles(), rising.slice(0, 10));
    await link(page, 'Last').click();
    assert.deepEqual(await titles(), rising.slice(20));
    await link(page, 'Title').click();
    assert.equal(await page.locator('th.col-title').getAttribute('aria-sort'), 'descending');
    assert.deepEqual(await titles(), [...rising].reverse().slice(0, 10));
    for (const [name, sort] of [['Created', 'created_at'], ['Updated', 'updated_at'], ['ID', 'id']]) {
      await link(page, name).click();
      assert.equal(await page.locator(`th.col-${sort}`).getAttribute('aria-sort'), 'ascending');
      assert.deepEqual(await titles(), (await json(`/records/?owner=${owner}&sort=${sort}&limit=10`)).items.map((item) => item.title));
    }
    await link(page, 'ID').click();
    assert.deepEqual(await titles(), newest);

    await page.getByRole('search').getByLabel('Status').selectOption('done');
    await button(page, 'Apply').click();
    assert.equal(await text(page, '#list-total'), '11');
    await page.getByRole('search').getByLabel('Search').fill('NEEDLE');
    await button(page, 'Apply').click();
    assert.equal(await text(page, '#list-total'), '1');
    await link(page, 'Clear').first().click();
    assert.equal(new URL(page.url()).search, '');
    await page.locator(`td.col-owner a`).first().click();
    assert.match(page.url(), /\?owner=/);
  });

  test('exports of what the filter shows', async (t) => {
    const page = await open(t, off);
    const owner = `${mark}-export`;
    for (const kind of ['done', 'active', 'done']) await store({ title: `${mark} ${kind}`, owner, status: kind });
    await page.go(`/?owner=${owner}&status=done`);
    for (const [name, type, lines] of [['Export CSV', 'text/csv', 3], ['NDJSON', 'application/x-ndjson', 2]]) {
      const href = await link(page, name).getAttribute('href');
      const answer = await fetch(baseUrl + href);
      assert.equal(answer.status, 200);
      assert.ok(answer.headers.get('content-type').startsWith(type));
      assert.equal((await answer.text()).trim().split('\n').length, lines, name);
    }
  });

  test('import of pasted lines and of a file', async (t) => {
    const page = await open(t, off);
    const owner = `${mark}-import`;
    await page.go('/');
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Import' }).click();
    assert.equal(await posted(page, button(page, 'Import')), 422);
    assert.match(await text(page, '.notice-bad'), /Choose a file or paste some lines/);

    await page.getByLabel('Or paste lines').fill(`title,owner,status\n${mark} one,${owner},active\n,${owner},done\n${mark} "two",${owner},\n`);
    await page.getByLabel('Keep nothing').check();
    assert.equal(await posted(page, button(page, 'Import')), 422);
    assert.match(await text(page, '.outcome'), /0 imported, [1-9] refused/);
    assert.equal((await owned(owner)).total, 0);

    await page.getByLabel('Or paste lines').fill(`title,owner,status\n${mark} one,${owner},active\n,${owner},done\n`);
    await page.getByLabel('Keep the good lines').check();
    await posted(page, button(page, 'Import'));
    assert.match(await text(page, '.outcome'), /1 imported, 1 refused/);
    assert.match(await text(page, '.outcome tbody'), /^3\s+Title/);
    assert.equal((await owned(owner)).total, 1);

    await page.go('/console/import');
    const buffer = Buffer.from(`{"title":"${mark} 三","owner":"${owner}"}\n{"title":"${mark} four","owner":"${owner}","status":"done"}\n`);
    await page.getByLabel('File').setInputFiles({ name: 'records.ndjson', mimeType: 'application/x-ndjson', buffer });
    await page.getByLabel('NDJSON').check();
    assert.equal(await posted(page, button(page, 'Import')), 303);
    assert.match(await text(page, '.notice-good'), /2 records have been imported/);
    assert.deepEqual((await owned(owner)).items.map((item) => item.title).sort(), [`${mark} four`, `${mark} one`, `${mark} 三`]);
  });

  test('statistics, engine, cluster and summary', async (t) => {
    const page = await open(t, off);
    await page.go('/');
    assert.match(await text(page, '#statistics .engine-sql, #statistics .engine-flink'), /^(Flink|SQL fallback)/);
    assert.equal(await page.locator('.legend li').count(), 4);
    assert.ok(await page.locator('#owner-list li').count() > 0);
    const nodes = (await json('/cluster')).nodes;
    assert.equal(await page.locator('#cluster .node').count(), nodes.length);
    assert.match(await text(page, '#cluster'), /Round trip/);
    await link(page, 'Run a full summary').click();
    for (const engine of ['sql', 'auto']) {
      await page.getByLabel('Engine').selectOption(engine);
      await button(page, 'Run').click();
      assert.match(await text(page, 'main'), /This run[\s\S]*Duration/);
    }
    const summary = await json('/records/analytics/flink');
    assert.equal((await page.locator('#ring-total').textContent()).replaceAll(',', ''), String(summary.total));
    await page.locator('.legend a').filter({ hasText: 'Archived' }).click();
    assert.equal(new URL(page.url()).search, '?status=archived');
  });

  test('language and colours are remembered', async (t) => {
    const page = await open(t, { ...off, locale: 'zh-CN', colorScheme: 'light' });
    await page.go('/?status=done');
    assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
    await link(page, 'English').click();
    assert.equal(new URL(page.url()).search, '?status=done');
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    const light = await page.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor);
    await link(page, 'Dark').click();
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
    assert.notEqual(await page.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor), light);
    await page.go('/console/import');
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
    await link(page, 'Light').click();
    await link(page, 'As the system').click();
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'system');
    await link(page, '中文').click();
    assert.equal(await text(page, 'h1'), '导入记录');
  });

  test('keyboard: skip link first, then the form by Tab and Enter', async (t) => {
    const page = await open(t, off);
    await page.go('/console/records/new');
    assert.equal(await page.locator(':focus').getAttribute('id'), 'title');
    await page.keyboard.type(`${mark} by keyboard`);
    await page.keyboard.press('Tab');
    await page.keyboard.type(`${mark}-keys`);
    await Promise.all([page.waitForURL((url) => url.pathname === '/'), page.keyboard.press('Enter')]);
    assert.equal((await owned(`${mark}-keys`)).total, 1);
    await page.keyboard.press('Tab');
    assert.equal(await text(page, ':focus'), 'Skip to content');
    await Promise.all([page.waitForURL((url) => url.hash === '#main'), page.keyboard.press('Enter')]);
  });

  test('phone width needs no sideways scrolling', async (t) => {
    const page = await open(t, { ...off, viewport: sizes.phone });
    for (const path of ['/', '/console/records/new', '/console/import', '/console/summary?run=1&engine=sql']) {
      await page.go(path);
      assert.ok(await page.evaluate('document.documentElement.scrollWidth') <= 375, path);
    }
  });

  test('a bad address gets a friendly page that names the parameter', async (t) => {
    const page = await open(t, off);
    const bad = {
      'limit=0': /Page size: Must be a whole number from 1 to 200/,
      'limit=abc': /Page size/,
      'skip=-1': /Start/,
      'skip=99999999999999999999': /Start/,
      'status=gone': /Status: Must be one of/,
      'sort=owner': /Order/,
      'page_token=x': /Page/,
      'q=%20': /Search: Must not be blank/,
      [`q=${'x'.repeat(201)}`]: /Search: May have at most 200/,
      'owner=a&owner=b': /Owner: Is given more than once/,
      'nothing=1': /nothing: We do not know this parameter/,
    };
    for (const [query, message] of Object.entries(bad)) {
      await page.go(`/?${query}`, 400);
      assert.match(await text(page, '.notice-bad'), message, query);
    }
    for (const query of ['q=%ff', 'q=%00', 'q=%zz']) {
      await page.go(`/?${query}`, 400);
      assert.ok(await page.locator('h1').count());
    }
    for (const path of ['/console/nothing', '/console/records/abc', '/console/records/0', '/console/records/99999999999999999999', '/console/records/9007199254740993']) {
      await page.go(path, 404);
      await link(page, 'To the records').click();
    }
  });

  test('posts of another site are refused and change nothing', async (t) => {
    const page = await open(t, off);
    const owner = `${mark}-forged`;
    await page.go('/console/records/new');
    const csrf = await page.locator('input[name=csrf]').inputValue();
    const form = { csrf, title: mark, owner, status: 'pending', description: '' };
    const send = (change, headers = {}) =>
      page.request.post(`${baseUrl}/console/records/new`, { form: { ...form, ...change }, headers, maxRedirects: 0 });
    assert.equal((await send({ csrf: '' })).status(), 403);
    assert.equal((await send({ csrf: 'A'.repeat(43) })).status(), 403);
    assert.equal((await send({}, { origin: 'http://evil.example' })).status(), 403);
    assert.equal((await send({}, { 'sec-fetch-site': 'cross-site' })).status(), 403);
    assert.equal((await ask('/console/records/new', { method: 'POST', body: new URLSearchParams(form) })).status, 403, 'no cookie');
    assert.equal((await owned(owner)).total, 0);
    assert.equal((await send({}, { origin: new URL(baseUrl).origin })).status(), 303);
    assert.equal((await owned(owner)).total, 1);
  });
});

describe('with JavaScript', () => {
  test('the statistics follow the records', async (t) => {
    const page = await open(t);
    await page.go('/');
    await page.locator('#live:not(.off)').waitFor();
    const shown = async (id) => Number((await text(page, id)).replaceAll(',', ''));
    const archived = await shown('#count-archived');
    const record = await store({ title: `${mark} live`, owner: `${mark}-live`, status: 'archived' });
    await page.waitForFunction((least) => Number(document.getElementById('count-archived').textContent.replaceAll(',', '')) > least, archived);
    const dash = () => page.locator('#arc-archived').getAttribute('stroke-dasharray');
    assert.ok(Number((await dash()).split(' ')[0]) > 0);
    assert.match(await page.locator('#ring-title').textContent(), /Archived [1-9]/);
    const after = await shown('#count-archived');
    assert.equal((await ask(`/records/${record.id}`, { method: 'DELETE' })).status, 204);
    await page.waitForFunction((most) => Number(document.getElementById('count-archived').textContent.replaceAll(',', '')) < most, after);
    assert.equal(await text(page, '#live'), 'Live');
  });

  test('the cluster panel follows the nodes', async (t) => {
    const page = await open(t);
    await page.go('/');
    const nodes = await page.locator('#cluster .node').count();
    const before = await page.locator('#cluster time').getAttribute('datetime');
    await page.waitForFunction((then) => document.querySelector('#cluster time').dateTime > then, before);
    assert.equal(await page.locator('#cluster .node').count(), nodes);
  });

  test('forms work as they do without it', async (t) => {
    const page = await open(t);
    const owner = `${mark}-js`;
    await page.go('/console/records/new');
    await page.getByLabel('Title').fill(`${mark} js`);
    await page.getByLabel('Owner').fill(owner);
    await button(page, 'Create').click();
    await page.locator('.notice-good').waitFor();
    assert.equal((await owned(owner)).total, 1);
  });
});
