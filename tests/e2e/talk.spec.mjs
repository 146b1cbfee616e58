// What a shopper does with a conversation beside asking: judging, changing, hearing and keeping it.
import { readFileSync } from 'node:fs';
import { ask, expect, open, openChat, test } from './harness.mjs';

const ANSWERED = 'does the gift card expire';
const DECLINED = 'do you repair bicycles on the moon';

test('a conversation is saved as text, as data, and as the questions left unanswered', async ({ page, server }) => {
  await open(page, server, '?device=cpu');
  const answer = await ask(page, ANSWERED);
  await ask(page, DECLINED);
  await answer.getByRole('button', { name: 'This did not help' }).click();
  await answer.getByRole('button', { name: 'Something is missing' }).click();
  await expect(answer.getByText('stays on this device')).toBeVisible();

  const text = await saved(page, 'save-text');
  expect(text).toContain('written by a computer program (AI)');
  expect(text).toContain(ANSWERED);
  const data = JSON.parse(await saved(page, 'save-data'));
  expect(data.messages.map(({ author }) => author)).toEqual(['shopper', 'ai', 'shopper', 'ai']);
  expect(data.messages[1].sources.length).toBeGreaterThan(0);
  expect(data.messages[1].verdict).toEqual({ not_helpful: 'incomplete' });
  const unanswered = JSON.parse(await saved(page, 'save-unanswered'));
  expect(unanswered).toEqual([
    { language: 'en', question: ANSWERED, why: { complained: 'incomplete' } },
    { language: 'en', question: DECLINED, why: 'declined' },
  ]);
});

test('a question goes back into the composer and takes what came after it along', async ({ page, server }) => {
  await open(page, server, '?device=cpu');
  await ask(page, ANSWERED);
  await ask(page, DECLINED);
  await page.getByTestId('edit').first().click();
  await expect(page.getByTestId('composer')).toBeFocused();
  await expect(page.getByTestId('composer')).toHaveValue(ANSWERED);
  await expect(page.getByTestId('message-shopper')).toHaveCount(0);
  await ask(page, 'Is stoneware ok in the dish washer?');
  await expect(page.getByTestId('message-shopper')).toHaveCount(1);
});

test('the menu is closed by Escape before the chat is', async ({ page, server }) => {
  await open(page, server, '?device=cpu');
  await openChat(page);
  await page.getByTestId('chat-menu').press('Enter');
  await expect(page.getByTestId('new-conversation')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('new-conversation')).toBeHidden();
  await expect(page.getByTestId('chat-menu')).toBeFocused();
  await expect(page.getByTestId('composer')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('composer')).toBeHidden();
});

// Headless Chromium has no voices: two are put in their place, one of the device's and one of a server's.
test('an answer is read aloud by a voice of the device, never by one of a server', async ({ page, server }) => {
  await page.addInitScript(() => {
    const voices = [{ lang: 'en-US', localService: false, name: 'far' }, { lang: 'en-GB', localService: true, name: 'near' }];
    window.spoken = [];
    const synthesis = { getVoices: () => voices, cancel() {}, speak: (utterance) => window.spoken.push(utterance) };
    Object.defineProperty(window, 'speechSynthesis', { value: synthesis });
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  });
  await open(page, server, '?device=cpu');
  const answer = await ask(page, ANSWERED);
  const button = answer.getByTestId('read-aloud');
  await button.click();
  await expect(button).toHaveText('Stop reading');
  const [spoken] = await page.evaluate(() => window.spoken.map(({ text, voice, lang }) => ({ text, voice: voice.name, lang })));
  expect(spoken.voice).toBe('near');
  expect((await answer.locator('.bubble').innerText())).toContain(spoken.text.split('.')[0]);
  await page.evaluate(() => window.spoken[0].onend());
  await expect(button).toHaveText('Read aloud');
  const chinese = await ask(page, '收支付宝不');
  await expect(chinese.getByTestId('read-aloud')).toHaveCount(0);
});

async function saved(page, item) {
  await page.getByTestId('chat-menu').click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId(item).click()]);
  return readFileSync(await download.path(), 'utf8');
}
