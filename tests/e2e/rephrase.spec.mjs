// Answers in a language model's words: asked for where the shopper wants them, shown only where they say the same.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, expect, openChat, test } from './harness.mjs';

/** A model of a real architecture, with random weights and room for a prompt. */
function model() {
  const folder = mkdtempSync(join(tmpdir(), 'attendant-rephrase-')), file = join(folder, 'tiny.gguf');
  execFileSync(`${process.env.CARGO_TARGET_DIR ?? 'target'}/debug/attendant`, ['random', '--arch', 'llama', '--like', 'tiny', '--quant', 'q8_0', '-o', file]);
  const bytes = readFileSync(file), key = 'llama.context_length';
  bytes.writeUInt32LE(4096, bytes.indexOf(key) + key.length + 4);
  rmSync(folder, { recursive: true });
  return { name: 'tiny.gguf', mimeType: 'application/octet-stream', buffer: bytes };
}

/** Bytes of what the model has read of its prompt, kept beside it. */
const prefix = (page) => page.evaluate(async () => {
  const weights = await (await navigator.storage.getDirectory()).getDirectoryHandle('weights', { create: true });
  for await (const folder of weights.values()) {
    const file = await folder.getFileHandle?.('prefix').catch(() => null);
    if (file) return (await file.getFile()).size;
  }
  return 0;
});

test('a model that talks at random is asked, and the shop’s own words stand', async ({ page, server }) => {
  await page.goto(`${server.url}?view=about&device=cpu`);
  await expect(page.getByText('This site uses').first()).toBeVisible({ timeout: 60_000 });
  await page.getByLabel('Choose a file').setInputFiles(model());
  await expect(page.getByTestId('model-kept')).toHaveAttribute('data-state', 'whole', { timeout: 60_000 });
  await page.getByTestId('model-kept').getByRole('button', { name: 'Open' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'is open in the engine' }).first()).toBeAttached({ timeout: 60_000 });
  await page.getByTestId('rephrase').check();

  await page.locator('.masthead-name').click();
  await openChat(page);
  const answer = await ask(page, 'How should I store my tea?');
  const said = await answer.locator('.bubble').textContent();
  await expect.poll(() => prefix(page), { timeout: 60_000, message: 'the model has read what it is told' }).toBeGreaterThan(10_000);
  await expect(answer.getByTestId('rephrased')).toHaveCount(0);
  expect(await answer.locator('.bubble').textContent()).toBe(said);
  await expect(answer.getByTestId('source').first()).toBeVisible();
  const next = await ask(page, 'What does shipping cost?');
  await expect(next.getByTestId('source').first()).toBeVisible();
});
