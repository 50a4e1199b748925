// The views of analytics, cluster and settings, languages, colours, keyboard and phone, against a running gateway.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { ask, baseUrl, clearOwner, launch, sizes, store, unique } from './browser.mjs';
import { gone, openApp, ready, showsRows, submit, toast, visit } from './spa.mjs';

let browser;
let opened;
let page;
const owner = unique('Mira Holt');

before(async () => {
  browser = await launch();
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

async function open(query, options) {
  opened = await openApp(browser, query, options);
  ({ page } = opened);
}

const live = (state) => page.locator(`#live-state[data-live-state="${state}"]`).waitFor();
const number = (locator) => locator.textContent().then((text) => Number(text.replace(/\D/g, '')));

describe('analytics', () => {
  test('live figures move with the records, stop, start, and stay stopped after a reload', async () => {
    await store({ owner, title: 'Counted', status: 'done' });
    await open('?view=analytics');
    await live('live');
    const total = page.locator('.ring-total');
    await page.waitForFunction(() => /\d/.test(document.querySelector('.ring-total').textContent));
    const before = await total.textContent();
    await store({ owner, title: 'Counted too', status: 'done' });
    await page.waitForFunction((old) => document.querySelector('.ring-total').textContent !== old, before);
    assert.equal(await page.locator('.arc').count(), 4);
    assert.ok((await page.locator('#bars li').count()) >= 1);

    await page.click('#live-toggle');
    await live('off');
    await page.reload();
    await live('off');
    await page.click('#live-toggle');
    await live('live');
    await page.locator('.legend-row', { hasText: 'Done' }).click();
    await page.waitForURL((url) => url.searchParams.get('status') === 'done');
    await page.locator('tr[data-id]').first().waitFor();
    await page.goBack();
    await page.locator('.bar-row').first().waitFor();
  });

  test('figures that come move nothing: a press that has begun counts', async () => {
    await store({ owner, title: 'Counted' });
    await open('?view=analytics', { viewport: sizes.phone });
    let come;
    const coming = new Promise((resolve) => (come = resolve));
    await page.route('**/records/analytics/live', (route) => coming.then(() => route.continue()));
    await page.reload();
    await ready(page);
    await page.locator('#figures-source', { hasText: 'No figures' }).waitFor();
    await page.locator('#run').hover();
    await page.mouse.down();
    const places = () => page.evaluate(() => ['#run', '#live-toggle'].map((button) => JSON.stringify(document.querySelector(button).getBoundingClientRect())));
    const before = await places();
    come();
    await page.locator('.bar-row').first().waitFor();
    assert.deepEqual(await places(), before);
    await page.mouse.up();
    await page.locator('#run-json').waitFor();
  });

  test('a lost stream is told and taken up again', async () => {
    await open('?view=analytics');
    opened.expectConsole(/ERR_FAILED/);
    await live('live');
    await page.route('**/records/analytics/live', (route) => route.abort());
    await page.reload();
    await live('waiting');
    await page.unroute('**/records/analytics/live');
    await live('live');
  });

  test('the Flink summary shows its result, its engine and why SQL answered; the JSON can be copied', async () => {
    await store({ owner, title: 'To be summed up' });
    await open('?view=analytics', { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.getByRole('button', { name: 'Run Flink summary' }).click();
    await page.locator('#run-json').waitFor();
    const shown = JSON.parse(await page.locator('#run-json').textContent());
    const { body } = await ask('/records/analytics/flink');
    assert.equal(shown.engine, body.engine);
    assert.deepEqual(Object.keys(shown.status_counts).sort(), ['active', 'archived', 'done', 'pending']);
    assert.ok(shown.total >= 1);
    if (shown.engine === 'sql_fallback') assert.ok((await page.locator('#fallback-hint').textContent()).includes(shown.fallback_reason));
    else assert.equal(await page.locator('#fallback-hint').count(), 0);
    await page.click('#run-copy');
    await toast(page, 'Copied');
    assert.deepEqual(JSON.parse(await page.evaluate(() => navigator.clipboard.readText())), shown);
  });

  test('without live figures the charts show the summary', async () => {
    await store({ owner, title: 'To be summed up' });
    await open('?view=analytics');
    await page.click('#live-toggle');
    await page.reload();
    await page.locator('#figures-source', { hasText: 'No figures' }).waitFor();
    await page.click('#run');
    await page.locator('#figures-source', { hasText: 'summary' }).waitFor();
    assert.equal(await number(page.locator('.ring-total')), JSON.parse(await page.locator('#run-json').textContent()).total);
  });
});

test('the cluster view shows every node and service as the gateway reports them', async () => {
  await open('');
  await page.locator('.nav a', { hasText: 'Cluster' }).click();
  await page.locator('#nodes > *').first().waitFor();
  const { nodes } = (await ask('/cluster')).body;
  if (nodes.length)
    assert.deepEqual(
      await page.locator('.node h2').allTextContents(),
      nodes.map(({ name }) => name),
    );
  const roles = { primary: 'Primary', standby: 'Standby', unknown: 'Unknown', unreachable: 'Unreachable' };
  for (const { name, role } of nodes) assert.match(await page.locator('.node', { hasText: name }).textContent(), new RegExp(roles[role]));
  const health = (await ask('/health')).body;
  assert.equal(await page.locator('.service').count(), 1 + Object.keys(health.services).length + (health.flink ? 1 : 0));
  const asked = Promise.all([page.waitForResponse('**/cluster'), page.waitForResponse('**/health')]);
  await page.click('#cluster-refresh');
  await asked;
  assert.equal(await page.locator('#cluster-problem .notice').count(), 0);
});

describe('settings', () => {
  test('the API address is checked, tested, remembered and given up again', async () => {
    await open('?view=settings');
    opened.expectConsole(/ERR_CONNECTION_REFUSED|ERR_UNSAFE_PORT/);
    const field = '#api-address';
    await page.fill(field, 'ftp://somewhere');
    await page.click('#api-test');
    await page.locator('#settings-api .field-error').waitFor();
    await page.fill(field, 'http://127.0.0.1:9');
    await page.click('#api-test');
    await page.locator('#api-result .notice.bad').waitFor();
    await page.fill(field, '');
    await page.click('#api-test');
    await page.locator('#api-result .notice:not(.bad)').waitFor();

    const other = new URL(baseUrl);
    other.hostname = other.hostname === '127.0.0.1' ? 'localhost' : '127.0.0.1';
    const shared = (await ask('/health', { headers: { Origin: 'http://elsewhere.example' } })).headers.get('access-control-allow-origin');
    if (!shared || !['127.0.0.1', 'localhost'].includes(new URL(baseUrl).hostname)) return;
    const a = await store({ owner, title: 'Read from another origin' });
    await page.fill(field, other.host);
    await page.locator('#settings-api button[type="submit"]').click();
    await toast(page, 'Address saved');
    await page.reload();
    await ready(page);
    assert.equal(await page.inputValue(field), other.origin);
    const asked = page.waitForRequest((request) => request.url().startsWith(`${other.origin}/records/`));
    await visit(page, `?owner=${encodeURIComponent(owner)}`);
    await asked;
    await showsRows(page, [a.id]);
    await page.locator(`tr[data-id="${a.id}"] .open`).click();
    await page.fill('#record-title', 'Written from another origin');
    await submit(page);
    await gone(page, '#record-dialog');
    assert.equal((await ask(`/records/${a.id}`)).body.title, 'Written from another origin');

    await visit(page, '?view=settings');
    await page.click('#api-reset');
    assert.equal(await page.inputValue(field), '');
    assert.equal(await page.evaluate(() => localStorage.getItem('records.api')), null);
  });

  test('the language follows the browser, and a choice is remembered', async () => {
    await open('?view=settings', { locale: 'zh-CN' });
    assert.equal(await page.locator('#h-settings').textContent(), '设置');
    assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN');
    await page.locator('#choose-language label', { hasText: 'English' }).click();
    await page.locator('#h-settings', { hasText: 'Settings' }).waitFor();
    await page.reload();
    await ready(page);
    assert.equal(await page.locator('#h-settings').textContent(), 'Settings');
    await page.click('#switch-language');
    await page.locator('#h-settings', { hasText: '设置' }).waitFor();
    await page.locator('.nav a', { hasText: '统计' }).click();
    await page.getByRole('button', { name: '运行 Flink 汇总' }).waitFor();
    const left = await page.evaluate(() =>
      [...document.querySelectorAll('[data-t]')].filter((element) => !element.textContent.trim()).map((element) => element.dataset.t),
    );
    assert.deepEqual(left, []);
  });

  test('the colours follow the system, and a choice is remembered', async () => {
    await open('?view=settings', { colorScheme: 'dark' });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await ground();
    await page.locator('#choose-theme label', { hasText: 'Light' }).click();
    await page.locator('html[data-theme="light"]').waitFor();
    const light = await ground();
    assert.notEqual(light, dark);
    await page.reload();
    await ready(page);
    assert.equal(await ground(), light);
    await page.click('#switch-theme');
    await page.locator('html[data-theme="dark"]').waitFor();
    assert.equal(await ground(), dark);
    await page.click('#switch-theme');
    await page.locator('html:not([data-theme])').waitFor();
  });
});

describe('everywhere', () => {
  test('the policy forbids everything inline, and the page needs nothing of it', async () => {
    const { headers } = await ask('/app/');
    const policy = headers.get('content-security-policy') ?? '';
    for (const part of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"])
      assert.ok(policy.includes(part), `${part} is missing from: ${policy}`);
    assert.ok(!policy.includes('unsafe'), policy);
    const html = (await ask('/app/')).body;
    assert.doesNotMatch(html, /\sstyle=|\son[a-z]+=|<style|javascript:/i);
    await open('');
    await page.goto(`${baseUrl}/app`);
    await ready(page);
    assert.equal(new URL(page.url()).pathname, '/app/');
    for (const name of ['Analytics', 'Cluster', 'Settings', 'Records']) {
      await page.locator('.nav a', { hasText: name }).click();
      await page.waitForFunction((view) => document.title.startsWith(view), name);
      assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1');
    }
  });

  test('the whole way by keyboard: skip link, create, edit, delete', async () => {
    await open(`?owner=${encodeURIComponent(owner)}`);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement.id === 'main');
    await page.focus('#open-create');
    await page.keyboard.press('Enter');
    await page.keyboard.type('By keyboard');
    await page.keyboard.press('Tab');
    await page.keyboard.type(owner);
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowRight');
    assert.ok(await page.isChecked('#record-status input[value="active"]'));
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement.classList.contains('open'));
    await page.keyboard.press('Enter');
    await page.locator('#record-dialog[open]').waitFor();
    await page.keyboard.press('Escape');
    await gone(page, '#record-dialog');
    await page.waitForFunction(() => document.activeElement.classList.contains('open'));
    await page.focus('tr[data-id] [data-act="delete"]');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement.id === 'delete-confirm');
    await page.keyboard.press('Enter');
    await page.locator('#table-frame .empty').waitFor();
    assert.deepEqual((await ask(`/records/?owner=${encodeURIComponent(owner)}`)).body.items, []);
  });

  for (const locale of ['zh-CN', 'en-GB']) {
    test(`on a phone nothing is cut off, and rows are cards (${locale})`, async () => {
      const a = await store({
        owner,
        title: 'A title that is long enough to need more than one line on a phone',
        description: 'x'.repeat(300),
      });
      await open(`?owner=${encodeURIComponent(owner)}`, { viewport: sizes.phone, locale, hasTouch: true, isMobile: true });
      await showsRows(page, [a.id]);
      assert.equal(await page.locator(`tr[data-id="${a.id}"]`).evaluate((element) => getComputedStyle(element).display), 'grid');
      const fits = async (what) =>
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${what} is wider than the phone`);
      await fits('records');
      await page.selectOption('#filter-sort', 'title');
      await page.waitForURL((url) => url.searchParams.get('sort') === 'title');
      await page.locator(`tr[data-id="${a.id}"] .open`).click();
      await page.locator('#record-dialog[open]').waitFor();
      await fits('the dialog');
      await page.locator('#record-dialog [data-close]').click();
      await gone(page, '#record-dialog');
      for (const view of ['analytics', 'cluster', 'settings']) {
        await page.locator(`[data-view-link="${view}"]`).click();
        await page.locator(`#view-${view}`).waitFor();
        await fits(view);
      }
    });
  }
});
