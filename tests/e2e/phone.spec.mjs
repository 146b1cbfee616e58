// A phone: the way back, the keyboard on the screen, the screen's rounded edges, and a page enlarged fourfold.
import { ask, expect, open, openChat, test } from './harness.mjs';

const PHONE = { width: 390, height: 844 };
const KEYBOARD = 336;

test.use({ viewport: PHONE, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });

test('the back button closes the chat, and leads back into it from a product that it led to', async ({ page, server }) => {
  await open(page, server, '?device=cpu');
  const composer = page.getByTestId('composer'), launcher = page.getByTestId('launcher');
  await openChat(page);
  await expect(composer).toBeFocused();
  await expect(page.getByRole('dialog')).toHaveAttribute('aria-modal', 'true');
  await page.goBack();
  await expect(composer).toBeHidden();
  await expect(launcher).toBeFocused();
  expect(page.url()).toBe(`${server.url}?device=cpu`);

  // Closed from within, it leaves no entry behind.
  await openChat(page);
  await page.getByRole('button', { name: 'Close the chat' }).click();
  await expect(composer).toBeHidden();
  await expect(launcher).toBeFocused();
  await expect.poll(() => page.evaluate(() => history.state)).toBe(null);

  const answer = await ask(page, 'Which teapot for one person?');
  await answer.getByTestId('product-card').first().getByRole('link').click();
  await expect(page).toHaveURL(/product=/);
  await expect(composer).toBeHidden();
  await page.goBack();
  await expect(composer).toBeVisible();
  await expect(answer).toBeVisible();
  await page.goBack();
  await expect(composer).toBeHidden();
  await expect(page.getByTestId('product-card').first()).toBeVisible();
});

// Chromium headless has no keyboard to show. What a keyboard does to a page is done instead: where the browser
// resizes the page (Android, as index.html asks for), by a smaller window; where it does not (iOS), by a smaller
// visual viewport, as the page is told of it.
test('a keyboard on the screen covers neither the composer nor the newest answer', async ({ page, server }) => {
  await page.addInitScript(() => {
    const { visualViewport } = window;
    let height = null;
    Object.defineProperty(visualViewport, 'height', { get: () => height ?? innerHeight });
    window.showKeyboard = (keyboard) => {
      height = keyboard ? innerHeight - keyboard : null;
      visualViewport.dispatchEvent(new Event('resize'));
    };
  });
  await open(page, server, '?device=cpu');
  const answer = await ask(page, 'What does shipping cost?');
  const composer = page.getByTestId('composer'), send = page.getByTestId('send');
  const above = async (height) => {
    await expect.poll(() => send.evaluate((button) => button.getBoundingClientRect().bottom)).toBeLessThanOrEqual(height);
    const { top, bottom } = await answer.evaluate((answer) => answer.closest('.log').getBoundingClientRect());
    expect(bottom - top, 'room to read').toBeGreaterThan(150);
  };
  expect(await page.locator('meta[name=viewport]').getAttribute('content')).toContain('interactive-widget=resizes-content');
  await composer.focus();
  await page.setViewportSize({ ...PHONE, height: PHONE.height - KEYBOARD });
  await above(PHONE.height - KEYBOARD);
  await page.setViewportSize(PHONE);
  await page.evaluate((keyboard) => window.showKeyboard(keyboard), KEYBOARD);
  await above(PHONE.height - KEYBOARD);
  await page.evaluate(() => window.showKeyboard(0));
  await expect.poll(() => send.evaluate((button) => button.getBoundingClientRect().bottom)).toBeGreaterThan(PHONE.height - 100);
});

test('nothing lies under the notch or the bar at the bottom', async ({ page, server }) => {
  const devtools = await page.context().newCDPSession(page);
  const insets = { top: 47, bottom: 34, left: 0, right: 0 };
  await devtools.send('Emulation.setSafeAreaInsetsOverride', { insets });
  await open(page, server);
  const box = (locator) => locator.evaluate((element) => element.getBoundingClientRect().toJSON());
  expect((await box(page.getByTestId('launcher'))).bottom).toBeLessThanOrEqual(PHONE.height - insets.bottom);
  expect((await box(page.locator('.masthead-name'))).top).toBeGreaterThanOrEqual(insets.top);
  await openChat(page);
  expect((await box(page.getByRole('button', { name: 'Close the chat' }))).top).toBeGreaterThanOrEqual(insets.top);
  expect((await box(page.getByTestId('send'))).bottom).toBeLessThanOrEqual(PHONE.height - insets.bottom);
});

// Safari zooms in on a field whose letters are smaller than 16 pixels, and does not zoom out again.
test('no field is so small that the browser zooms in on it', async ({ page, server }) => {
  const small = () => page.evaluate(() => [...document.querySelectorAll('input, textarea, select')]
    .filter((field) => !['checkbox', 'radio'].includes(field.type) && parseFloat(getComputedStyle(field).fontSize) < 16)
    .map(({ outerHTML }) => outerHTML));
  await open(page, server);
  await openChat(page);
  expect(await small(), 'shop and chat').toEqual([]);
  await page.goto(`${server.url}?view=about&device=cpu`);
  await page.locator('.about').getByRole('switch', { name: 'Remember on this device' }).check();
  await expect(page.getByLabel('Passphrase')).toBeVisible();
  expect(await small(), 'about').toEqual([]);
});

// WCAG 2.2, 1.4.10: a window of 1280 pixels at 400 % is one of 320. Tables may scroll by themselves.
test('enlarged fourfold, nothing has to be scrolled sideways, and the composer stays at hand', async ({ page, server }) => {
  await page.setViewportSize({ width: 320, height: 256 });
  const sideways = () => page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    const beyond = [...document.querySelectorAll('body *')].filter((element) => {
      const { right, width } = element.getBoundingClientRect();
      return width > 2 && right > clientWidth + 1 && element.checkVisibility() && !element.closest('.prose-table, .receipt-table, pre, .visually-hidden, .skip');
    });
    return [scrollWidth > clientWidth ? 'the page' : '', ...beyond.map(({ tagName, className }) => `${tagName}.${className}`)].filter(Boolean);
  });
  for (const view of ['', '?q=nothing-of-the-kind', '?view=cart', '?view=about']) {
    await page.goto(server.url + view);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    expect(await sideways(), view).toEqual([]);
  }
  await open(page, server, '?device=cpu');
  await ask(page, 'What does shipping cost?');
  expect(await sideways(), 'chat').toEqual([]);
  await expect(page.getByTestId('composer')).toBeInViewport();
});

// There is no carousel: what does not fit goes to the next line. A box that does scroll is reached by the keyboard.
test('what scrolls by itself can be scrolled from the keyboard', async ({ page, server }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await open(page, server, '?device=cpu');
  await ask(page, 'What does shipping cost?');
  const stuck = () => page.evaluate(() => [...document.querySelectorAll('body *')].filter((element) => {
    const { overflowX, overflowY } = getComputedStyle(element);
    const scrolls = (/auto|scroll/.test(overflowX) && element.scrollWidth > element.clientWidth + 1) || (/auto|scroll/.test(overflowY) && element.scrollHeight > element.clientHeight + 1);
    return scrolls && element.checkVisibility() && element.tabIndex < 0;
  }).map(({ tagName, className }) => `${tagName}.${className}`));
  expect(await stuck()).toEqual([]);
  await page.goto(`${server.url}?view=about&device=cpu`);
  await expect(page.getByTestId('receipt').locator('tbody tr').first()).toBeAttached();
  expect(await stuck()).toEqual([]);
});
