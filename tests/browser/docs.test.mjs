// The documentation page, against a running gateway: what it shows of /openapi.json, search and navigation, "Try it", languages, widths.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, afterEach, before, test } from 'node:test';
import { promisify } from 'node:util';
import { ask, baseUrl, clearOwner, launch, openPage, sizes, store, unique } from './browser.mjs';

let browser;
let spec;
let opened;
let page;
const owner = unique('Olga Reed');

before(async () => {
  browser = await launch();
  spec = (await ask('/openapi.json')).body;
});
after(() => browser?.close());
afterEach(async () => {
  const last = opened;
  opened = null;
  try {
    await last?.done();
  } finally {
    await clearOwner(owner);
  }
});

async function open(hash = '', options = {}) {
  opened = await openPage(browser, options);
  ({ page } = opened);
  await page.goto(`${baseUrl}/docs${hash}`);
  await page.locator('html.ready').waitFor();
}

const at = (ref) =>
  ref
    .slice(2)
    .split('/')
    .reduce((node, key) => node[key.replaceAll('~1', '/').replaceAll('~0', '~')], spec);
const follow = (node) => (node.$ref ? at(node.$ref) : node);

const documented = () =>
  Object.entries(spec.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => method !== 'parameters')
      .map(([method, it]) => ({ ...it, path, method, parameters: [...(it.parameters ?? []), ...item.parameters].map(follow) })),
  );

const operation = (id) => page.locator(`#${id}`);
const texts = (locator) => locator.evaluateAll((all) => all.map((each) => each.textContent.trim()));
const sorted = (list) => [...list].sort();

/** Sends what the form of an operation is filled in with, and gives the status that is shown. */
async function send(id) {
  await operation(id).locator('button[type="submit"]').click();
  await operation(id).locator('.result-line').waitFor();
  await operation(id).locator('button[type="submit"]:enabled').waitFor();
  return Number(await operation(id).locator('.result-line .status').textContent());
}

const answered = (id) => operation(id).locator('.result > .block pre').textContent();
const headers = (id) => operation(id).locator('.result .more pre').textContent();

test('every operation is listed with its parameters, body and answers', async () => {
  await open();
  const expected = documented();
  assert.ok(expected.length >= 16);
  const shown = await page
    .locator('.op > summary')
    .evaluateAll((all) => all.map((each) => [...each.children].map((part) => part.textContent)));
  assert.deepEqual(sorted(shown.map((each) => each.join(' '))), sorted(expected.map((it) => `${it.method} ${it.path} ${it.summary}`)));
  assert.deepEqual(sorted(await texts(page.locator('#nav a'))), sorted(expected.map((it) => it.method + it.summary)));
  assert.deepEqual(
    await texts(page.locator('h2')),
    spec.tags.map(({ name }) => name),
  );

  for (const it of expected) {
    await operation(it.operationId).locator('summary').first().click();
    const parts = operation(it.operationId).locator('.op-text');
    await parts.waitFor();
    assert.deepEqual(await texts(parts.locator('.answer > summary .status')), sorted(Object.keys(it.responses)), it.operationId);
    const names = await texts(parts.locator('.part:has([data-t="parameters"]) .row-name > code'));
    assert.deepEqual(sorted(names), sorted(it.parameters.map(({ name }) => name)), it.operationId);
    const fields = await texts(operation(it.operationId).locator('.field > span'));
    for (const { name } of it.parameters)
      assert.ok(
        fields.some((field) => field.startsWith(name)),
        `${it.operationId} can be tried with ${name}`,
      );
    assert.equal(await operation(it.operationId).locator('textarea').count(), it.requestBody ? 1 : 0, it.operationId);
    assert.match(await operation(it.operationId).locator('.trial > .block pre').textContent(), /^curl /);
  }

  // Fields of a body, and of an answer when it is opened.
  const fieldsIn = (place) => texts(place.locator('.row-name > code'));
  assert.deepEqual(await fieldsIn(operation('createRecord').locator('.part:has(> [data-t="body"])')), [
    'title',
    'owner',
    'status',
    'description',
  ]);
  const found = operation('getRecord').locator('.answer').first();
  await found.locator('summary').first().click();
  await found.locator('.row-name > code').first().waitFor();
  assert.deepEqual((await fieldsIn(found)).slice(0, 8), Object.keys(at('#/components/schemas/Record').properties));
});

