// A scripted shopper: what is recommended, what is known, what is remembered and forgotten.
import { expect, open, test } from './harness.mjs';

const rail = (page) => page.locator('section[aria-labelledby="rail-home"]');
const products = async (page) => rail(page).getByTestId('product-card').evaluateAll((cards) => cards.map((card) => card.dataset.product));

/** Waits until the rail holds cards, and answers which. */
async function shelf(page) {
  await expect(rail(page).getByTestId('product-card').first()).toBeVisible();
  return products(page);
}

/** Looks at a product as a shopper does, and comes back. */
async function view(page, product) {
  await page.locator(`#goods [data-product="${product}"] .card-link`).first().click();
  await expect(page).toHaveURL(new RegExp(`product=${product}`));
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await page.goBack();
  await shelf(page);
}

test('a rail follows views, a purchase, a refusal and an erasure, and nothing of it with personalisation off', async ({ page, server }) => {
  await open(page, server);
  const newcomer = await shelf(page);
  await expect(rail(page).getByText('From our shelf')).toBeVisible();

  await view(page, 'TEA-001');
  await expect(rail(page).getByText('Chosen for you')).toBeVisible();
  await expect(rail(page).locator('.card-reason', { hasText: /^Because you viewed Longjing/ }).first()).toBeVisible();
  expect(await products(page)).not.toEqual(newcomer);

  // What is bought moves out of the rail into one of its own, and becomes the reason.
  await page.locator('#goods [data-product="TEA-002"] .card-link').first().click();
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.goto(`${server.url}?view=cart`);
  await page.getByRole('button', { name: 'Place a demo order' }).click();
  await page.goto(server.url);
  await expect(rail(page).locator('.card-reason', { hasText: /^Because you bought Biluochun/ }).first()).toBeVisible();
  expect(await products(page)).not.toContain('TEA-002');
  await expect(page.locator('section[aria-labelledby="rail-again"] [data-product="TEA-002"]')).toBeVisible();

  const [refused] = await shelf(page);
  await rail(page).locator(`[data-product="${refused}"] .card-dismiss`).click();
  await expect(rail(page).locator(`[data-product="${refused}"]`)).toHaveCount(0);
  await page.reload();
  await shelf(page);
  expect(await products(page)).not.toContain(refused);

  // A reason that the shopper takes back is none any more.
  const bought = rail(page).locator('.card-reason', { hasText: 'Because you bought Biluochun' });
  await bought.first().getByRole('button', { name: "Don't use this" }).click();
  await expect(bought).toHaveCount(0);

  await rail(page).getByRole('switch', { name: 'Personalise' }).click();
  await expect(rail(page).getByText('From our shelf')).toBeVisible();
  await expect(rail(page).locator('.card-reason', { hasText: /^Because/ })).toHaveCount(0);
  await rail(page).getByRole('switch', { name: 'Personalise' }).click();

  await page.goto(`${server.url}?view=about`);
  await page.getByRole('button', { name: 'Erase all' }).click();
  await page.goto(server.url);
  await expect(rail(page).getByText('From our shelf')).toBeVisible();
  expect(await shelf(page)).toEqual(newcomer);
});

test('what is known survives a reload, outlives the tab only where the shopper agreed, and is gone when they say so', async ({ context, page, server }) => {
  await open(page, server);
  await shelf(page);
  await view(page, 'TEA-001');
  await page.reload();
  await expect(rail(page).getByText('Chosen for you')).toBeVisible();

  const other = await context.newPage();
  await open(other, server);
  await expect(rail(other).getByText('From our shelf')).toBeVisible();

  await rail(page).getByRole('switch', { name: 'Remember' }).click();
  await page.goto(`${server.url}?view=about`);
  await expect(page.getByText(/^Kept on this device, in this browser/)).toBeVisible();
  await other.reload();
  await expect(rail(other).getByText('Chosen for you')).toBeVisible();
  await expect(rail(other).locator('.card-reason', { hasText: /^Because you viewed Longjing/ }).first()).toBeVisible();

  // Each line of what follows from it can be taken back, and what it stands on goes with it.
  const insights = page.getByTestId('insights');
  await expect(insights.getByText(/^Interested in Green tea/)).toBeVisible();
  await insights.locator('li', { hasText: /^Interested in Green tea/ }).getByRole('button').click();
  await expect(insights.getByText(/^Interested in/)).toHaveCount(0);
  await other.reload();
  await expect(rail(other).getByText('From our shelf')).toBeVisible();
});

test('two tabs note beside each other, and a tab that dies loses nothing that was stored', async ({ context, page, server }) => {
  await open(page, server);
  await shelf(page);
  await rail(page).getByRole('switch', { name: 'Remember' }).click();
  const other = await context.newPage();
  await open(other, server);
  await shelf(other);
  await Promise.all([view(page, 'TEA-001'), view(other, 'TEA-002')]);
  await other.close({ runBeforeUnload: false });
  await page.goto(`${server.url}?view=about`);
  const record = page.locator('.record');
  await expect(record.getByText('Looked at Longjing, picked before Qingming')).toBeVisible();
  await expect(record.getByText('Looked at Biluochun from Dongting Hill')).toBeVisible();
});
