// The bad days: each ends in an answer or in a clear message, and nothing stored is lost by it.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ask, expect, modelReady, open, openChat, openWithAttendant, sent, shellKept, test } from './harness.mjs';

const QUESTION = 'What does shipping cost?';
const SHARD = 4 << 20;
// A connection that breaks takes with it what the browser had received and not yet handed on.
const IN_FLIGHT = 2.5 * SHARD;
/** Bytes of all that a shopper's device fetches of weights. */
const model = () => {
  const files = readdirSync('dist/models').filter((name) => name.endsWith('.gguf'));
  return files.reduce((sum, file) => sum + statSync(join('dist/models', file)).size, 0);
};

test.describe('the worker', () => {
  // A test's own lines in a script are not what the shell's hashes promise.
  test.use({ serviceWorkers: 'block' });

  test('is killed: the next question is answered by a new one', async ({ page, server }) => {
    await holdWorkers(page);
    await openWithAttendant(page, server, 'cpu');
    await modelReady(page);
    await page.evaluate(() => globalThis.heldWorkers.at(-1).terminate());
    await answered(await ask(page, QUESTION));
    expect(await page.evaluate(() => globalThis.heldWorkers.length)).toBe(2);
  });

  test('hangs: the question that was pending is answered by a new one', async ({ page, server }) => {
    server.faults.push({ match: 'worker_loader.js', once: true, prepend: `
      new BroadcastChannel('test').onmessage = () => { const end = Date.now() + 600_000; while (Date.now() < end); };
    ` });
    await holdWorkers(page);
    await openWithAttendant(page, server, 'cpu');
    await modelReady(page);
    await page.evaluate(() => new BroadcastChannel('test').postMessage('hang'));
    await answered(await ask(page, QUESTION));
    expect(await page.evaluate(() => globalThis.heldWorkers.length)).toBe(2);
  });

  test.describe('cannot be started', () => {
    test.use({ expectedErrors: ['503'] });

    test('the shop stays open and says so, and it is started again when asked', async ({ page, server }) => {
      server.faults.push({ match: 'worker', status: 503 });
      await open(page, server);
      await openChat(page);
      await expect(page.locator('.notice')).toContainText('has stopped', { timeout: 90_000 });
      await expect(page.getByTestId('product-card').first()).toBeVisible();
      server.faults.length = 0;
      await page.getByRole('button', { name: 'Start it again' }).click();
      await answered(await ask(page, QUESTION));
    });
  });
});

test.describe('the download', () => {
  test.use({ expectedErrors: ['ERR_CONTENT_LENGTH_MISMATCH', 'ERR_CONNECTION_RESET', 'ERR_INCOMPLETE_CHUNKED', '503'] });

  test('is cut at half: only the rest is fetched', async ({ page, server }) => {
    server.faults.push({ match: '.gguf', cutAfter: model() / 2, once: true });
    await openWithAttendant(page, server, 'cpu');
    expect(await modelReady(page)).toBe('network');
    const { bytes, ranges } = sent(server, '.gguf');
    expect(ranges.length).toBeGreaterThan(0);
    expect(bytes, 'no byte twice, but for those in flight').toBeLessThanOrEqual(model() + IN_FLIGHT);
    await answered(await ask(page, QUESTION));
  });

  test('is cut, and the network stays away: a clear message, then the rest on demand', async ({ page, server }) => {
    server.faults.push({ match: '.gguf', cutAfter: model() / 2, once: true }, { match: '.gguf', status: 503 });
    await openWithAttendant(page, server, 'cpu');
    const state = page.getByTestId('model-state');
    await expect(state).toHaveAttribute('data-state', 'failed', { timeout: 90_000 });
    await answered(await ask(page, QUESTION));
    server.faults.length = 0;
    await page.locator('.notice').getByRole('button', { name: 'Try again' }).click();
    await modelReady(page);
    expect(sent(server, '.gguf').bytes).toBeLessThanOrEqual(model() + IN_FLIGHT);
  });

  test('brings a changed byte: it is noticed and fetched again', async ({ page, server }) => {
    server.faults.push({ match: '.gguf', corrupt: true, once: true });
    await openWithAttendant(page, server, 'cpu');
    await modelReady(page);
    expect(sent(server, '.gguf').bytes).toBeLessThanOrEqual(model() + 2 * SHARD);
  });

  test('comes from a host without byte ranges', async ({ page, server }) => {
    server.faults.push({ match: '.gguf', cutAfter: model() / 2, once: true }, { match: '.gguf', noRange: true });
    await openWithAttendant(page, server, 'cpu');
    await modelReady(page);
  });
});