test('search and the list of operations lead to an operation, also by keyboard and by a link', async () => {
  await open();
  await page.keyboard.press('/');
  await page.keyboard.type('idempotency-key patch');
  assert.deepEqual(await texts(page.locator('.op:visible h3')), ['/records/{id}']);
  assert.deepEqual(await texts(page.locator('#nav a:visible span:last-child')), ['Change fields of a record']);
  assert.match(await page.locator('#found').textContent(), /^1 \/ \d+$/);
  await page.fill('#search', 'nothing like this');
  assert.ok(await page.isVisible('#none'));
  assert.equal(await page.locator('.op:visible').count(), 0);
  await page.fill('#search', '');
  assert.equal(await page.locator('.op:visible').count(), documented().length);
  assert.ok(!(await page.isVisible('#none')));

  await page.locator('#nav a', { hasText: 'The database cluster' }).focus();
  await page.keyboard.press('Enter');
  await operation('getCluster').locator('.op-body').waitFor();
  assert.equal(new URL(page.url()).hash, '#getCluster');
  await page.waitForFunction(() => document.activeElement.matches('#getCluster > summary'));
  assert.equal(await page.locator('#nav a[aria-current]').count(), 1);
  await page.keyboard.press('Enter');
  await operation('getCluster').locator('.op-body').waitFor({ state: 'hidden' });

  await page.goto('about:blank');
  await page.goto(`${baseUrl}/docs#deleteRecord`);
  await operation('deleteRecord').locator('.op-body').waitFor();
  const { top, height } = await page.evaluate(() => ({
    top: document.querySelector('#deleteRecord').getBoundingClientRect().top,
    height: innerHeight,
  }));
  assert.ok(top >= 0 && top < height, `the operation stands at ${top} of ${height}`);
});

test('a GET shows the real answer, its headers, and conditional answers', async () => {
  const record = await store({ title: unique('Read me'), owner, status: 'active' });
  await open('#getRecord');
  const form = operation('getRecord');
  // Nothing is sent without the id.
  await form.locator('button[type="submit"]').click();
  assert.equal(await form.locator('.result-line').count(), 0);
  await form.locator('input[name="id"]').fill(String(record.id));
  assert.equal(await send('getRecord'), 200);
  assert.deepEqual(JSON.parse(await answered('getRecord')), record);
  const tag = /^etag: ("[^"]+")$/m.exec(await headers('getRecord'))?.[1];
  assert.equal(tag, `"${record.version}"`);

  await form.locator('.trial > .more > summary').click();
  await form.locator('input[name="If-None-Match"]').fill(tag);
  assert.equal(await send('getRecord'), 304);
  assert.ok(await form.locator('.result [data-t="empty"]').isVisible());
  assert.match(
    await form.locator('.trial > .block pre').textContent(),
    new RegExp(`/records/${record.id}' \\\\\\n.*-H 'If-None-Match: ${tag}'`),
  );

  opened.expectConsole(/status of 400/);
  await form.locator('input[name="If-None-Match"]').fill('');
  await form.locator('input[name="id"]').fill('none');
  assert.equal(await send('getRecord'), 400);
  const problem = JSON.parse(await answered('getRecord'));
  assert.deepEqual(
    problem.errors.map(({ field }) => field),
    ['id'],
  );
});

test('a list of choices and names in the query arrive as the gateway takes them', async () => {
  const record = await store({ title: 'Räder & Wellen, 50 %', owner });
  await open('#exportRecords');
  const form = operation('exportRecords');
  await form.locator('select[name="format"]').selectOption('csv');
  await form.locator('input[name="fields"]').fill('title,id');
  await form.locator('input[name="owner"]').fill(owner);
  await form.locator('input[name="q"]').fill('& Wellen, 50 %');
  assert.equal(await send('exportRecords'), 200);
  assert.equal(await answered('exportRecords'), `title,id\n"${record.title}",${record.id}\n`);
});

test('a POST creates a record, a bad one is told, and the curl line does the same', async () => {
  const title = unique(`It's "new" & 新`);
  await open('#createRecord');
  const form = operation('createRecord');
  await form.locator('textarea').fill(JSON.stringify({ title, owner, status: 'done' }, null, 2));
  assert.equal(await send('createRecord'), 201);
  const created = JSON.parse(await answered('createRecord'));
  assert.match(await headers('createRecord'), new RegExp(`^location: /records/${created.id}$`, 'm'));
  const { status, body } = await ask(`/records/${created.id}`, { headers: { Prefer: 'consistency=strong' } });
  assert.equal(status, 200);
  assert.deepEqual(body, created);
  assert.equal(body.title, title);

  const line = await form.locator('.trial > .block pre').textContent();
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', line]);
  const [head, text] = stdout.split('\r\n\r\n');
  assert.match(head, /^HTTP\/1\.1 201 /);
  assert.equal(JSON.parse(text).title, title);

  opened.expectConsole(/status of 422/);
  await form.locator('textarea').fill('{"title": " "}');
  assert.equal(await send('createRecord'), 422);
  assert.deepEqual(sorted(JSON.parse(await answered('createRecord')).errors.map(({ field }) => field)), ['owner', 'title']);
});

test('a stream of events shows the first ones as they come and can be stopped', async () => {
  await open('#watchCounts');
  const form = operation('watchCounts');
  const events = form.locator('.event');
  await form.locator('button[type="submit"]').click();
  await events.first().waitFor();
  assert.equal(await events.first().locator('.media code').textContent(), 'counts');
  const { total } = JSON.parse(await events.first().locator('pre').textContent());
  assert.equal(typeof total, 'number');
  assert.ok(await form.locator('button[type="submit"]').isDisabled());
  await store({ title: 'One more', owner });
  await events.nth(1).waitFor();
  await form.locator('[data-t="stop"]').click();
  await form.locator('[data-t="stopped"]').waitFor();
  assert.ok(await form.locator('button[type="submit"]').isEnabled());
  assert.ok(await form.locator('[data-t="stop"]').isHidden());

  await page.goto('about:blank');
  await page.goto(`${baseUrl}/docs#summarizeRecords`);
  const summary = operation('summarizeRecords');
  await summary.locator('select[name="engine"]').selectOption('sql');
  await summary.locator('select[name="accept"]').selectOption('text/event-stream');
  assert.equal(await send('summarizeRecords'), 200);
  assert.equal((await texts(summary.locator('.event .media code'))).at(-1), 'summary');
  assert.ok(await summary.locator('[data-t="ended"]').isVisible());
});

