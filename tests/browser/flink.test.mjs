// Summaries on a real Flink as people see them, in frontend and console: progress, giving one up, the runs of the past. Started by
// tests/flink/test_browser.py, which names the gateway (BASE_URL) and the process of the TaskManager (TASKMANAGER_PID): that is held while a
// job runs, so that there is time to look.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { ask, baseUrl, launch, openPage, sizes } from './browser.mjs';
import { ready, toast } from './spa.mjs';

const taskManager = Number(process.env.TASKMANAGER_PID);
const hold = () => process.kill(taskManager, 'SIGSTOP');
const release = () => process.kill(taskManager, 'SIGCONT');
const runs = async () => (await ask('/records/analytics/runs')).body.items;
const reading = /^([\d,]+) records read$/;

let browser;
before(async () => {
  browser = await launch();
});
afterEach(release);
after(() => browser?.close());

/** The first true value of the condition. */
async function until(condition, what, seconds = 60) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(50)) {
    const value = await condition();
    if (value) return value;
  }
  throw new Error(`${what} did not come within ${seconds} s`);
}

const flinkAnswers = () => until(async () => (await ask('/records/analytics/flink?owner_limit=1')).body.engine === 'flink', 'a summary by Flink');

/** In the page: tells of the bar whenever it changes, and clicks `giveUp` once the run is midway. */
function tell(giveUp) {
  let told = '';
  setInterval(() => {
    const bar = document.querySelector('#progress-bar, #run-bar');
    if (!bar) return;
    const value = bar.hasAttribute('value') ? bar.value : 0;
    const text = document.querySelector('#progress-text, #run-stage').textContent;
    const midway = bar.checkVisibility() && value > 0 && value < 99;
    const now = JSON.stringify({ shown: bar.checkVisibility(), midway, text, width: document.documentElement.scrollWidth });
    if (now !== told) console.debug(`bar ${now}`);
    told = now;
    if (midway && giveUp) document.querySelector(giveUp).click();
  }, 20);
}

/** A page that tells of its bar. Asked it cannot be: Chromium answers no debugger while the console's page waits for the next one. */
async function watched(path, { giveUp, ...options } = {}) {
  const opened = await openPage(browser, options);
  const bar = { shown: false, seen: null, loads: 0 };
  opened.page.on('domcontentloaded', () => ++bar.loads);
  opened.page.on('console', (message) => {
    if (!message.text().startsWith('bar ')) return;
    const now = JSON.parse(message.text().slice(4));
    bar.shown = now.shown;
    if (now.midway) bar.seen ??= now;
  });
  await opened.page.addInitScript(tell, giveUp);
  await opened.page.goto(baseUrl + path);
  if (path.startsWith('/app/')) await ready(opened.page);
  return { ...opened, bar };
}

/** Begins runs until one has been seen midway, and holds that one; gives what its bar showed. */
async function holdMidway({ page, bar }, button) {
  for (let turn = 0; turn < 5; ++turn) {
    await page.locator(button).scrollIntoViewIfNeeded();
    const { x, y, width, height } = await page.locator(button).boundingBox();
    hold();
    bar.loads = 0;
    await page.mouse.click(x + width / 2, y + height / 2);
    await until(() => bar.shown || bar.seen, 'the bar', 8);
    // A little work, a long rest: what takes a moment takes seconds.
    while (bar.shown && !bar.seen) {
      release();
      await pause(20);
      hold();
      await pause(60);
    }
    if (bar.seen) return bar.seen;
    release();
  }
  throw new Error('no run was seen midway');
}

const cancelledAfter = (before) =>
  until(async () => {
    const [last] = await runs();
    return last.started_at !== before.started_at && last.outcome === 'cancelled' && last;
  }, 'the cancelled run among past runs');

test('frontend: a run shows how far it is, can be given up, and is among the runs of the past', async () => {
  await flinkAnswers();
  const [before] = await runs();
  const opened = await watched('/app/?view=analytics');
  const { page } = opened;
  const newest = page.locator('#run-history tbody tr').first();
  assert.match((await holdMidway(opened, '#run')).text, reading);
  assert.ok(await page.locator('#run').isDisabled());
  await page.click('#run-cancel');
  await toast(page, 'The summary was cancelled');
  assert.ok(!(await page.locator('#run-progress').isVisible()));
  assert.ok(await page.locator('#run').isEnabled());
  const run = await cancelledAfter(before);
  assert.ok(run.engine === 'flink' && run.job_id);
  await newest.locator('td', { hasText: 'Cancelled' }).waitFor();
  release();

  await flinkAnswers();
  await page.click('#run');
  await page.locator('#run-json').waitFor();
  const shown = JSON.parse(await page.locator('#run-json').textContent());
  assert.equal(shown.engine, 'flink');
  await newest.locator('td', { hasText: 'Done' }).waitFor();
  assert.equal((await newest.locator('td').nth(3).textContent()).replaceAll(',', ''), String(shown.total));
  await opened.done();
});

test('console: a run shows how far it is, can be given up, and is among the runs of the past', async () => {
  await flinkAnswers();
  const [before] = await runs();
  const opened = await watched('/console/summary', { giveUp: '#progress-cancel' });
  await opened.page.getByLabel('Engine').selectOption('flink');
  assert.match((await holdMidway(opened, '#summary-form button[type="submit"]')).text, reading);
  const run = await cancelledAfter(before);
  assert.ok(run.engine === 'flink' && run.job_id);
  await until(() => !opened.bar.shown, 'a page without a bar');
  assert.equal(opened.bar.loads, 0, 'the page has stayed');
  release();
  await opened.done();

  await flinkAnswers();
  const { page, done } = await openPage(browser);
  await page.goto(`${baseUrl}/console/summary`);
  const rows = page.locator('table.past tbody tr');
  await rows.filter({ hasText: 'Cancelled' }).first().waitFor();
  await page.getByLabel('Engine').selectOption('flink');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.locator('#run-facts').waitFor();
  const [last] = await runs();
  assert.ok(await page.locator('code', { hasText: last.job_id }).isVisible());
  assert.match(await rows.first().textContent(), /Flink\s*Done/);
  await done();
});

test('a run under way fits a phone', async () => {
  for (const [path, button] of [
    ['/app/?view=analytics', '#run'],
    ['/console/summary', '#summary-form button[type="submit"]'],
  ]) {
    await flinkAnswers();
    const opened = await watched(path, { viewport: sizes.phone });
    assert.ok((await holdMidway(opened, button)).width <= sizes.phone.width, path);
    release();
    await until(() => !opened.bar.shown || opened.bar.loads, 'the end of the run');
    await opened.done();
  }
});
