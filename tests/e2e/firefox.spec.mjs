// The page in Firefox, driven over WebDriver BiDi: Playwright drives only builds of its own.
import { existsSync } from 'node:fs';
import puppeteer from 'puppeteer-core';
import { expect, test as base } from '@playwright/test';
import { serve } from './serve.mjs';

const FIREFOX = process.env.FIREFOX || '/usr/bin/firefox-esr';
const PATIENCE = { timeout: 90_000 };

const test = base.extend({
  server: async ({}, use) => {
    const server = await serve({ root: 'dist', base: '/some/shop/' });
    await use(server);
    await server.stop();
  },
  // Not Playwright's page, but the same notion; it ends the test on an error in the console.
  firefox: async ({}, use) => {
    const browser = await puppeteer.launch({ browser: 'firefox', executablePath: FIREFOX, headless: true, extraPrefsFirefox: { 'intl.accept_languages': 'en-GB' } });
    const page = await browser.newPage();
    await page.setViewport({ width: 1280, height: 800 });
    const wrong = [];
    page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
    page.on('pageerror', (error) => wrong.push(error.message));
    await use(page);
    await browser.close();
    expect(wrong).toEqual([]);
  },
});

test.skip(!existsSync(FIREFOX), `there is no Firefox at ${FIREFOX}`);

test('in Firefox the shop shows, a question is answered with its source, and again with the network cut', async ({ firefox: page, server }) => {
  // A second browser beside Chromium's, started cold.
  test.setTimeout(300_000);
  await page.goto(`${server.url}?device=cpu`);
  await page.waitForSelector('[data-testid="product-card"] .card-title', PATIENCE);
  await page.locator('[data-testid="launcher"]').click();
  expect(await asked(page, 'What does shipping cost?')).toBeGreaterThan(0);
  await page.waitForFunction(() => !document.querySelector('.notice'), PATIENCE);
  await page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    if (active.state !== 'activated') await new Promise((resolve) => active.addEventListener('statechange', () => active.state === 'activated' && resolve()));
  });
  await server.stop();
  await page.goto(`${server.url}?device=cpu`);
  await page.waitForSelector('[data-testid="product-card"] .card-title', PATIENCE);
  await page.locator('[data-testid="launcher"]').click();
  expect(await asked(page, '退货要几天？')).toBeGreaterThan(0);
  await server.start();
});

/** Asks, waits for the whole answer, and says how many sources it names. */
async function asked(page, question) {
  await page.locator('[data-testid="composer"]').fill(question);
  await page.locator('[data-testid="send"]').click();
  const answer = await page.waitForSelector('[data-testid="message-attendant"][aria-busy="false"]', PATIENCE);
  return (await answer.$$('[data-testid="source"]')).length;
}
