// Signed packs. The signatures are made here by Node's own Ed25519, from what `pack::signature` documents.
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test as base } from './harness.mjs';
import { serve } from './serve.mjs';

const PLAIN = () => readFileSync('dist/shop.pack');

// The service worker holds a pack to the hash that it was built with; here the pack changes under one build.
base.use({ serviceWorkers: 'block' });

const test = base.extend({
  // A copy of dist/ of one's own.
  host: async ({ server }, use) => {
    const root = mkdtempSync(join(tmpdir(), 'attendant-trust-'));
    cpSync('dist', root, { recursive: true });
    await server.stop();
    const host = await serve({ root, port: Number(new URL(server.origin).port) });
    await use({
      url: host.url,
      pack: (bytes) => writeFileSync(join(root, 'shop.pack'), bytes),
      name: (key) => writeFileSync(join(root, 'index.html'), readFileSync(join(root, 'index.html'), 'utf8').replace('<title>', `<meta name="pack-key" content="${key}"><title>`)),
    });
    await host.stop();
    rmSync(root, { recursive: true });
    await server.start();
  },
});

function shopKey() {
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = createPublicKey(createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })));
  const bytes = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  return {
    hex: bytes.toString('hex'),
    sign: (pack, issued) => {
      const at = Buffer.alloc(8);
      at.writeBigUInt64LE(BigInt(issued));
      const message = Buffer.concat([Buffer.from('attendant pack signature 1\0'), pack.subarray(0, 48), at]);
      return Buffer.concat([pack, sign(null, message, privateKey), bytes, at, Buffer.from('ATTNSIGN')]);
    },
  };
}

/** The page as a shopper who comes back finds it: whether the shop is open, and how far its file is trusted. */
async function trust(page, host) {
  await page.goto(host.url);
  await expect(page.getByTestId('product-card').first().or(page.getByRole('alert'))).toBeVisible();
  if (await page.getByRole('alert').isVisible()) return 'refused';
  await page.goto(`${host.url}?view=about`);
  await expect(page.getByTestId('pack-trust')).toBeVisible();
  await expect(page.locator('.footer-name')).not.toBeEmpty();
  await expect(page.getByTestId('pack-trust')).not.toHaveAttribute('data-trust', 'unknown');
  return page.getByTestId('pack-trust').getAttribute('data-trust');
}

test('an unsigned pack opens where no key is known, and the page says so', async ({ page, host }) => {
  expect(await trust(page, host)).toBe('unsigned');
});

test('a pack by the key that the page names opens; by another, or by none, it does not', async ({ page, host }) => {
  const [ours, theirs] = [shopKey(), shopKey()];
  host.name(ours.hex);
  host.pack(theirs.sign(PLAIN(), 1_000));
  expect(await trust(page, host)).toBe('refused');
  host.pack(PLAIN());
  expect(await trust(page, host)).toBe('refused');
  host.pack(ours.sign(PLAIN(), 1_000));
  expect(await trust(page, host)).toBe('signed');
});

test('once a signed pack is seen, a worse one is refused and the last good one goes on', async ({ page, host }) => {
  const [ours, theirs] = [shopKey(), shopKey()];
  const good = ours.sign(PLAIN(), 2_000);
  host.pack(good);
  expect(await trust(page, host)).toBe('signed');
  const forged = Buffer.from(good);
  forged[forged.length - 100] ^= 1;
  const changed = Buffer.from(good);
  changed[changed.length / 2 | 0] ^= 1;
  for (const [name, pack] of Object.entries({
    forged, changed, unsigned: PLAIN(), 'of another key': theirs.sign(PLAIN(), 3_000), older: ours.sign(PLAIN(), 1_999),
  })) {
    host.pack(pack);
    expect(await trust(page, host), name).toBe('earlier');
  }
  host.pack(ours.sign(PLAIN(), 2_001));
  expect(await trust(page, host), 'newer').toBe('signed');
  host.pack(good);
  expect(await trust(page, host), 'the one before').toBe('earlier');
});
