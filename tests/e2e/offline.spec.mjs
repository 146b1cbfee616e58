// From the address bar to an answer with no network at all: after an installation, after an update, and after an
// update that was cut short. Under a path of its host, as a shop's subfolder is.
import { appendFileSync, cpSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serviceWorker } from '../../.ci/shell.mjs';
import { ask, expect, modelReady, open, openWithAttendant, settled, shellKept, test as base } from './harness.mjs';

const QUESTION = 'What does shipping cost?';
const WORKER = 'worker_bg.wasm';

const test = base.extend({
  /** The build after this one, as another folder to serve: page, a hashed style sheet and the engine differ. */
  nextBuild: async ({}, use) => {
    const folder = copyOfDist();
    const sheet = readdirSync(folder).find((file) => /^base-.*\.css$/.test(file));
    const renamed = 'base-0123456789abcdef.css';
    renameSync(join(folder, sheet), join(folder, renamed));
    appendFileSync(join(folder, renamed), '/* next */');
    // A custom section: a module may carry any.
    appendFileSync(join(folder, WORKER), Buffer.from([0, 5, 4, ...Buffer.from('next')]));
    for (const page of ['index.html', 'embed.html']) {
      const html = readFileSync(join(folder, page), 'utf8');
      writeFileSync(join(folder, page), html.replaceAll(sheet, renamed).replace('<html ', '<html data-build="next" '));
    }
    const source = readFileSync('dist/sw.js', 'utf8').split('\n').slice(1).join('\n');
    writeFileSync(join(folder, 'sw.js'), serviceWorker(folder, source).text);
    await use({ folder, sheet, changed: [renamed, 'embed.html', 'index.html', WORKER] });
    rmSync(folder, { recursive: true });
  },
});

test.use({ base: '/some/shop/' });
// What a browser prints when a server is gone, and when it hangs up.
test.use({ expectedErrors: ['ERR_CONNECTION_REFUSED', 'ERR_CONNECTION_RESET', 'ERR_CONTENT_LENGTH_MISMATCH', 'ERR_INTERNET_DISCONNECTED'] });

test('installed: any address of the shop opens without a network, and the model answers', async ({ page, server, context }) => {
  await openWithAttendant(page, server, 'cpu');
  await modelReady(page);
  await shellKept(page);
  await open(page, server);
  const product = await page.getByTestId('product-card').first().getAttribute('data-product');
  expect(await page.evaluate(keptInShells), 'weights are kept elsewhere').not.toContainEqual(expect.stringContaining('/models/'));
  await page.close();
  await server.stop();

  // As from the home screen or a bookmark.
  const tab = await context.newPage();
  for (const address of [`?product=${product}`, `index.html?product=${product}`, `of/old/${product}.html?product=${product}`]) {
    await tab.goto(server.url + address);
    await expect(tab.locator('.product').getByRole('heading', { level: 1 }), address).toBeVisible();
    expect(new URL(tab.url()).searchParams.get('product'), address).toBe(product);
  }
  await openWithAttendant(tab, server, 'cpu');
  expect(await modelReady(tab)).toBe('storage');
  await answered(tab);
  await expect(tab.getByTestId('version')).toHaveText(/^Version \d+\.\d+\.\d+/);
  await server.start();
});