test('a stored shard is changed: that shard alone is fetched again', async ({ page, server }) => {
  await openWithAttendant(page, server, 'cpu');
  await modelReady(page);
  const before = sent(server, '.gguf').bytes;
  await open(page, server);
  await page.evaluate(spoilShard, '0003');
  await openWithAttendant(page, server, 'cpu');
  await modelReady(page);
  const again = sent(server, '.gguf').bytes - before;
  expect(again).toBeGreaterThan(0);
  expect(again).toBeLessThanOrEqual(SHARD);
  await answered(await ask(page, QUESTION));
});

test('the quota is full: the model runs from memory', async ({ page, server }) => {
  await open(page, server);
  await shellKept(page);
  const devtools = await page.context().newCDPSession(page);
  const { usage } = await devtools.send('Storage.getUsageAndQuota', { origin: server.origin });
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: server.origin, quotaSize: usage + (1 << 20) });
  await openWithAttendant(page, server, 'cpu');
  expect(await modelReady(page)).toBe('memory');
  await answered(await ask(page, QUESTION));
});

test('a second tab answers too, and the weights are fetched once', async ({ page, server }) => {
  await openWithAttendant(page, server, 'cpu');
  const second = await page.context().newPage();
  await openWithAttendant(second, server, 'cpu');
  await Promise.all([modelReady(page), modelReady(second)]);
  await answered(await ask(page, QUESTION));
  await answered(await ask(second, QUESTION));
  expect(sent(server, '.gguf').bytes).toBeLessThanOrEqual(model() + SHARD);
});

test('without WebGPU the CPU answers, and the page says why', async ({ page, server }) => {
  await openWithAttendant(page, server, 'auto');
  await modelReady(page);
  await expect(page.getByTestId('device-badge')).toHaveAttribute('data-device', 'cpu');
  await expect(page.getByTestId('device-badge')).toHaveAttribute('data-reason', 'no_adapter');
});

test('a pack that is no pack: the page says so and tries again when asked', async ({ page, server }) => {
  server.faults.push({ match: 'shop.pack', corrupt: true, once: true });
  await page.goto(server.url);
  await expect(page.getByRole('alert')).toContainText('could not be opened');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId('product-card').first()).toBeVisible();
});

test('who asks while the pack is still coming waits for it, and is answered', async ({ page, server }) => {
  server.faults.push({ match: 'shop.pack', throttle: 400_000 });
  await page.goto(`${server.url}?view=chat&device=cpu`);
  await page.getByTestId('composer').fill(QUESTION);
  await page.getByTestId('send').click();
  expect(server.log.filter(({ path }) => path.endsWith('shop.pack')).length, 'the front has come, and no more').toBeLessThan(2);
  const answer = page.getByTestId('message-attendant').last();
  await expect(answer).toHaveAttribute('aria-busy', 'false', { timeout: 60_000 });
  await answered(answer);
});

async function answered(answer) {
  await expect(answer.getByTestId('source').first()).toBeVisible();
}

/** Keeps every worker of the page at hand, so that a test can end one as a browser would. */
function holdWorkers(page) {
  return page.addInitScript(() => {
    globalThis.heldWorkers = [];
    globalThis.Worker = class extends Worker {
      constructor(...args) {
        super(...args);
        globalThis.heldWorkers.push(this);
      }
    };
  });
}

/** Overwrites part of the stored file of this name, wherever it lies. Runs in the page. */
async function spoilShard(name) {
  const spoil = async (folder) => {
    for await (const [entry, handle] of folder.entries()) {
      if (handle.kind === 'directory') {
        if (await spoil(handle)) return true;
      } else if (entry === name) {
        const file = await handle.createWritable({ keepExistingData: true });
        await file.write({ type: 'write', position: 1000, data: new Uint8Array(64) });
        await file.close();
        return true;
      }
    }
    return false;
  };
  if (!(await spoil(await navigator.storage.getDirectory()))) throw new Error(`no stored file ${name}`);
}
