// The storefront and the attendant's manners, on the CPU.
import { ask, expect, modelReady, open, openChat, openWithAttendant, picture, test } from './harness.mjs';

test('a recommendation is clicked, and the next ones follow from it', async ({ page, server }) => {
  await open(page, server);
  const rail = page.locator('.rail');
  const card = rail.getByTestId('product-card').first();
  await expect(card).toBeVisible();
  const product = await card.getAttribute('data-product');
  const title = await card.locator('.card-title').innerText();
  await card.locator('.card-link').click();
  await expect(page).toHaveURL(new RegExp(`product=${product}`));
  await expect(page.getByRole('heading', { level: 1 })).toContainText(title);
  await page.goBack();
  await expect(rail.locator('.card-reason', { hasText: title }).first()).toBeVisible();
});

test('with personalisation off, nothing of what was viewed is used', async ({ page, server }) => {
  await open(page, server);
  const rail = page.locator('.rail');
  await rail.locator('.card-link').first().click();
  await page.goBack();
  await expect(rail.getByText('Chosen for you')).toBeVisible();
  await rail.getByRole('switch', { name: 'Personalise' }).click();
  await expect(rail.getByText('From our shelf')).toBeVisible();
  await expect(rail.locator('.card-reason', { hasText: /^Because/ })).toHaveCount(0);
});

test('what the shop does not know is said to be unknown', async ({ page, server }) => {
  await openWithAttendant(page, server, 'cpu');
  await modelReady(page);
  const answer = await ask(page, 'who won the world cup in 1998');
  await expect(answer.getByTestId('source')).toHaveCount(0);
  await expect(answer).toContainText('hello@example.com');
});

test('a question about goods is answered with goods', async ({ page, server }) => {
  await openWithAttendant(page, server, 'cpu');
  await modelReady(page);
  const answer = await ask(page, 'Which teapot for one person?');
  await expect(answer.getByTestId('product-card').first()).toBeVisible();
});

test('an answer comes before the model has', async ({ page, server }) => {
  server.faults.push({ match: '.gguf', throttle: 200_000 });
  await openWithAttendant(page, server, 'cpu');
  const answer = await ask(page, 'What does shipping cost?');
  await expect(answer.getByTestId('source').first()).toBeVisible();
  await expect(page.getByTestId('model-state')).toHaveAttribute('data-state', 'loading');
});

test('a download is cancelled and later taken up', async ({ page, server }) => {
  server.faults.push({ match: '.gguf', throttle: 4_000_000 });
  await openWithAttendant(page, server, 'cpu');
  const state = page.getByTestId('model-state');
  await expect(state).toHaveAttribute('data-state', 'loading');
  await page.waitForTimeout(1_500);
  await page.locator('.notice').getByRole('button', { name: 'Cancel' }).click();
  await expect(state).toHaveAttribute('data-state', 'cancelled');
  server.faults.length = 0;
  await page.locator('.notice').getByRole('button').click();
  await modelReady(page);
});

test('the receipt lists what was requested, all of it from here', async ({ page, server }) => {
  await openWithAttendant(page, server, 'cpu');
  await modelReady(page);
  const receipt = page.getByTestId('receipt');
  await expect(receipt).toContainText('shop.pack');
  await expect(receipt.locator('.receipt-elsewhere')).toHaveCount(0);
});

test('the same conversation in Chinese', async ({ page, server }) => {
  await open(page, server, '?lang=zh');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await openChat(page);
  await expect(page.getByTestId('composer')).toHaveAttribute('placeholder', /问/);
});

test('one thing is counted as one, in both languages', async ({ page, server }) => {
  await open(page, server);
  await page.locator('.card-link').first().click();
  const add = page.getByRole('button', { name: 'Add to cart' });
  await add.click();
  await expect(page.getByLabel('Cart, 1 item', { exact: true })).toBeVisible();
  await add.click();
  await expect(page.getByLabel('Cart, 2 items', { exact: true })).toBeVisible();
  await page.getByLabel('Switch to Chinese').click();
  await expect(page.getByLabel('购物车，2 件', { exact: true })).toBeVisible();
});

test('pictures for eyes', async ({ page, server }) => {
  test.setTimeout(300_000);
  await open(page, server);
  await picture(page, 'home');
  await page.getByTestId('product-card').first().locator('.card-link').click();
  await picture(page, 'product');
  await openWithAttendant(page, server, 'cpu');
  await modelReady(page);
  await ask(page, 'Which teapot for one person?');
  await ask(page, 'What does shipping cost?');
  await picture(page, 'chat');
});
