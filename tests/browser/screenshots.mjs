// Takes pictures of pages of a running gateway: desktop and phone, light and dark, Chinese and English.
//   BASE_URL=http://127.0.0.1:8000 node screenshots.mjs OUT [PATH …]     (paths default to the frontend's views)
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { baseUrl, launch, openPage, sizes } from './browser.mjs';

const [out, ...given] = process.argv.slice(2);
if (!out) {
  console.error('usage: node screenshots.mjs OUT [PATH …]');
  process.exit(2);
}
const paths = given.length ? given : ['/app/', '/app/?view=analytics', '/app/?view=cluster', '/app/?view=settings'];
const locales = { en: 'en-GB', zh: 'zh-CN' };
const nameOf = (address) => address.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '') || 'root';

await mkdir(out, { recursive: true });
const browser = await launch();
try {
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark']) {
      for (const [language, locale] of Object.entries(locales)) {
        const { page, done } = await openPage(browser, { viewport, colorScheme, locale });
        for (const address of paths) {
          // "load", not "networkidle": the live stream never ends.
          await page.goto(baseUrl + address, { waitUntil: 'load' });
          if (address.startsWith('/app/')) {
            await page.locator('html.ready').waitFor();
            await page.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
            await page.locator('.live-state[data-live-state="live"]').first().waitFor({ state: 'attached' });
            await page.locator('.tile-count', { hasText: /\d/ }).first().waitFor({ state: 'attached' });
            if (address.includes('view=cluster')) await page.locator('#nodes > *').first().waitFor();
          }
          const file = path.join(out, `${nameOf(address)}-${size}-${colorScheme}-${language}.png`);
          await page.screenshot({ path: file, animations: 'disabled' });
          console.log(file);
        }
        await done();
      }
    }
  }
} finally {
  await browser.close();
}
