// What every browser test needs: Chromium, the address of the running gateway, a page that fails the test on any console error or
// Content-Security-Policy violation, and requests past the browser to see what the server really holds.
import { chromium } from 'playwright-core';

export const baseUrl = (process.env.BASE_URL ?? 'http://127.0.0.1:8000').replace(/\/+$/, '');

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });

export const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 375, height: 812 } };

/** A fresh page in a fresh context. `options` are Playwright's: locale, colorScheme, viewport, javaScriptEnabled … */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({
    locale: 'en-GB',
    viewport: sizes.desktop,
    reducedMotion: 'reduce',
    acceptDownloads: true,
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints = [];
  const expected = [];
  page.on('console', (message) => {
    if (message.type() !== 'error' && !/Content.Security.Policy/i.test(message.text())) return;
    const text = `${message.text()} (${message.location().url})`;
    if (!expected.some((pattern) => pattern.test(text))) complaints.push(text);
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.stack ?? error}`));
  if (options.javaScriptEnabled !== false) {
    await page.addInitScript(() =>
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error(`Content-Security-Policy: ${event.violatedDirective} ${event.blockedURI}`),
      ),
    );
  }
  return {
    page,
    context,
    /** From now on, console errors like this are part of the test: Chromium reports each answer from 400 on as one. */
    expectConsole: (pattern) => expected.push(pattern),
    /** Throws what the console has complained about, and closes. */
    async done() {
      await context.close();
      if (complaints.length) throw new Error(`the browser's console complains:\n${complaints.join('\n')}`);
    },
  };
}

/** A request past the browser. Gives the answer and its JSON body, if it has one. */
export async function ask(path, options = {}) {
  const response = await fetch(baseUrl + path, options);
  const text = await response.text();
  let body = null;
  try {
    body = text ? JSON.parse(text) : null;
  } catch {
    body = text;
  }
  return { status: response.status, headers: response.headers, body };
}

/** Stores a record and gives it back as stored. */
export async function store(record) {
  const { status, body } = await ask('/records/', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(record),
  });
  if (status !== 201) throw new Error(`storing a record answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

export const change = (id, fields) =>
  ask(`/records/${id}`, { method: 'PATCH', headers: { 'Content-Type': 'application/merge-patch+json' }, body: JSON.stringify(fields) });

/** Deletes every record of an owner. */
export async function clearOwner(owner) {
  for (;;) {
    const { body } = await ask(`/records/?limit=200&owner=${encodeURIComponent(owner)}`);
    if (!body.items.length) return;
    await Promise.all(body.items.map(({ id }) => ask(`/records/${id}`, { method: 'DELETE' })));
  }
}

/** A name no other run has, so that tests can share a database with anything. */
export const unique = (word) => `${word} ${process.pid}-${Date.now().toString(36)}`;
