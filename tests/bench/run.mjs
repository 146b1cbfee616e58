// Speed in the browser: our worker beside transformers.js, same weights, same texts, same browser,
// same run, one thread each. Absolute times move with the machine; the ratio is what counts.
//
//     ./dev bench                 both devices' CPU tier, and the time to a first answer
//     ./dev bench --webgpu        also WebGPU (--swiftshader for the software adapter)
//     ./dev bench --rounds 30     more than 15 timed calls
//     ./dev bench --decoders      language models only, beside wllama; --patient lets it read long texts too (minutes),
//                                 --only q4_0 takes those files alone
//     ./dev bench --encoder       the encoder only
//     ./dev bench --native        also llama.cpp natively, which pip compiles for minutes the first time
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { serve } from '../e2e/serve.mjs';
import { compareDecoders } from './decoders.mjs';

const option = (name) => process.argv.includes(`--${name}`);
const rounds = Number(process.argv[process.argv.indexOf('--rounds') + 1]) || 15;
const WARM_UP = 3;
const LENGTHS = [8, 32, 128, 256];
const texts = JSON.parse(readFileSync('tests/fixtures/bench/texts.json', 'utf8'));
const here = 'tests/bench';
const models = process.env.ATTENDANT_MODELS;
// The program and the language models, which `dev` makes.
const made = process.env.ATTENDANT_BENCH;

const ours = await serve({
  root: 'dist',
  extra: { 'bench/program/': join(made, 'program/'), 'bench/': join(here, 'pages/'), 'decoders/': `${made}/` },
});
const theirs = await serve({
  root: join(here, 'pages'),
  extra: {
    'ort/': join(here, 'node_modules/onnxruntime-web/dist/'),
    'transformers/': join(here, 'node_modules/@huggingface/transformers/dist/'),
    'models/minilm/': join(models, 'onnx/'),
    'wllama/': join(here, 'node_modules/@wllama/wllama/esm/'),
    'decoders/': `${made}/`,
  },
});

const args = ['--no-sandbox', '--disable-background-networking', '--disable-component-update'];
if (option('webgpu') || option('swiftshader')) args.push('--enable-unsafe-webgpu', '--enable-features=Vulkan');
if (option('swiftshader')) args.push('--use-webgpu-adapter=swiftshader');
const browser = await chromium.launch({ executablePath: process.env.CHROME || '/usr/bin/chromium', args });

try {
  if (!option('encoder')) {
    const only = option('only') && process.argv[process.argv.indexOf('--only') + 1];
    await compareDecoders({ ours, theirs, models: made, open, median, only, patient: option('patient') });
  }
  if (!option('decoders')) await encoders();
} finally {
  await browser.close();
  await ours.stop();
  await theirs.stop();
}

async function encoders() {
  console.log(`Embedding one text, ms: median of ${rounds} calls after ${WARM_UP} to warm up, in a dedicated worker`);
  await compare('cpu', { dtype: 'q8', device: 'wasm' });
  if (option('webgpu') || option('swiftshader')) await compare('gpu', { dtype: 'fp32', device: 'webgpu' });
  await firstAnswers();
}

async function compare(device, peer) {
  const engines = {
    attendant: await openOurs(device),
    [`transformers.js ${peer.device} ${peer.dtype}`]: await openTheirs(peer),
  };
  const [us, them] = Object.keys(engines);
  console.log(`\n  ${'tokens'.padStart(8)}${us.padStart(14)}${them.padStart(30)}${'ratio'.padStart(10)}${'cosine'.padStart(10)}`);
  for (const length of LENGTHS) {
    const took = { [us]: [], [them]: [] };
    let agreement = 1;
    // In turns, so that whatever else the machine does falls on both.
    for (let call = 0; call < WARM_UP + rounds; call++) {
      const text = texts[length][call % texts[length].length];
      const found = [];
      for (const [name, embed] of Object.entries(engines)) {
        const { ms, embedding } = await embed(text);
        if (call >= WARM_UP) took[name].push(ms);
        found.push(embedding);
      }
      agreement = Math.min(agreement, cosine(...found));
    }
    const a = median(took[us]), b = median(took[them]);
    const cells = [a.toFixed(1).padStart(14), b.toFixed(1).padStart(30), (a / b).toFixed(2).padStart(10), agreement.toFixed(3).padStart(10)];
    console.log(`  ${String(length).padStart(8)}${cells.join('')}`);
  }
  for (const embed of Object.values(engines)) await embed.close();
}

