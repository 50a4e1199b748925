// What the tests of the single-page frontend share: opening it, and reading what its table shows.
import { baseUrl, openPage } from './browser.mjs';

/** Opens /app/ with this query, ready and with the list (or its empty state) drawn. */
export async function openApp(browser, query = '', options = {}) {
  const opened = await openPage(browser, options);
  await visit(opened.page, query);
  return opened;
}

export async function visit(page, query) {
  await page.goto(`${baseUrl}/app/${query}`);
  await ready(page);
}

export async function ready(page) {
  await page.locator('html.ready').waitFor();
  if (await page.locator('#view-records').isVisible()) await page.locator('#table-frame:not([aria-busy]) > *').first().waitFor();
}

/** Waits until the table shows exactly these records, in this order. */
export async function showsRows(page, ids) {
  const expected = ids.join(' ');
  try {
    await page.waitForFunction(
      (wanted) =>
        [...document.querySelectorAll('#table-frame tr[data-id]')].map((row) => row.dataset.id).join(' ') === wanted &&
        !document.querySelector('#table-frame').hasAttribute('aria-busy'),
      expected,
    );
  } catch {
    const seen = await page.locator('#table-frame tr[data-id]').evaluateAll((rows) => rows.map((row) => row.dataset.id).join(' '));
    throw new Error(`the table should show records ${expected}, but shows ${seen || 'none'}`);
  }
}

export const row = (page, id) => page.locator(`tr[data-id="${id}"]`);

/** Opens the edit dialog of a record by its row. */
export async function edit(page, id) {
  await row(page, id).locator('.open').click();
  await page.locator('#record-dialog[open] #record-title').waitFor();
}

export const submit = (page) => page.locator('#record-foot button[type="submit"]').click();

/** Waits for a message in the corner. */
export const toast = (page, text) => page.locator('#toasts .notice', { hasText: text }).first().waitFor();

/** Waits for a dialog to have gone. */
export const gone = (page, dialog) => page.locator(`${dialog}[open]`).waitFor({ state: 'detached' });

/** Chromium's line for an answer of this status; the page itself reports the matter to the user. */
export const answered = (status) => new RegExp(`status of ${status}`);
