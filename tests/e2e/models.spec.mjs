// Models that a user keeps: added by address and by file, paused, cut, resumed at the byte, shared by two tabs,
// refused before they are fetched, and deleted.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, sent, shellKept, test } from './harness.mjs';

const FILE = 'minilm-q8_0.gguf';
const BYTES = readFileSync(`dist/models/${FILE}`);
const HASH = createHash('sha256').update(BYTES).digest('hex');
const TINY = 'tests/fixtures/decoder/llama.gguf';
const MB = 1e6;
/** What is asked for first: it tells the size, and shows what kind of a file it is. */
const FIRST = 'bytes=0-1048575';
/** A connection that breaks takes with it what the browser had received and not yet handed on. */
const LOST = 11 * MB;

const coming = (page) => page.getByTestId('model-coming');
const kept = (page) => page.getByTestId('model-kept');
const problem = (page) => page.getByTestId('model-problem');

async function openPanel(page, server, language = 'en') {
  await page.goto(`${server.url}?view=about&device=cpu&lang=${language}`);
  await expect(page.locator('#model-url')).toBeVisible();
  // The worker has told what is kept: it has the shop's pack.
  await expect(page.getByText(/This site uses|本站已用/).first()).toBeVisible({ timeout: 60_000 });
}

async function addUrl(page, url) {
  await page.getByLabel('Address of a GGUF file').fill(url);
  await page.keyboard.press('Enter');
}

/** Bytes of shards and their beginnings in the store, read from outside the program. */
const heldBytes = (page) => page.evaluate(async () => {
  let total = 0;
  const weights = await (await navigator.storage.getDirectory()).getDirectoryHandle('weights', { create: true });
  for await (const folder of weights.values()) {
    if (!/^(url|file)-/.test(folder.name)) continue;
    for await (const entry of folder.values()) if (/^\d/.test(entry.name)) total += (await entry.getFile()).size;
  }
  return total;
});

const startOf = (range) => Number(/\d+/.exec(range)[0]);

const usage = (page) => page.evaluate(async () => (await navigator.storage.estimate()).usage);

/** Lets go of a file over the page, as a person's mouse would. */
const drop = (page, name, bytes) => page.evaluate(([name, base64]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name, { lastModified: 1 }));
  const tell = (type) => document.querySelector('.about').dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }));
  tell('dragover');
  tell('drop');
}, [name, bytes.toString('base64')]);

/** The panel at both widths in both colour schemes, for eyes. */
async function picture(page, name) {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [390, 1280]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.locator('.topic').filter({ has: page.locator('#own-models') }).screenshot({ path: `test-results/pictures/${name}-${width}-${colorScheme}.png` });
    }
  }
}

async function arrived(page, timeout = 60_000) {
  await expect(kept(page)).toHaveAttribute('data-state', 'whole', { timeout });
}

