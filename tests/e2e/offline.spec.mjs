// The installed app with no network at all: after it is installed, after an update, and after an update that
// was cut in the middle.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, expect, modelReady, open, openWithAttendant, settled, shellKept, test as base } from './harness.mjs';
import { serve } from './serve.mjs';

const QUESTION = 'What does shipping cost?';

const test = base.extend({
  // A copy of dist/ of one's own, whose builds can be changed.
  host: async ({ server }, use) => {
    const root = mkdtempSync(join(tmpdir(), 'attendant-offline-'));
    cpSync('dist', root, { recursive: true });
    await server.stop();
    const host = await serve({ root, port: Number(new URL(server.origin).port) });
    host.root = root;
    await use(host);
    await host.stop();
    rmSync(root, { recursive: true });
    await server.start();
  },
});

/** Another build on the host: its page's title differs, and with it one hash and the build's name. */
function release(host, name) {
  const page = join(host.root, 'index.html'), worker = join(host.root, 'sw.js');
  const html = readFileSync(page, 'utf8').replace('<title>', `<meta name="test-build" content="${name}"><title>`);
  writeFileSync(page, html);
  const [line, ...rest] = readFileSync(worker, 'utf8').split('\n');
  const shell = JSON.parse(line.slice('self.SHELL = '.length, -1));
  shell.build = name;
  const digest = `sha256-${createHash('sha256').update(html).digest('base64')}`;
  const entry = shell.files.find(([path]) => path === 'index.html');
  expect(entry[1].slice(0, 7), 'the hash that the shell is kept by').toBe(digest.slice(0, 7));
  entry[1] = digest;
  writeFileSync(worker, [`self.SHELL = ${JSON.stringify(shell)};`, ...rest].join('\n'));
}

const build = (page) => page.evaluate(() => document.querySelector('meta[name=test-build]')?.content ?? 'first');

/** Asks the browser to look for a newer build, as it does by itself once a day. Says whether one is waiting. */
function update(page) {
  return page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update().catch(() => {});
    const next = registration.installing;
    if (next) {
      await new Promise((resolve) => next.addEventListener('statechange', () => ['installed', 'redundant'].includes(next.state) && resolve()));
    }
    return Boolean(registration.waiting);
  });
}

test.describe('with no network', () => {
  test.use({ expectedErrors: ['ERR_CONNECTION_REFUSED', 'ERR_INTERNET_DISCONNECTED'] });

  test('a question is answered, with sources and by meaning, and deep links open', async ({ page, host }) => {
    await openWithAttendant(page, host, 'cpu');
    await modelReady(page);
    await shellKept(page);
    await settled(host);
    await host.stop();
    await page.goto(`${host.url}?product=CUP-001`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await page.goto(`${host.url}?view=cart`);
    await expect(page.getByRole('heading', { level: 1 })).toContainText('cart');
    await page.goto(`${host.url}some/where/else`);
    await expect(page.locator('.masthead')).toBeVisible();
    await openWithAttendant(page, host, 'cpu');
    expect(await modelReady(page)).toBe('storage');
    const answer = await ask(page, QUESTION);
    await expect(answer.getByTestId('source').first()).toBeVisible();
    await host.start();
  });

  test('an update is offered and not forced; taken, it is the one that opens offline', async ({ page, host }) => {
    await open(page, host);
    await shellKept(page);
    await settled(host);
    await expect(page.getByTestId('version')).toContainText(/\d+\.\d+\.\d+/);
    release(host, 'second');
    expect(await update(page)).toBe(true);
    await expect(page.getByTestId('update-offer')).toBeVisible();
    // Whoever goes on with the old one can: also across a reload, and with no network.
    await host.stop();
    await page.reload();
    await expect(page.getByTestId('product-card').first()).toBeVisible();
    expect(await build(page)).toBe('first');
    await page.getByTestId('update-offer').getByRole('button', { name: 'Use it now' }).click();
    await expect.poll(() => build(page).catch(() => '')).toBe('second');
    await expect(page.getByTestId('product-card').first()).toBeVisible();
    await page.goto(`${host.url}?product=CUP-001`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    expect(await build(page)).toBe('second');
    await host.start();
  });

  test('an update that is cut in the middle leaves the old one whole', async ({ page, host }) => {
    await open(page, host);
    await shellKept(page);
    await settled(host);
    release(host, 'second');
    host.faults.push({ match: 'index.html', cutAfter: 500 });
    expect(await update(page)).toBe(false);
    await expect(page.getByTestId('update-offer')).toHaveCount(0);
    await host.stop();
    await page.reload();
    await expect(page.getByTestId('product-card').first()).toBeVisible();
    expect(await build(page)).toBe('first');
    await host.start();
    // And it does not stay that way.
    host.faults.length = 0;
    expect(await update(page)).toBe(true);
  });
});

test('a tombstone in the worker\'s place takes the shell down, and keeps its hands off the rest', async ({ page, host }) => {
  await open(page, host);
  await shellKept(page);
  await page.evaluate(async () => { await (await caches.open('not-ours')).put('x', new Response('x')); });
  cpSync('www/sw-tombstone.js', join(host.root, 'sw.js'));
  await page.evaluate(async () => { await (await navigator.serviceWorker.ready).update(); });
  await expect.poll(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
  expect(await page.evaluate(() => caches.keys())).toEqual(['not-ours']);
  await page.reload();
  await expect(page.getByTestId('product-card').first()).toBeVisible();
});
