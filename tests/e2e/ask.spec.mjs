// The page answers: on the CPU and on WebGPU, in both languages, and with the network cut.
import { ask, expect, modelReady, openWithAttendant, shellKept, test } from './harness.mjs';
import { row, titleOf } from './shop.mjs';

// Of tests/fixtures/questions/test.tsv, such as the command line answers rightly too: this is about the way
// from the composer to the model and back. How many of all are right is what `attendant pack eval` tells.
const QUESTIONS = [
  'shipping fee for a 2 kilo box to spain',
  'do I have to sign up to buy',
  'Is stoneware ok in the dish washer?',
  'does the gift card expire',
  'whats the minimum for free delivery in the uk',
  '两公斤的包裹寄西班牙运费多少钱',
  '在店里买的，小票还在，能退吗',
  '周六发不发货',
  '一碗抹茶多少毫克咖啡因',
  '英国满多少免运费',
];

test('ten questions in two languages get the right source first, and again with the network cut', async ({ page, server }, { project }) => {
  const device = project.name === 'webgpu' ? 'gpu' : 'cpu';
  const patience = device === 'gpu' ? 300_000 : 90_000;
  await openWithAttendant(page, server, device);
  await modelReady(page, patience);
  await expect(page.getByTestId('device-badge')).toHaveAttribute('data-device', device);
  for (const question of QUESTIONS) await rightSourceFirst(page, question, patience);

  await shellKept(page);
  await server.stop();
  await page.reload();
  await openWithAttendant(page, server, device);
  expect(await modelReady(page, patience), 'weights come from storage').toBe('storage');
  for (const question of [QUESTIONS[0], QUESTIONS[5]]) await rightSourceFirst(page, question, patience);
  await server.start();
});

async function rightSourceFirst(page, question, patience) {
  const { language, expect: ids } = row(question);
  const answer = await ask(page, question, patience);
  const source = answer.getByTestId('source').first();
  await expect(source, question).toBeVisible();
  const titles = ids.map((id) => titleOf(id, language));
  expect(titles, question).toContain((await source.locator('summary').innerText()).trim());
}
