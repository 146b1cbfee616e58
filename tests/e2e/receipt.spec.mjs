// The network receipt against what a page really asked for: seen by the server and by the browser from outside, the
// worker's requests and the service worker's among them.
import { ask, expect, modelReady, open, openChat, settled, shellKept, test } from './harness.mjs';

// The browser's own errands, as the receipt says in words.
const ERRANDS = /^\/(sw\.js|manifest\.webmanifest|icons\/.*)$/;
const HOUR = '01:00:00';

// With the clock in a test's hands the browser would say that nothing was ever requested.
async function takeClock(page) {
  await page.addInitScript(() => { window.entriesOf = performance.getEntriesByType.bind(performance); });
  await page.clock.install();
  await page.addInitScript(() => { performance.getEntriesByType = window.entriesOf; });
}

async function listed(page) {
  const rows = await page.getByTestId('receipt').locator('tbody tr').evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
  return rows.map(([what, size]) => ({ path: new URL(what, location()).pathname, isStored: /stored|本地/.test(size) }));
}
const location = () => 'http://x/';

test('an hour with every feature asks for nothing that the receipt does not list', async ({ page, server, context }) => {
  test.setTimeout(300_000);
  const asked = [];
  context.on('request', (request) => { if (/^https?:/.test(request.url())) asked.push(new URL(request.url())); });
  await takeClock(page);
  await open(page, server, '?device=cpu');

  // One document from here on: the list is a page's own. Shop, search, two products, a cart and an order.
  await page.getByRole('searchbox').fill('green tea');
  await page.locator('#goods .card-link').first().click();
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await page.getByRole('button', { name: 'Add to cart' }).first().click();
  await page.goBack();
  await page.getByRole('searchbox').fill('');
  await page.locator('#goods [data-product="TEA-001"] .card-link').click();
  await page.goBack();
  await page.getByRole('switch', { name: 'Personalise' }).first().click();
  await page.getByRole('switch', { name: 'Personalise' }).first().click();
  await page.getByTestId('cart-link').click();
  await page.getByRole('button', { name: 'Place a demo order' }).click();

  // The attendant in both languages, answered, recommending, declining, handing over.
  for (const text of ['What does shipping cost?', 'Which teapot for one person?', 'who won the world cup in 1998', 'I want to talk to a person']) await ask(page, text);
  await page.getByTestId('language-switch').click();
  for (const text of ['怎么退货？', '有没有乌龙茶？']) await ask(page, text);
  await page.getByTestId('language-switch').click();

  // What is kept: consent, a passphrase, an export, and all of it erased.
  await page.getByRole('link', { name: 'How this works' }).first().click();
  await modelReady(page);
  const about = page.locator('.about'), vault = page.getByTestId('vault-state');
  await about.getByRole('switch', { name: 'Remember on this device' }).check();
  await expect(vault).toHaveAttribute('data-state', 'open');
  await page.getByLabel('Passphrase').fill('correct horse battery');
  await page.getByRole('button', { name: 'Set the passphrase' }).click();
  await expect(page.locator('p[role=status][aria-live=polite]').last()).toContainText('takes the passphrase');
  await ask(page, 'How long does delivery to Germany take?');
  await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export' }).click()]);
  await page.getByRole('button', { name: 'Erase all' }).click();
  await expect(vault).toHaveAttribute('data-state', 'absent');

  // An update is looked for, and an hour goes by: every timer of the page that waits for less fires.
  await shellKept(page);
  await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
  await page.clock.fastForward(HOUR);
  await settled(server);

  const count = (paths) => paths.reduce((sums, path) => ({ ...sums, [path]: (sums[path] ?? 0) + 1 }), {});
  const onTheList = await listed(page);
  const outside = server.log.map(({ path }) => path).filter((path) => !ERRANDS.test(path));
  const fetched = onTheList.map(({ path }) => path).filter((path) => !ERRANDS.test(path));
  // Whatever left the browser is on the list as often as it left; what is listed and did not leave was kept here.
  for (const [path, n] of Object.entries(count(outside))) expect(count(fetched)[path] ?? 0, `${path} on the receipt`).toBeGreaterThanOrEqual(n);
  for (const { path, isStored } of onTheList) if (!isStored) expect(server.log.map(({ path }) => path), 'a row of the receipt').toContain(path);
  expect(outside).toEqual(expect.arrayContaining(['/', '/shop.pack', '/worker_bg.wasm', '/models/minilm-q8_0.gguf']));
  // Seen from the browser: one origin, nothing sent along, and nothing typed in any address.
  expect(asked.filter(({ origin }) => origin !== server.origin).map(String)).toEqual([]);
  expect(asked.map(({ search }) => decodeURIComponent(search)).filter((search) => !/^(\?(device|v|view|product)=.*)?$/.test(search))).toEqual([]);
  await expect(page.locator('.receipt-elsewhere')).toHaveCount(0);
});
