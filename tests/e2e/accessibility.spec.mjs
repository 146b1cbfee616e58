// WCAG 2.2 AA as far as a machine can tell, on every view, light and dark, wide and narrow.
import AxeBuilder from '@axe-core/playwright';
import { ask, expect, open, openChat, test } from './harness.mjs';

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
  remembered: async (page, server) => {
    await page.goto(`${server.url}?view=about&device=cpu`);
    await page.locator('.about').getByRole('switch', { name: 'Remember on this device' }).check();
    await expect(page.getByLabel('Passphrase')).toBeVisible();
  },
  'full cart': async (page, server) => {
    await page.goto(`${server.url}?product=TEA-001`);
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await page.getByTestId('cart-link').click();
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  },
  'nothing found': (page, server) => page.goto(`${server.url}?q=nothing-of-the-kind`),
  'no shop': async (page, server) => {
    server.faults.push({ match: 'shop.pack', corrupt: true });
    await page.goto(server.url);
    await expect(page.getByRole('alert')).toBeVisible();
  },
  'update offered': async (page, server) => {
    await open(page, server);
    await page.evaluate(() => dispatchEvent(new Event('attendant-update')));
    await expect(page.getByTestId('update-offer')).toBeVisible();
  },
  // Sources and a table, two goods side by side, cards, a hand-off, a question back, a verdict being given, an open
  // menu.
  chat: async (page, server) => {
    await open(page, server, '?device=cpu');
    await openChat(page);
    const answer = await ask(page, 'What does shipping cost?');
    await answer.getByTestId('source').first().locator('summary').click();
    await answer.getByRole('button', { name: 'This did not help' }).click();
    for (const question of ['Compare the Shipiao teapot and the Xishi teapot', 'Which teapot for one person?', 'I want to talk to a human', 'delivery']) await ask(page, question);
    await page.getByTestId('chat-menu').click();
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
  // Opened from elsewhere, the chat gives the focus back there.
  const inWindow = page.locator('.hero').getByRole('button', { name: 'Ask the attendant' });
  await inWindow.focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('composer')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(inWindow).toBeFocused();
});

// A target may be smaller than 44 pixels where it stands in a line of text (WCAG 2.2, 2.5.8) or is seen by no
// pointer; a label enlarges the box that it names.
for (const name of ['home', 'cart', 'about', 'chat']) {
  test(`${name}: what is pressed on a phone is 44 pixels large`, async ({ page, server }) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await VIEWS[name](page, server);
    await expect(page.locator('.masthead-name')).not.toBeEmpty();
    const small = await page.evaluate(() => [...document.querySelectorAll('a[href], button, input, select, summary, [role=switch]')].filter((element) => {
      const target = element.matches('input') ? element.closest('label') ?? element : element;
      const { width, height } = target.getBoundingClientRect();
      const style = getComputedStyle(target);
      if (width < 2 || height < 2 || !element.checkVisibility({ visibilityProperty: true }) || element.closest('.skip, [inert]')) return false;
      if (style.display === 'inline' && target.matches('a')) return false;
      return width < 43.5 || height < 43.5;
    }).map((element) => `${element.className || element.tagName} ${Math.round(element.getBoundingClientRect().width)}×${Math.round(element.getBoundingClientRect().height)}`));
    expect([...new Set(small)]).toEqual([]);
  });
}

test('in forced colours what has the focus is outlined, and a switch shows its state', async ({ page, server }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await VIEWS.about(page, server);
  const toggle = page.locator('.about').getByRole('switch').first();
  // What arrives meanwhile may draw the panel anew, and the focus goes with what was there.
  await expect.poll(async () => {
    await toggle.focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Shift+Tab');
    return page.evaluate(() => {
      const element = document.activeElement;
      return [element, element.nextElementSibling].filter(Boolean).map((each) => getComputedStyle(each).outlineStyle);
    });
  }).toContain('solid');
});

test('with reduced motion nothing moves by itself', async ({ page, server }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await VIEWS.chat(page, server);
  const moving = await page.evaluate(() => document.getAnimations().filter(({ playState, effect }) => playState === 'running' && effect.getTiming().iterations === Infinity).length);
  expect(moving).toBe(0);
});
