// Takes the pictures that a browser shows when it offers to install the app, of the page as it runs:
//
//     node .ci/screenshots.mjs dist www/screenshots
//
// Photographed, not drawn: run it again when the page looks different. CHROME names the browser.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { serve } from '../tests/e2e/serve.mjs';

const [dist, folder] = process.argv.slice(2);
const MOST_BYTES = 150_000;
// Each as the manifest describes it: size in CSS pixels, density, what is on it.
const PICTURES = {
  'wide-shop': { size: [1280, 800], go: home },
  'wide-answer': { size: [1280, 800], go: (page) => answer(page, 'What does shipping to Spain cost?') },
  'narrow-shop': { size: [390, 844], go: home },
  'narrow-answer': { size: [390, 844], go: (page) => answer(page, 'Which teapot for one person?') },
};

const server = await serve({ root: dist });
const browser = await chromium.launch({ executablePath: process.env.CHROME || '/usr/bin/chromium', args: ['--no-sandbox'] });
mkdirSync(folder, { recursive: true });
for (const [name, { size: [width, height], go }] of Object.entries(PICTURES)) {
  const context = await browser.newContext({ viewport: { width, height }, locale: 'en-GB', reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(`${server.url}?device=cpu`);
  await page.getByTestId('product-card').first().waitFor();
  await page.locator('.rail .card-title').first().waitFor({ state: 'attached' });
  await go(page);
  await page.waitForLoadState('networkidle');
  let picture, quality = 90;
  do picture = await page.screenshot({ type: 'jpeg', quality });
  while (picture.length > MOST_BYTES && (quality -= 5) >= 40);
  writeFileSync(join(folder, `${name}.jpg`), picture);
  console.log(`    ${name}: ${width}×${height}, ${Math.round(picture.length / 1000)} kB`);
  await context.close();
}
await browser.close();
await server.stop();

async function home() {}

async function answer(page, question) {
  await page.getByTestId('launcher').click();
  const composer = page.getByTestId('composer');
  await composer.fill(question);
  await page.getByTestId('send').click();
  await page.locator('[data-testid="message-attendant"][aria-busy="false"]').waitFor({ timeout: 120_000 });
  await page.locator('.notice').waitFor({ state: 'detached', timeout: 120_000 });
  await composer.blur();
}
