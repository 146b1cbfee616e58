// The page on a static host: what is sent, and how.
import { readFileSync } from 'node:fs';
import { expect, open, test } from './harness.mjs';

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

test.describe('under another path', () => {
  test.use({ base: '/some/shop/' });

  test('the page works as it does at the root', async ({ page, server }) => {
    await open(page, server);
    expect(server.log.filter(({ status }) => status === 404)).toEqual([]);
  });
});