test('updated: the new build is offered and never forced, and a tab of the old one goes on', async ({ page, server, context, nextBuild }) => {
  await open(page, server);
  await shellKept(page);
  const other = await context.newPage();
  await open(other, server);
  const before = await settled(server);

  server.root = nextBuild.folder;
  await update(page);
  await expect(offer(page)).toBeVisible();
  const fetched = server.log.slice(before).map(({ path }) => path.replace('/some/shop/', ''));
  expect(new Set(fetched), 'only what changed').toEqual(new Set(['sw.js', ...nextBuild.changed]));
  // A reload is no consent; what the host no longer has is still there for this build.
  await page.reload();
  await expect(offer(page)).toBeVisible();
  expect(await buildOf(page)).toBe('this');
  expect(await statusOf(page, nextBuild.sheet)).toBe(200);

  await expect(offer(other)).toBeVisible();
  await offer(other).getByRole('button', { name: 'Later' }).click();
  await expect(offer(other)).toHaveCount(0);
  await offer(page).getByRole('button').first().click();
  await expect(page.locator('html')).toHaveAttribute('data-build', 'next');
  await open(page, server);

  // Now a tab of the old build runs under the new one's service worker.
  expect(await buildOf(other)).toBe('this');
  expect(await statusOf(other, nextBuild.sheet)).toBe(200);
  await server.stop();
  await answered(other);
  await open(page, server, '?device=cpu');
  expect(await buildOf(page)).toBe('next');
  await answered(page);

  // Some visit after its last tab was closed, the old build goes.
  await other.close();
  await expect.poll(async () => {
    await page.goto('about:blank');
    await open(page, server);
    return page.evaluate(() => caches.keys());
  }).toHaveLength(1);
  await server.start();
});

test('an update is cut short: this build answers on, without a network too, until the update is whole', async ({ page, server, nextBuild }) => {
  await open(page, server, '?device=cpu');
  await shellKept(page);
  server.root = nextBuild.folder;
  server.faults.push({ match: WORKER, cutAfter: statSync(join(nextBuild.folder, WORKER)).size / 2, once: true });
  await update(page);
  expect(server.log.filter(({ whole }) => !whole).map(({ path }) => path)).toEqual([`/some/shop/${WORKER}`]);
  await server.stop();
  await open(page, server, '?device=cpu');
  expect(await buildOf(page)).toBe('this');
  await answered(page);
  await expect(offer(page)).toHaveCount(0);

  await server.start();
  await update(page);
  await offer(page).getByRole('button').first().click();
  await expect(page.locator('html')).toHaveAttribute('data-build', 'next');
  await server.stop();
  await open(page, server, '?device=cpu');
  expect(await buildOf(page)).toBe('next');
  await answered(page);
  await server.start();
});

test('a tombstone takes the shell away, and leaves what is the shopper\'s', async ({ page, server }) => {
  await openWithAttendant(page, server, 'cpu');
  await modelReady(page);
  await page.getByRole('button', { name: /^Colours/ }).click();
  await shellKept(page);
  const theme = await page.locator('html').getAttribute('data-theme');
  const folder = copyOfDist();
  cpSync('www/sw-tombstone.js', join(folder, 'sw.js'));
  server.root = folder;
  await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
  const left = () => page.evaluate(async () => [...(await caches.keys()), ...(await navigator.serviceWorker.getRegistrations())].length);
  await expect.poll(left).toBe(0);

  const before = server.log.length;
  await openWithAttendant(page, server, 'cpu');
  expect(server.log.slice(before).map(({ path }) => path), 'the network again').toContain('/some/shop/');
  expect(await modelReady(page)).toBe('storage');
  await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
  await expect.poll(left).toBe(0);
  rmSync(folder, { recursive: true });
});

/** The address of every file in a shell. Runs in the page. */
async function keptInShells() {
  const shells = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
  return (await Promise.all(shells.map((shell) => shell.keys()))).flat().map(({ url }) => url);
}

function copyOfDist() {
  const folder = mkdtempSync(join(tmpdir(), 'attendant-dist-'));
  cpSync('dist', folder, { recursive: true });
  return folder;
}

/** Looks for a new build, and waits until it is kept or given up. */
function update(page) {
  return page.evaluate(async () => {
    const registration = await (await navigator.serviceWorker.ready).update();
    const { installing } = registration;
    const ended = () => !installing || ['installed', 'redundant'].includes(installing.state);
    if (!ended()) await new Promise((resolve) => installing.addEventListener('statechange', () => ended() && resolve()));
  });
}

const offer = (page) => page.getByTestId('update-offer');
const buildOf = async (page) => (await page.locator('html').getAttribute('data-build')) ?? 'this';
const statusOf = (page, path) => page.evaluate(async (path) => (await fetch(path)).status, path);

async function answered(page) {
  await expect((await ask(page, QUESTION)).getByTestId('source').first()).toBeVisible();
}