test('large numbers are shown as they were answered, an unreachable gateway is told', async () => {
  await open('#getRecord');
  const text = '{"id":9223372036854775807,"title":"a \\"quoted\\" {title}, [all] of it: yes","tags":[],"parts":{"one":[1,-2.5e3,null]}}';
  await page.route('**/records/7', (route) => route.fulfill({ contentType: 'application/json', body: text }));
  await operation('getRecord').locator('input[name="id"]').fill('7');
  assert.equal(await send('getRecord'), 200);
  const shown = await answered('getRecord');
  assert.match(
    shown,
    /^\{\n {2}"id": 9223372036854775807,\n {2}"title": "a \\"quoted\\" \{title\}, \[all\] of it: yes",\n {2}"tags": \[\],\n/,
  );
  assert.deepEqual(JSON.parse(shown), JSON.parse(text));

  opened.expectConsole(/ERR_FAILED/);
  await page.unroute('**/records/7');
  await page.route('**/records/7', (route) => route.abort());
  await operation('getRecord').locator('button[type="submit"]').click();
  await operation('getRecord').locator('.notice.bad').waitFor();
  assert.ok(await operation('getRecord').locator('button[type="submit"]').isEnabled());
});

test('a document that cannot be read is told and can be asked for again', async () => {
  opened = await openPage(browser);
  ({ page } = opened);
  opened.expectConsole(/status of 503/);
  await page.route('**/openapi.json', (route) => route.fulfill({ status: 503, body: '' }));
  await page.goto(`${baseUrl}/docs`);
  await page.locator('.notice.bad', { hasText: '503' }).waitFor();
  await page.unroute('**/openapi.json');
  await page.locator('[data-t="retry"]').click();
  await operation('listRecords').waitFor();
});

test('Chinese by the browser, English by the switch: what is filled in stays, and the choice is remembered', async () => {
  await open('#createRecord', { locale: 'zh-CN' });
  const words = () => page.locator('[data-t]').evaluateAll((all) => all.map((each) => [each.dataset.t, each.textContent.trim()]));
  const chinese = await words();
  assert.deepEqual(
    chinese.filter(([, text]) => !text || text === 'undefined'),
    [],
  );
  assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN');
  assert.equal(await operation('createRecord').locator('button[type="submit"]').textContent(), '发送');
  assert.equal(await operation('createRecord').locator('.op-summary').textContent(), 'Create a record');
  await operation('createRecord').locator('textarea').fill('{"kept": true}');
  await page.click('#language');
  const english = await words();
  assert.deepEqual(
    english.map(([key]) => key),
    chinese.map(([key]) => key),
  );
  const same = english.filter(([key, text], index) => text === chinese[index][1] && key !== 'document').map(([key]) => key);
  assert.deepEqual(same, [], 'texts that are the same in both languages');
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  assert.equal(await operation('createRecord').locator('textarea').inputValue(), '{"kept": true}');
  await page.reload();
  await page.locator('html.ready').waitFor();
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
});

test('without JavaScript the page says so and links to the document', async () => {
  opened = await openPage(browser, { javaScriptEnabled: false });
  ({ page } = opened);
  await page.goto(`${baseUrl}/docs`);
  assert.ok(await page.locator('main p', { hasText: 'This page needs JavaScript' }).isVisible());
  await page.locator('main a[href="/openapi.json"]').first().click();
  await page.waitForURL('**/openapi.json');
});

test('nothing is wider than a phone, and the list folds away when it has led somewhere', async () => {
  for (const colorScheme of ['light', 'dark']) {
    await open('', { viewport: sizes.phone, colorScheme, hasTouch: true });
    const excess = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(await excess(), 0);
    assert.ok(await page.locator('#nav').isHidden());
    await page.locator('#contents > summary').click();
    await page.locator('#nav a', { hasText: 'List records' }).click();
    await operation('listRecords').locator('.op-body').waitFor();
    assert.ok(await page.locator('#nav').isHidden());
    assert.equal(await send('listRecords'), 200);
    // Everything that can be unfolded, however deep: what is inside is built when it is opened.
    for (let closed = 1; closed > 0;) {
      closed = await page.evaluate(async () => {
        const all = [...document.querySelectorAll('#operations details:not([open])')];
        for (const each of all) each.open = true;
        await new Promise((done) => setTimeout(done));
        return all.length;
      });
    }
    assert.equal(await page.locator('.op-body').count(), documented().length);
    assert.equal(await excess(), 0, colorScheme);
    const last = opened;
    opened = null;
    await last.done();
  }
});
