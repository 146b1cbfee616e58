// The shop owner's page: an order file dropped on it becomes plots, of the same figures that the command line prints.
import AxeBuilder from '@axe-core/playwright';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, picture, test } from './harness.mjs';

const ORDERS = 'tests/fixtures/orders/orders.csv';
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const PLOTS = ['segments', 'cohorts', 'rules', 'next', 'churn'];

/** Both the same, numbers as near as two mathematical libraries come. */
function near(found, wanted, path = '') {
  if (typeof wanted === 'number') expect(Math.abs(found - wanted), path).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(wanted)));
  else if (wanted === null || typeof wanted !== 'object') expect(found, path).toBe(wanted);
  else {
    expect(Object.keys(found), path).toEqual(Object.keys(wanted));
    for (const key of Object.keys(wanted)) near(found[key], wanted[key], `${path}.${key}`);
  }
}

async function choose(page, server, file) {
  await page.goto(`${server.url}insights/`);
  await page.locator('#file').setInputFiles(file);
}

test('an order file becomes plots with the figures of the command line', async ({ page, server }) => {
  await choose(page, server, ORDERS);
  for (const name of PLOTS) await expect(page.getByTestId(name).getByRole('img')).toBeVisible();

  const attendant = `${process.env.CARGO_TARGET_DIR ?? 'target'}/debug/attendant`;
  const told = JSON.parse(execFileSync(attendant, ['insights', '--events', ORDERS, '--json'], { encoding: 'utf8', maxBuffer: 1e8 }));
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save all figures as JSON' }).click();
  near(JSON.parse(readFileSync(await (await saved).path(), 'utf8')), told);

  // And they are those that stand in the page: every method beside the baseline.
  const judged = page.getByTestId('next').getByRole('table').first().getByRole('row');
  for (const [at, row] of told.next_purchase.rows.entries()) {
    await expect(judged.nth(at + 1).getByRole('cell').first()).toHaveText(row.auroc.toFixed(3));
  }
  await expect(judged.nth(1)).toContainText('recency alone');
  const segments = page.getByTestId('segments');
  await segments.getByText('The figures').click();
  await expect(segments.getByRole('row')).toHaveCount(told.segments.length + 1);
  await expect(segments.getByRole('row').nth(1)).toContainText(`${told.segments[0].customers}`);

  await page.getByRole('button', { name: '中文' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('您的订单说明了什么');
  await expect(page.getByTestId('rules').getByRole('img')).toBeVisible();
  expect(server.log.filter(({ path }) => /worker|app-/.test(path)), 'it loads nothing of the shop').toEqual([]);
});

test('the plots are accessible, on a phone and in the dark too', async ({ page, server }) => {
  await choose(page, server, ORDERS);
  await expect(page.getByTestId('churn')).toBeVisible();
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 });
      const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' | ')}`), `${width} ${colorScheme}`).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out').toBe(true);
    }
  }
  if (process.env.PICTURES) await picture(page, 'insights');
});

test('a broken file is told by line, and a short one that it is short', async ({ page, server }) => {
  const file = (text) => ({ name: 'orders.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await choose(page, server, file('user,item,timestamp\nann,cup,yesterday\nann,,2026-01-01\n'));
  const mistakes = page.getByTestId('mistakes');
  await expect(mistakes).toContainText('orders.csv:2: has the time “yesterday”');
  await expect(mistakes).toContainText('orders.csv:3: has no item');
  await page.locator('#file').setInputFiles(file('user,item,timestamp\nann,cup,2026-01-01\nann,pot,2026-01-03\n'));
  await expect(page.getByRole('status')).toContainText('at least 28 are needed');
});

test('a hundred thousand rows take seconds', async ({ page, server }) => {
  const rows = ['user,item,timestamp,quantity,price'];
  for (let row = 0; row < 100_000; row += 1) {
    // Quadratic residues are scattered enough.
    const customer = (row * row * 7 + row) % 9_973, day = (row * 31 + customer) % 360;
    const at = new Date(Date.UTC(2026, 0, 1) + day * 86_400_000).toISOString();
    rows.push(`c${customer},item-${(customer * 13 + row) % 1_999},${at},1,${5 + (row % 40)}`);
  }
  await page.goto(`${server.url}insights/`);
  const began = Date.now();
  await page.locator('#file').setInputFiles({ name: 'large.csv', mimeType: 'text/csv', buffer: Buffer.from(rows.join('\n')) });
  await expect(page.getByTestId('churn').getByRole('img')).toBeVisible({ timeout: 60_000 });
  const seconds = (Date.now() - began) / 1_000;
  console.log(`100,000 rows in ${seconds.toFixed(1)} s`);
  expect(seconds).toBeLessThan(30);
});
