// A device that goes away, or was never given: the same conversation goes on, on the CPU.
import { ask, expect, modelReady, openWithAttendant, test } from './harness.mjs';

test.use({ serviceWorkers: 'block' });

test('a device that is lost ends on the CPU, in the same conversation', async ({ page, server }) => {
  server.faults.push({ match: 'worker_loader.js', prepend: `
    const requestDevice = GPUAdapter.prototype.requestDevice;
    GPUAdapter.prototype.requestDevice = async function (...args) {
      const device = await requestDevice.apply(this, args);
      new BroadcastChannel('test').onmessage = () => device.destroy();
      return device;
    };
  ` });
  await openWithAttendant(page, server, 'gpu');
  await modelReady(page, 300_000);
  const badge = page.getByTestId('device-badge');
  await expect(badge).toHaveAttribute('data-device', 'gpu');
  await ask(page, 'What does shipping cost?', 300_000);
  await page.evaluate(() => new BroadcastChannel('test').postMessage('lose'));
  const answer = await ask(page, 'How do I return something?', 300_000);
  await expect(answer.getByTestId('source').first()).toBeVisible();
  await expect(badge).toHaveAttribute('data-device', 'cpu');
  await expect(page.getByTestId('message-shopper')).toHaveCount(2);
});

test('a device that is refused ends on the CPU', async ({ page, server }) => {
  server.faults.push({ match: 'worker_loader.js', prepend: `
    GPUAdapter.prototype.requestDevice = async () => { throw new DOMException('no', 'OperationError'); };
  ` });
  await openWithAttendant(page, server, 'gpu');
  await modelReady(page);
  await expect(page.getByTestId('device-badge')).toHaveAttribute('data-device', 'cpu');
});
