// The page answers: on the CPU and on WebGPU, in both languages, and with the network cut.
import { ask, expect, modelReady, openWithAttendant, shellKept, test } from './harness.mjs';
import { row, titleOf } from './shop.mjs';

const QUESTIONS = [
  'how much is postage to germany for one teapot',
  'how many days to madeira',
  "there's a crack in my iron teapot",
  'can i pay with paypal or apple pay',
  'can i use the leaves again',
  '送到巴黎要几天',
  '刚下的单想再加个茶漏',
  '铁壶裂了一条缝能保吗',
  '玻璃壶可以直接放火上烧吗',
  '店在什么位置',
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