test.describe('a download', () => {
  test.use({ expectedErrors: ['ERR_CONTENT_LENGTH_MISMATCH', 'ERR_CONNECTION_RESET', 'ERR_INCOMPLETE_CHUNKED'] });

  test('is paused, survives a reload, goes on at the byte, is verified, and leaves no bytes when deleted', async ({ page, server }) => {
    server.faults.push({ match: FILE, throttle: 4 * MB });
    await openPanel(page, server);
    await addUrl(page, `models/${FILE}#sha256=${HASH}`);
    await expect(coming(page)).toContainText(/a second · (about|a few) .* left/);
    await picture(page, 'models-coming');
    await coming(page).getByRole('button', { name: `Pause: ${FILE}` }).click();
    await expect(kept(page)).toHaveAttribute('data-state', 'part');
    const held = await heldBytes(page);
    expect(held).toBeGreaterThan(2 * MB);

    await page.reload();
    await expect(kept(page)).toContainText('Stopped');
    expect(await heldBytes(page)).toBe(held);
    server.faults.length = 0;
    await kept(page).getByRole('button', { name: 'Go on' }).click();
    await arrived(page);
    expect(sent(server, FILE).ranges).toEqual([FIRST, `bytes=1048576-${BYTES.length - 1}`, `bytes=${held}-${BYTES.length - 1}`]);

    // What the file says of itself, and what it hashes to.
    await expect(kept(page)).toContainText('all-MiniLM-L6-v2');
    await expect(kept(page)).toContainText(/bert · 2\d M parameters · Q8_0/);
    await expect(kept(page)).toContainText('Licence the file names none');
    await kept(page).getByText('SHA-256').click();
    await expect(kept(page).getByTestId('model-sha256')).toHaveText(HASH);
    expect(await heldBytes(page)).toBe(BYTES.length);

    await kept(page).getByRole('button', { name: 'Open' }).click();
    await expect(page.getByTestId('model-open')).toBeVisible({ timeout: 60_000 });

    const full = await usage(page);
    await kept(page).getByRole('button', { name: 'Delete' }).click();
    await expect(page.locator('#model-delete')).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.getByText('No models of your own yet.')).toBeVisible();
    expect(await heldBytes(page)).toBe(0);
    await expect.poll(() => usage(page)).toBeLessThan(full - 20 * MB);
  });

  test('is cut, and its worker killed: it goes on by itself', async ({ page, server }) => {
    await page.addInitScript(() => {
      const { Worker } = globalThis;
      globalThis.heldWorkers = [];
      globalThis.Worker = function (...rest) {
        const worker = new Worker(...rest);
        heldWorkers.push(worker);
        return worker;
      };
    });
    server.faults.push({ match: FILE, once: true });
    server.faults.push({ match: FILE, cutAfter: 16 * MB, throttle: 8 * MB, once: true });
    server.faults.push({ match: FILE, throttle: MB });
    await openPanel(page, server);
    await addUrl(page, `models/${FILE}`);
    await expect.poll(() => heldBytes(page)).toBeGreaterThan(16 * MB);
    const held = await heldBytes(page);
    await page.evaluate(() => heldWorkers.at(-1).terminate());
    server.faults.length = 0;
    await arrived(page, 90_000);
    const [first, , afterCut, afterDeath, ...more] = sent(server, FILE).ranges;
    expect([first, more]).toEqual([FIRST, []]);
    expect(startOf(afterCut)).toBeGreaterThan(16 * MB - LOST);
    expect(startOf(afterDeath)).toBeGreaterThanOrEqual(held);
  });

  test('is one for two tabs', async ({ page, server, context }) => {
    server.faults.push({ match: FILE, throttle: 5 * MB });
    await openPanel(page, server);
    const other = await context.newPage();
    await openPanel(other, server);
    await addUrl(page, `models/${FILE}`);
    await expect(coming(page)).toContainText(/MB of 25 MB/);
    await addUrl(other, `models/${FILE}`);
    // The second follows the first.
    await expect(coming(other)).toContainText(/MB of 25 MB/);
    await Promise.all([arrived(page), arrived(other)]);
    expect(sent(server, FILE).bytes).toBe(BYTES.length);
  });
});

test.describe('what cannot be kept is refused', () => {
  test.use({ expectedErrors: ['404'] });

  // Chromium tells of the same ten gigabytes whatever it grants, so here it shows only while the file comes.
  test('because there is no room, and nothing of it stays', async ({ page, server, context }) => {
    const session = await context.newCDPSession(page);
    await openPanel(page, server);
    // Until then what is used goes up and down.
    await shellKept(page);
    await session.send('Storage.overrideQuotaForOrigin', { origin: server.origin, quotaSize: (await usage(page)) + 12 * MB });
    await addUrl(page, `models/${FILE}`);
    await expect(problem(page)).toHaveAttribute('data-why', 'quota');
    await expect(problem(page)).toContainText(/takes 25 MB more, and the browser leaves this site \d+ MB/);
    await picture(page, 'models-refused');
    expect(await heldBytes(page)).toBe(0);
    await expect(kept(page)).toHaveCount(0);
  });

  test.describe('because the device is too small', () => {
    // A test's own lines in a script are not what the shell's hashes promise.
    test.use({ serviceWorkers: 'block' });

    test('before it is fetched', async ({ page, server }) => {
      const prepend = "Object.defineProperty(WorkerNavigator.prototype, 'deviceMemory', { value: 0.03125 });\n";
      server.faults.push({ match: 'worker_loader.js', prepend });
      await openPanel(page, server);
      await addUrl(page, `models/${FILE}`);
      await expect(problem(page)).toHaveAttribute('data-why', 'memory');
      await expect(problem(page)).toContainText('up to 17 MB');
      expect(sent(server, FILE).ranges).toEqual([FIRST]);
    });
  });

  test('because of its first bytes, its kind, its address or its hash', async ({ page, server }) => {
    await openPanel(page, server);
    await drop(page, 'page.gguf', Buffer.from('<!DOCTYPE html>'.repeat(1000)));
    await expect(problem(page)).toHaveAttribute('data-why', 'malformed');
    await expect(problem(page)).toContainText('page.gguf: This is no GGUF model');

    const strange = readFileSync(TINY);
    strange.write('lemma', strange.indexOf('llama'));
    await drop(page, 'strange.gguf', strange);
    await expect(problem(page)).toHaveAttribute('data-why', 'architecture');
    await expect(problem(page)).toContainText('“lemma”');

    // Cut off: what its tensors need is not there.
    await drop(page, 'short.gguf', readFileSync(TINY).subarray(0, 200_000));
    await expect(problem(page)).toHaveAttribute('data-why', 'malformed');

    await addUrl(page, 'https://models.example/tiny.gguf');
    await expect(problem(page)).toHaveAttribute('data-why', 'address');
    await expect(problem(page)).toContainText('not from https://models.example');

    // A whole page where a model was to be.
    await addUrl(page, 'embed.html');
    await expect(problem(page)).toContainText('embed.html: This is no GGUF model');
    await addUrl(page, 'models/none.gguf');
    await expect(problem(page)).toContainText('the server answered 404');

    await addUrl(page, `models/intent.gguf#sha256=${'0'.repeat(64)}`);
    await expect(problem(page)).toHaveAttribute('data-why', 'architecture');
    await addUrl(page, `models/minilm-zh.gguf#sha256=${'0'.repeat(64)}`);
    await expect(problem(page)).toHaveAttribute('data-why', 'hash');
    expect(await heldBytes(page)).toBe(0);
    await expect(kept(page)).toHaveCount(0);
  });
});

