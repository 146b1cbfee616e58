// End to end: the built dist/ in Chromium, once on the CPU and once on WebGPU (a software adapter).
// `./dev test` calls this; CHROME names the browser.
import { defineConfig } from '@playwright/test';

// Nothing may leave the machine, so no name resolves and the browser's own errands are off.
const ARGS = [
  '--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-domain-reliability',
  '--no-default-browser-check', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];
const browser = (...args) => ({
  browserName: 'chromium',
  launchOptions: { executablePath: process.env.CHROME || '/usr/bin/chromium', args: [...ARGS, ...args] },
});

export default defineConfig({
  testDir: 'tests/e2e',
  testMatch: '*.spec.mjs',
  outputDir: 'test-results',
  // Model and shaders share the processor with the test: side by side they only wait for each other.
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  forbidOnly: true,
  retries: 0,
  reporter: [['list']],
  use: { viewport: { width: 1280, height: 800 }, locale: 'en-GB', trace: process.env.TRACE ? 'on' : 'off', screenshot: 'only-on-failure' },
  projects: [
    { name: 'cpu', testIgnore: 'device.spec.mjs', use: browser('--disable-gpu', '--disable-features=WebGPU') },
    {
      name: 'webgpu',
      // What does not depend on the device is tested once.
      testMatch: ['ask.spec.mjs', 'device.spec.mjs', 'engine.spec.mjs'],
      timeout: 420_000,
      use: browser('--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'),
    },
  ],
});
