// The README's pictures: page and widget, on a phone and a desktop, light and dark, English and Chinese.
//
//     node .ci/pictures.mjs dist tests/pictures
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { serveHosts } from '../tests/e2e/hosts.mjs';
import { serve } from '../tests/e2e/serve.mjs';

const [dist = 'dist', folder = 'tests/pictures'] = process.argv.slice(2);
const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };
const ASKED = { en: 'Which teapot for one person?', zh: '有没有适合一个人用的茶壶？' };
const SHOP = {
  en: ['Corner Tea House', 'Shipiao teapot', 'Unglazed purple clay, made by hand, 160 ml. Ships within two working days.'],
  zh: ['拐角茶铺', '石瓢紫砂壶', '手工紫砂，不上釉，160 毫升，两个工作日内发货。'],
};
const PICTURE = `data:image/svg+xml;base64,${readFileSync('www/shop/images/POT-001.svg').toString('base64')}`;
const MAX_KIB = 120, MAX_ALL_KIB = 1024;

mkdirSync(folder, { recursive: true });
const server = await serve({ root: dist }), hosts = await serveHosts(server);
const browser = await chromium.launch({ executablePath: process.env.CHROME || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-features=WebGPU'] });

/** As WebP, of which Playwright knows nothing. */
async function picture(page, name) {
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(400);
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 72 });
  writeFileSync(join(folder, `${name}.webp`), Buffer.from(data, 'base64'));
}

async function ask(chat, text) {
  const answers = chat.getByTestId('message-attendant');
  const before = await answers.count();
  await chat.getByTestId('composer').fill(text);
  await chat.getByTestId('send').click();
  await answers.nth(before).and(chat.locator('[aria-busy="false"]')).waitFor({ timeout: 90_000 });
}

async function shop(page, language) {
  await page.goto(`${server.url}?lang=${language}&device=cpu`);
  await page.locator('.rail [data-testid="product-card"]').first().waitFor();
  await page.evaluate(() => scrollTo(0, 0));
}

async function widget(page, language, scheme) {
  await page.goto(`${hosts.url}plain.html`);
  await page.evaluate(({ language, scheme, image, words: [name, title, text] }) => {
    document.documentElement.lang = language;
    document.querySelector('header a').textContent = name;
    document.querySelector('h1').textContent = title;
    document.querySelector('main p').textContent = text;
    for (const rest of document.querySelectorAll('#help, main p + p')) rest.remove();
    document.querySelector('main').prepend(Object.assign(new Image(), { src: image, alt: '' }));
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('main { display: grid; gap: .5rem 3rem; } main img { width: min(100%, 24rem); grid-row: 1 / 9; } @media (min-width: 60rem) { main { grid-template-columns: 24rem 1fr; margin: 2rem 0 0 3rem; } header { max-width: none; padding-left: 3rem; } main p { max-width: 16rem; } } h1 { margin: 1rem 0 0; } header a { color: inherit; text-decoration: none; font-size: 1.25rem; } .dark { background: #15130f; color: #ece5d9; } .dark header { border-color: #3a342c; }');
    document.adoptedStyleSheets.push(sheet);
    document.body.className = scheme;
    attendant('destroy');
    attendant('init', { pack: 'shop.pack', model: 'off', locale: language, theme: scheme });
    attendant('on', 'add-to-cart', () => true);
    attendant('open');
  }, { language, scheme, image: PICTURE, words: SHOP[language] });
  const chat = page.frameLocator('iframe').first();
  await chat.getByTestId('composer').waitFor();
  await ask(chat, ASKED[language]);
}

try {
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const scheme of ['light', 'dark']) {
      for (const language of ['en', 'zh']) {
        const context = await browser.newContext({
          viewport, colorScheme: scheme, reducedMotion: 'reduce', locale: language === 'zh' ? 'zh-CN' : 'en-GB',
          deviceScaleFactor: size === 'phone' ? 1.5 : 1, hasTouch: size === 'phone', serviceWorkers: 'block',
        });
        // The widget's shadow root is closed to pages; here it is to be asked something.
        await context.addInitScript(() => {
          const { attachShadow } = Element.prototype;
          Element.prototype.attachShadow = function (init) { return attachShadow.call(this, { ...init, mode: 'open' }); };
        });
        const page = await context.newPage();
        await shop(page, language);
        await picture(page, `page-${size}-${scheme}-${language}`);
        await widget(page, language, scheme);
        await picture(page, `widget-${size}-${scheme}-${language}`);
        await context.close();
      }
    }
  }
} finally {
  await browser.close();
  await hosts.stop();
  await server.stop();
}

const sizes = readdirSync(folder).filter((file) => file.endsWith('.webp')).map((file) => [file, statSync(join(folder, file)).size / 1024]);
for (const [file, kib] of sizes) console.log(`    ${kib <= MAX_KIB ? 'ok  ' : 'OVER'}  ${file.padEnd(32)} ${kib.toFixed(0)} KiB`);
const all = sizes.reduce((sum, [, kib]) => sum + kib, 0);
console.log(`    ${sizes.length} pictures, ${all.toFixed(0)} KiB of ${MAX_ALL_KIB}`);
process.exit(all <= MAX_ALL_KIB && sizes.every(([, kib]) => kib <= MAX_KIB) ? 0 : 1);