test('a file is chosen, kept through a reload, and known again when it is dropped', async ({ page, server }) => {
  await openPanel(page, server);
  await page.getByLabel('Choose a file').setInputFiles(TINY);
  await arrived(page);
  await expect(kept(page)).toContainText('llama');
  await expect(page.getByRole('status').filter({ hasText: 'whole and verified' }).first()).toBeAttached();
  await page.reload();
  await arrived(page);
  // The same bytes under another name are the same model.
  await drop(page, 'again.gguf', readFileSync(TINY));
  await expect(coming(page)).toHaveCount(0);
  await expect(kept(page)).toHaveCount(1);
  expect(await heldBytes(page)).toBe(readFileSync(TINY).length);
});

test.describe('a model that the shop offers in its pack', () => {
  // The test's own pack is not what the shell's hashes promise.
  test.use({ serviceWorkers: 'block' });

  test('is added with one press, and held to its hash', async ({ page, server }) => {
    const zh = 'minilm-zh.gguf', bytes = readFileSync(`dist/models/${zh}`);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const purpose = { en: 'Understands Chinese questions', zh: '理解中文提问' };
    const body = withModels(readFileSync('dist/shop.pack'), [
      { url: `models/${zh}`, sha256, size_bytes: bytes.length, purpose },
      { url: `models/${FILE}`, sha256: 'ab'.repeat(32), size_bytes: BYTES.length, purpose },
    ]);
    await page.route('**/shop.pack', (route) => route.fulfill({ body }));
    await openPanel(page, server);
    const offered = page.getByTestId('models-offered');
    await expect(offered).toContainText('3.0 MB · Understands Chinese questions');
    await offered.getByRole('button', { name: `Add: ${zh}` }).click();
    await arrived(page);
    await expect(offered).toContainText('is on this device, whole and verified');
    await offered.getByRole('button', { name: `Add: ${FILE}` }).click();
    await expect(problem(page)).toHaveAttribute('data-why', 'hash', { timeout: 60_000 });
    await expect(kept(page)).toHaveCount(1);
  });
});

/** A pack with a section more; its layout stands in `src/pack/format.rs`. */
function withModels(pack, models) {
  const end = 48 + pack.readUInt32LE(12);
  const header = JSON.parse(pack.subarray(48, end));
  const section = Buffer.from(JSON.stringify(models));
  const hash = (bytes) => createHash('sha256').update(bytes).digest();
  const text = (shift) => Buffer.from(JSON.stringify({ ...header, sections: [
    ...header.sections.map((entry) => ({ ...entry, offset: entry.offset + shift })),
    { name: 'models', offset: pack.length + shift, length: section.length, sha256: hash(section).toString('hex') },
  ] }).padEnd(end - 48 + 512));
  const written = text(512), prefix = Buffer.from(pack.subarray(0, 48));
  prefix.writeUInt32LE(written.length, 12);
  hash(written).copy(prefix, 16);
  return Buffer.concat([prefix, written, pack.subarray(end), section]);
}

for (const language of ['en', 'zh']) {
  test(`the panel can be used by all, ${language}`, async ({ page, server }) => {
    await openPanel(page, server, language);
    await page.locator('#model-file').setInputFiles(TINY);
    await arrived(page);
    await kept(page).getByText('SHA-256').click();
    await drop(page, 'page.gguf', Buffer.from('<html>'));
    await expect(problem(page)).toBeVisible();
    await kept(page).getByRole('button', { name: /^(Delete|删除)/ }).click();
    await expect(page.locator('#model-delete')).toBeFocused();
    await picture(page, `models-${language}`);
    for (const colorScheme of ['light', 'dark']) {
      for (const width of [1280, 390]) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.setViewportSize({ width, height: 800 });
        // A colour on its way to another is neither.
        await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== 'running'));
        const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze();
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' | ')}`), `${colorScheme}, ${width} wide`).toEqual([]);
        const small = await page.locator('.model-ways :is(button, label.small-button, input[type=text]), .models :is(button, summary)').evaluateAll((all) => all
          .map((element) => element.getBoundingClientRect()).filter(({ height, width }) => height < 43.5 || width < 43.5).length);
        expect(small, 'targets below 44 pixels').toBe(0);
      }
    }
  });
}
