// WCAG 2.2 AA as far as a machine can tell, on every view, light and dark, wide and narrow.
import AxeBuilder from '@axe-core/playwright';
import { ask, expect, open, openWithAttendant, test } from './harness.mjs';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

const VIEWS = {
  home: (page, server) => open(page, server),
  product: async (page, server) => {
    await open(page, server);
    await page.getByTestId('product-card').first().locator('.card-link').click();
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  },
  cart: (page, server) => page.goto(`${server.url}?view=cart`),
  about: (page, server) => page.goto(`${server.url}?view=about`),
  chat: async (page, server) => {
    await openWithAttendant(page, server, 'cpu');
    await ask(page, 'What does shipping cost?');
  },
};

for (const [name, go] of Object.entries(VIEWS)) {
  for (const colorScheme of ['light', 'dark']) {
    test(`${name}, ${colorScheme}`, async ({ page, server }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await go(page, server);
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 800 });
        const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
        const told = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target).join(' | ')}`);
        expect(told, `${width} wide`).toEqual([]);
      }
    });
  }
}

test('the whole of a question can be done from the keyboard', async ({ page, server }) => {
  await open(page, server);
  await page.getByTestId('launcher').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('composer')).toBeFocused();
  await page.keyboard.type('What does shipping cost?');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('message-attendant').last()).toHaveAttribute('aria-busy', 'false', { timeout: 90_000 });
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('launcher')).toBeFocused();
});
