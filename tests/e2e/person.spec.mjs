// What was understood, the thread of a conversation, and the way from it to a person of the shop.
import { ask, expect, open, openChat, openWithAttendant, test } from './harness.mjs';

test('what an answer rests on is shown, and taken back to be put right', async ({ page, server }) => {
  await open(page, server, '?device=cpu');
  const answer = await ask(page, 'How much is shipping to France for 2 kg?');
  await expect(answer.getByTestId('understood')).toContainText('France');
  await answer.getByRole('button', { name: /France/ }).click();
  const composer = page.getByTestId('composer');
  await expect(composer).toHaveValue('How much is shipping to France for 2 kg?');
  await expect(composer).toBeFocused();
  await expect(page.getByTestId('message-attendant')).toHaveCount(0);
  const corrected = await ask(page, 'How much is shipping to Canada for 2 kg?');
  await expect(corrected.getByTestId('understood')).toContainText('Canada');
});

test('a fragment is understood by a new worker, and after a reload that the shopper has agreed to', async ({ page, server }) => {
  await page.addInitScript(() => {
    const Held = globalThis.Worker;
    globalThis.held = [];
    globalThis.Worker = class extends Held { constructor(...args) { super(...args); globalThis.held.push(this); } };
  });
  await openWithAttendant(page, server, 'cpu');
  await page.locator('.about').getByRole('switch', { name: 'Remember on this device' }).check();
  await expect(page.getByLabel('Passphrase')).toBeVisible();
  await expect(await ask(page, 'How much is shipping to France for 2 kg?')).toContainText('€9.90');
  await page.evaluate(() => globalThis.held.at(-1).terminate());
  await expect(await ask(page, 'and to Canada?')).toContainText('€24.90');
  await page.reload();
  await openChat(page);
  await expect(page.getByTestId('message-attendant')).toHaveCount(2);
  await expect(await ask(page, 'and to France?')).toContainText('€9.90');
});

test('a person gets what the shopper has read and changed, with personal data masked unless it is to stay', async ({ page, server }) => {
  await open(page, server, '?device=cpu');
  await ask(page, 'My order LL-20447 is late, I am jo@mail.example');
  const person = (await ask(page, 'I want to talk to a human')).getByTestId('person');
  const email = person.getByRole('link', { name: /E-mail/ });
  const body = async () => new URL(await email.getAttribute('href')).searchParams.get('body');
  expect(await body()).toContain('is late');
  expect(await body()).not.toMatch(/20447|jo@mail/);
  await person.getByText('What you send').click();
  await person.getByLabel('Leave my contact details').check();
  expect(await body()).toContain('LL-20447');
  expect(await body()).toContain('jo@mail.example');
  await person.getByTestId('handoff-text').fill('Please ring me & hurry.');
  expect(await body()).toBe('Please ring me & hurry.');
  expect(await person.getByRole('link', { name: /WhatsApp/ }).getAttribute('href')).toContain('Please%20ring%20me%20%26%20hurry.');
});

test.describe('without a network', () => {
  test.use({ expectedErrors: ['Failed to execute', '503'], serviceWorkers: 'block' });

  test('a chat whose file does not come can be asked for again', async ({ page, server }) => {
    server.faults.push({ match: 'app-chat', status: 503 });
    await open(page, server, '?device=cpu');
    await page.getByTestId('launcher').click();
    await expect(page.getByRole('alert')).toContainText('did not arrive');
    server.faults.length = 0;
    await page.getByRole('alert').getByRole('button').click();
    await expect(page.getByTestId('composer')).toBeFocused();
  });
});
