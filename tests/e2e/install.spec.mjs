// The app as a browser sees it when it decides whether to offer its installation.
import { readFileSync } from 'node:fs';
import { expect, open, shellKept, test } from './harness.mjs';

const manifest = JSON.parse(readFileSync('dist/manifest.webmanifest', 'utf8'));

test.use({ base: '/some/shop/' });

test('the browser finds nothing in the manifest that keeps it from installing the app', async ({ page, server }) => {
  await open(page, server);
  await shellKept(page);
  const devtools = await page.context().newCDPSession(page);
  const { errors, url } = await devtools.send('Page.getAppManifest');
  expect(url).toBe(`${server.url}manifest.webmanifest`);
  expect(errors).toEqual([]);
  const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
  // Playwright's contexts are private windows, which install nothing.
  expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual([]);
  // An `id` is read against the origin, whatever the path: the app is the same wherever on it the page moves.
  const { appId } = await devtools.send('Page.getAppId');
  expect(appId).toBe(`${server.origin}${manifest.id}`);
});

test('every picture that the manifest names is there, of the size it says', async ({ page, server }) => {
  await open(page, server);
  const named = [...manifest.icons, ...manifest.screenshots, ...manifest.shortcuts.flatMap(({ icons }) => icons)];
  for (const { src, sizes, type } of named) {
    const response = await page.request.get(server.url + src);
    expect(response.headers()['content-type'], src).toBe(type);
    expect((await response.body()).length, src).toBeLessThanOrEqual(150_000);
    if (sizes === 'any') continue;
    const size = await page.evaluate(async (src) => {
      const { width, height } = await createImageBitmap(await (await fetch(src)).blob());
      return `${width}x${height}`;
    }, src);
    expect(size, src).toBe(sizes);
  }
  for (const purpose of ['any', 'maskable']) {
    const sizes = manifest.icons.filter((icon) => icon.purpose === purpose && icon.type === 'image/png').map(({ sizes }) => sizes);
    expect(sizes, purpose).toEqual(expect.arrayContaining(['192x192', '512x512']));
  }
  const shapes = new Set(manifest.screenshots.map(({ form_factor }) => form_factor));
  expect(shapes).toEqual(new Set(['wide', 'narrow']));
});

test('every shortcut leads to what it names', async ({ page, server }) => {
  const shown = {
    'Ask the attendant': () => expect(page.getByTestId('composer')).toBeFocused(),
    Cart: () => expect(page.getByRole('heading', { level: 1 })).toContainText('cart', { ignoreCase: true }),
    'How this works': () => expect(page.getByRole('heading', { level: 1 })).toContainText('How this works'),
  };
  expect(manifest.shortcuts.map(({ name }) => name)).toEqual(Object.keys(shown));
  for (const { name, url } of manifest.shortcuts) {
    await page.goto(new URL(url, server.url).href);
    await shown[name]();
  }
});