// Our worker, spoken to in its own protocol, one text a request, clocked by itself as the other is.
async function openOurs(device) {
  const page = await open(ours, 'bench/blank.html');
  await page.evaluate(async (device) => {
    const worker = new Worker(`../worker_loader.js?device=${device}`);
    let next = 1;
    const waiting = new Map();
    const ready = new Promise((resolve) => waiting.set(0, resolve));
    worker.onmessage = ({ data }) => {
      if (data.fatal) throw new Error(data.fatal);
      // An event is `"pong"` or `{"progress": {…}}`.
      const [[kind, event]] = typeof data.event === 'string' ? [[data.event]] : Object.entries(data.event);
      if (['progress', 'device_chosen', 'reply_delta'].includes(kind)) return;
      waiting.get(data.id)?.(kind, event);
    };
    globalThis.request = (request) => new Promise((resolve, reject) => {
      const id = next++;
      waiting.set(id, (kind, event) => (kind === 'failed' ? reject(new Error(JSON.stringify(event.error))) : resolve(event)));
      worker.postMessage({ id, request });
    });
    await ready;
    const loaded = await globalThis.request({ load_model: { manifest_url: 'models/minilm.manifest.json', device } });
    if (loaded.device.kind !== device) throw new Error(`asked for ${device}, got ${JSON.stringify(loaded.device)}`);
  }, device);
  const embed = (text) => page.evaluate(async (text) => {
    const { embeddings, elapsed_ms } = await globalThis.request({ embed: { texts: [text] } });
    return { ms: elapsed_ms, embedding: Array.from(embeddings[0]) };
  }, text);
  embed.close = () => page.context().close();
  return embed;
}

async function openTheirs(peer) {
  const page = await open(theirs, 'blank.html');
  await page.evaluate(async (peer) => {
    const worker = new Worker('peer.mjs', { type: 'module' });
    globalThis.request = (message) => new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data));
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage(message);
    });
    await globalThis.request({ load: peer });
  }, peer);
  const embed = (text) => page.evaluate((text) => globalThis.request({ text }), text);
  embed.close = () => page.context().close();
  return embed;
}

// From the navigation to an answer with a source, as a shopper sees it. Cold: nothing stored. Warm:
// the second visit, shell and weights stored. The answer before the model and the one with it.
async function firstAnswers() {
  const context = await browser.newContext();
  console.log('\nFrom navigation to the first answer, ms');
  for (const visit of ['cold', 'warm']) {
    const page = await context.newPage();
    const began = Date.now();
    const since = () => Date.now() - began;
    await page.goto(`${ours.url}?view=about&device=cpu`, { waitUntil: 'commit' });
    await page.getByTestId('launcher').click();
    const painted = since();
    await page.getByTestId('composer').fill('What does shipping cost?');
    await page.getByTestId('composer').press('Enter');
    await page.getByTestId('source').first().waitFor({ timeout: 120_000 });
    const byWords = since();
    await page.locator('[data-testid=model-state][data-state=ready]').waitFor({ timeout: 120_000 });
    const model = since();
    await page.getByTestId('composer').fill('Can I send it back?');
    await page.getByTestId('composer').press('Enter');
    await page.locator('[data-testid=message-attendant][aria-busy=false]').nth(1).waitFor({ timeout: 120_000 });
    console.log(`  ${visit}: attendant open ${painted}, first answer ${byWords}, model ready ${model}, answer with the model ${since()}`);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await page.close();
  }
  await context.close();
}

async function open(server, path) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(server.url + path);
  return page;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function cosine(a, b) {
  const dot = (x, y) => x.reduce((sum, value, at) => sum + value * y[at], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
