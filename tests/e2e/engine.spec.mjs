// The engine for developers: a language model in the worker, spoken to as OpenAI's API is.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test as base } from './harness.mjs';
import { serve } from './serve.mjs';

const attendant = (...words) => execFileSync(`${process.env.CARGO_TARGET_DIR ?? 'target'}/debug/attendant`, words, { encoding: 'utf8' });

// Of a real architecture and random weights: what it says means nothing, and has to be the same everywhere.
const test = base.extend({
  folder: [async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'attendant-engine-'));
    attendant('random', '--arch', 'llama', '--like', 'tiny', '--quant', 'q8_0', '-o', join(folder, 'tiny.gguf'));
    attendant('manifest', join(folder, 'tiny.gguf'), '-o', join(folder, 'tiny.manifest.json'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>A developer’s page</title><link rel="icon" href="data:,">');
    await use(folder);
    rmSync(folder, { recursive: true });
  }, { scope: 'worker' }],
  server: async ({ folder }, use) => {
    const server = await serve({ root: 'dist', extra: { 'dev/': `${folder}/` } });
    await use(server);
    await server.stop();
  },
  device: async ({}, use, { project }) => use(project.name === 'webgpu' ? 'gpu' : 'cpu'),
  engine: async ({ page, server, device }, use) => {
    // A device that can be taken away.
    server.faults.push({ match: 'worker_loader.js', prepend: `
      const requestDevice = globalThis.GPUAdapter?.prototype.requestDevice;
      if (requestDevice) GPUAdapter.prototype.requestDevice = async function (...args) {
        const device = await requestDevice.apply(this, args);
        new BroadcastChannel('test').onmessage = () => device.destroy();
        return device;
      };
    ` });
    await page.goto(`${server.url}dev/index.html`);
    await page.evaluate(async ([url, device]) => {
      const { Engine } = await import(`${url}engine.js`);
      window.engine = await Engine.start({ device });
      window.model = await engine.load('tiny.manifest.json');
      window.ask = (body, options) => engine.chat.completions.create({ temperature: 0, max_tokens: 24, ...body }, options);
      window.user = (content) => ({ role: 'user', content });
    }, [server.url, device]);
    await use(page);
  },
});

test('a model runs where it was asked to, and goes on without a GPU that goes away', async ({ engine, device }) => {
  expect(await engine.evaluate(() => model.device.kind)).toBe(device);
  const say = () => engine.evaluate(() => ask({ messages: [user('Where is my order?')] }));
  const before = await say();
  await engine.evaluate(() => new BroadcastChannel('test').postMessage('lose'));
  expect((await say()).choices[0].message.content).toBe(before.choices[0].message.content);
});

test('a completion says what the command line says, at once or as it comes, and is remembered', async ({ engine, folder }) => {
  const native = JSON.parse(attendant('generate', '-m', join(folder, 'tiny.gguf'), '--chat', '-p', 'Where is my order?', '--temperature', '0', '--max-tokens', '24', '--json'));
  const whole = await engine.evaluate(() => ask({ messages: [user('Where is my order?')] }));
  expect(whole.choices[0].message.content).toBe(native.text);
  expect(whole.usage).toMatchObject({ prompt_tokens: native.prompt_token_ids.length, completion_tokens: native.token_ids.length });
  expect(whole.attendant.decode_tokens_per_second).toBeGreaterThan(0);

  const streamed = await engine.evaluate(async () => {
    const chunks = [];
    for await (const chunk of await ask({ messages: [user('Where is my order?')], stream: true })) chunks.push(chunk);
    return chunks;
  });
  expect(streamed.slice(0, -1).map(({ choices: [{ delta }] }) => delta.content).join('')).toBe(native.text);
  expect(streamed.length, 'in pieces').toBeGreaterThan(4);
  expect(streamed.at(-1)).toMatchObject({ choices: [{ finish_reason: 'length' }], usage: { prompt_tokens: native.prompt_token_ids.length } });

  const next = await engine.evaluate((said) => ask({ messages: [user('Where is my order?'), { role: 'assistant', content: said }, user('And now?')] }), native.text);
  expect(next.usage.prompt_tokens_details.cached_tokens, 'the turns before are not read again').toBeGreaterThanOrEqual(native.prompt_token_ids.length);
});

test('a text is cancelled within a token, by a signal or by looking away, and the next one comes', async ({ engine }) => {
  const [error, n] = await engine.evaluate(async () => {
    const abort = new AbortController();
    let n = 0;
    try {
      for await (const _ of await ask({ messages: [user('Tell me everything')], max_tokens: 120, stream: true }, { signal: abort.signal })) {
        n += 1;
        abort.abort();
      }
    } catch (error) {
      return [error.name, n];
    }
    return [undefined, n];
  });
  expect(error).toBe('AbortError');
  expect(n).toBe(1);
  await engine.evaluate(async () => {
    for await (const _ of await ask({ messages: [user('Tell me everything')], max_tokens: 120, stream: true })) break;
  });
  const began = Date.now();
  const after = await engine.evaluate(() => ask({ messages: [user('Hello')], max_tokens: 2 }));
  expect(after.usage.completion_tokens).toBe(2);
  expect(Date.now() - began).toBeLessThan(5_000);
});

// A manifest that is not there is asked for.
test.describe(() => {
  test.use({ expectedErrors: ['^console: Failed to load resource: .*404'] });
  test('a text of a shape has it, and what cannot be done is told with its cure', async ({ engine, server }) => {
    const chosen = await engine.evaluate(async () => {
      const format = { type: 'choice', choice: ['refund', 'exchange', '换货'] };
      const texts = [];
      for (let seed = 0; seed < 6; seed += 1) texts.push((await ask({ messages: [user('What do you want?')], temperature: 2, top_k: 0, seed, response_format: format })).choices[0].message.content);
      return texts;
    });
    for (const text of chosen) expect(['refund', 'exchange', '换货']).toContain(text);
    const json = await engine.evaluate(() => ask({ messages: [user('Sure?')], response_format: { type: 'json_schema', json_schema: { schema: { type: 'object', required: ['sure'], properties: { sure: { type: 'boolean' } } } } } }));
    expect(typeof JSON.parse(json.choices[0].message.content).sure).toBe('boolean');
    const refused = (body) => engine.evaluate((body) => ask(body).then(() => 'answered', ({ code, message }) => `${code}: ${message}`), body);
    expect(await refused({ messages: [] })).toMatch(/^bad_request: `messages` is empty/);
    expect(await refused({ messages: [{ role: 'user', content: 'word '.repeat(2_000) }] })).toMatch(/longer than the \d+ tokens/);
    expect(await refused({ messages: [{ role: 'user', content: '' }], response_format: { type: 'regex', regex: '(' } })).toMatch(/the expression cannot be read/);
    const none = await engine.evaluate(async (url) => {
      const { Engine } = await import(`${url}engine.js`);
      const other = await Engine.start();
      const early = await other.chat.completions.create({ messages: [user('Hello')] }).catch(({ code }) => code);
      const missing = await other.load('nothing.manifest.json').catch(({ code }) => code);
      other.close();
      return [early, missing, await other.embeddings.create({ input: 'x' }).catch(({ code }) => code)];
    }, server.url);
    expect(none).toEqual(['no_model', 'network', 'worker_lost']);
  });
});
