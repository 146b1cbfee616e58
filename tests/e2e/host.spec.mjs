// The shell on a static host: what is sent, what is kept, and what an update changes.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, open, settled, shellKept, test } from './harness.mjs';
import { serve } from './serve.mjs';

test('a byte range is answered with that range', async ({ server, request }) => {
  const whole = readFileSync('dist/shop.pack');
  const part = await request.get(`${server.url}shop.pack`, { headers: { range: 'bytes=10-19' } });
  expect(part.status()).toBe(206);
  expect(part.headers()['content-range']).toBe(`bytes 10-19/${whole.length}`);
  expect(await part.body()).toEqual(whole.subarray(10, 20));
  const past = await request.get(`${server.url}shop.pack`, { headers: { range: `bytes=${whole.length}-` } });
  expect(past.status()).toBe(416);
});

test('folders are not listed and files outside are not served', async ({ server, request }) => {
  for (const path of ['models/', 'icons', '_headers', '..%2fCargo.toml', '.git/config']) {
    expect((await request.get(server.url + path)).status(), path).toBe(404);
  }
});

test('the policy is sent with the page', async ({ server, request }) => {
  const headers = (await request.get(server.url)).headers();
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(headers['content-security-policy']).not.toContain('unsafe-inline');
  expect(headers['x-content-type-options']).toBe('nosniff');
});

test('the app can be installed', async ({ server, request }) => {
  const manifest = await (await request.get(`${server.url}manifest.webmanifest`)).json();
  for (const [size, purpose] of [['192x192', 'any'], ['512x512', 'any'], ['192x192', 'maskable'], ['512x512', 'maskable']]) {
    const icon = manifest.icons.find((icon) => icon.sizes === size && icon.purpose === purpose);
    expect(icon, `${size} ${purpose}`).toBeTruthy();
    expect((await request.get(server.url + icon.src)).headers()['content-type']).toBe('image/png');
  }
});

test.describe('under another path', () => {
  test.use({ base: '/some/shop/' });

  test('the page works as it does at the root', async ({ page, server }) => {
    await open(page, server);
    expect(server.log.filter(({ status }) => status === 404)).toEqual([]);
  });
});

test('the shell is kept, and opens with the network cut', async ({ page, server }) => {
  await open(page, server);
  await shellKept(page);
  await settled(server);
  await server.stop();
  await page.reload();
  await expect(page.getByTestId('product-card').first()).toBeVisible();
  await server.start();
});

test('weights never enter the shell', async ({ page, server }) => {
  await open(page, server);
  await shellKept(page);
  const kept = await page.evaluate(async () => {
    const names = await caches.keys();
    const keys = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)));
    return keys.flat();
  });
  expect(kept.length).toBeGreaterThan(5);
  expect(kept.filter((url) => url.includes('/models/'))).toEqual([]);
});

test('a new shell waits, fetches only what changed, and leaves nothing of the old one', async ({ page, server }) => {
  const copy = mkdtempSync(join(tmpdir(), 'attendant-dist-'));
  cpSync('dist', copy, { recursive: true });
  await server.stop();
  const host = await serve({ root: copy, port: Number(new URL(server.origin).port) });
  try {
    await open(page, host);
    await shellKept(page);
    const before = await settled(host);
    // Another build: one file differs, so its line and the build's name do.
    const sw = readFileSync(join(copy, 'sw.js'), 'utf8');
    const [line, ...rest] = sw.split('\n');
    const shell = JSON.parse(line.slice('self.SHELL = '.length, -1));
    shell.build = 'another';
    writeFileSync(join(copy, 'sw.js'), [`self.SHELL = ${JSON.stringify(shell)};`, ...rest].join('\n'));

    const waiting = await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      await registration.update();
      const next = registration.installing ?? registration.waiting;
      if (next.state !== 'installed') {
        await new Promise((resolve) => next.addEventListener('statechange', () => next.state === 'installed' && resolve()));
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
      return { state: next.state, caches: await caches.keys() };
    });
    expect(waiting.state, 'no page is taken over behind its back').toBe('installed');
    expect(waiting.caches).toHaveLength(2);
    expect(host.log.slice(before).map(({ path }) => path)).toEqual(['/sw.js']);

    const after = await page.evaluate(async () => {
      const changed = new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve));
      (await navigator.serviceWorker.ready).waiting.postMessage({ type: 'skip-waiting' });
      await changed;
      for (let i = 0; i < 50 && (await caches.keys()).length > 1; i++) await new Promise((resolve) => setTimeout(resolve, 100));
      return caches.keys();
    });
    expect(after).toEqual(['shell-another']);
  } finally {
    await host.stop();
    rmSync(copy, { recursive: true });
    await server.start();
  }
});
