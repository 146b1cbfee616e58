// What every end to end test stands on: a server of its own (so storage of its own), and a page that
// fails the test on any request off the origin, any error in the console and any policy violation.
import { test as base, expect } from '@playwright/test';
import { serve } from './serve.mjs';

export { expect };

export const test = base.extend({
  // Where the page is served from; a test of sub-paths sets another.
  base: ['/', { option: true }],
  // Which device the page is to ask for: `?device=`.
  device: ['auto', { option: true }],
  // Console errors that a fault makes the browser print; nothing else may appear there.
  expectedErrors: [[], { option: true }],

  server: async ({ base }, use) => {
    const server = await serve({ root: 'dist', base });
    await use(server);
    await server.stop();
  },

  page: async ({ context, page, server, expectedErrors }, use) => {
    const wrong = [];
    watch(context, server.origin, wrong);
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`);
      });
    });
    await use(page);
    const unexpected = wrong.filter((text) => !expectedErrors.some((pattern) => new RegExp(pattern).test(text)));
    expect(unexpected, 'requests off the origin, console errors, policy violations').toEqual([]);
  },
});

/** Also for tests that open a second context. */
export function watch(context, origin, wrong) {
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !/^(data|blob):/.test(url)) wrong.push(`off the origin: ${url}`);
  });
  context.on('console', (message) => {
    if (message.type() === 'error') wrong.push(`console: ${message.text()}`);
  });
  context.on('weberror', (error) => wrong.push(`uncaught: ${error.error()}`));
}

/** Opens the page at `query` and waits until it shows goods. */
export async function open(page, server, query = '') {
  await page.goto(server.url + query);
  await expect(page.getByTestId('product-card').first()).toBeVisible();
}

/** Opens the page that tells about device, model and requests, and the attendant beside it. */
export async function openWithAttendant(page, server, device = 'auto') {
  await page.goto(`${server.url}?view=about&device=${device}`);
  await openChat(page);
}

/** Opens the attendant if it is shut, and waits for its composer. */
export async function openChat(page) {
  const composer = page.getByTestId('composer'), launcher = page.getByTestId('launcher');
  await expect(composer.or(launcher).first()).toBeAttached();
  if (!(await composer.isVisible())) await launcher.click();
  await expect(composer).toBeVisible();
}

/** Asks, waits until the answer is whole, and gives back its message. */
export async function ask(page, text, timeout = 90_000) {
  await openChat(page);
  const answers = page.getByTestId('message-attendant');
  const before = await answers.count();
  await page.getByTestId('composer').fill(text);
  await page.getByTestId('send').click();
  await expect(page.getByTestId('message-shopper').last()).toContainText(text);
  const answer = answers.nth(before);
  await expect(answer).toHaveAttribute('aria-busy', 'false', { timeout });
  return answer;
}

/** Waits until the encoder answers, not only the words. Says where its weights came from. */
export async function modelReady(page, timeout = 90_000) {
  const state = page.getByTestId('model-state');
  await expect(state).toHaveAttribute('data-state', /ready|failed/, { timeout });
  await expect(state).toHaveAttribute('data-state', 'ready');
  return state.getAttribute('data-source');
}

/** Waits until the shell is kept, so that the network may go. */
export async function shellKept(page) {
  await page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    if (active.state !== 'activated') {
      await new Promise((resolve) => active.addEventListener('statechange', () => active.state === 'activated' && resolve()));
    }
  });
}

/** Waits until the page and its worker have fetched what they start with; answers how many requests that took. */
export async function settled(host) {
  let n;
  do {
    n = host.log.length;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  } while (host.log.length > n);
  return n;
}

/** What was sent of files whose path holds `part`, and which ranges were asked for. */
export function sent(server, part) {
  const entries = server.log.filter(({ path }) => path.includes(part));
  return { bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0), ranges: entries.map(({ range }) => range).filter(Boolean) };
}

/** Both widths of both colour schemes, for eyes. */
export async function picture(page, name) {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [390, 1280]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: width === 390 ? 844 : 800 });
      await page.screenshot({ path: `test-results/pictures/${name}-${width}-${colorScheme}.png` });
    }
  }
}
