// Language models: our decoder in a worker beside wllama (llama.cpp as wasm), one thread each, on the same GGUF files of
// real shape and random weights, in the same browser and run.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Tokens of the short prompt, of the long one, and of what is written after either. */
const PROMPT = 128, LONG_PROMPT = 1024, DECODED = 64;
const CONTEXT = 2048;
const ROUNDS = 3;

/** `models` is a folder of GGUF files, `open` gives a new page, `median` is one. With `patient`, what takes the peer minutes. */
export async function compareDecoders({ ours, theirs, models, open, median, patient, only }) {
  console.log(`\nLanguage models on one thread, tokens a second: median of ${ROUNDS} rounds in turns; decoding ${DECODED} tokens`);
  console.log(`  ${'model'.padEnd(22)}${['engine', 'load ms', 'memory MB', `prefill ${PROMPT}`, `prefill ${LONG_PROMPT}`, `decode at ${PROMPT}`, `at ${CONTEXT}`].map((head) => head.padStart(15)).join('')}`);
  for (const model of ['smollm2-135m-q4_0', 'smollm2-135m-q8_0', 'qwen2.5-0.5b-q4_0', 'qwen2.5-0.5b-q8_0']) {
    const file = `${model}.gguf`;
    if ((only && !model.includes(only)) || !existsSync(join(models, file))) continue;
    const us = await openDecoder(await open(ours, 'bench/blank.html'), `../decoders/${file}`);
    const them = await openWllama(await open(theirs, 'blank.html'), `decoders/${file}`);
    const speeds = { us: newSpeeds(), them: newSpeeds() };
    for (let round = 0; round < ROUNDS; round++) {
      for (const [engine, of] of [[us, speeds.us], [them, speeds.them]]) {
        const { prefill, decode } = await engine.time(PROMPT, DECODED);
        of.prefill.push(prefill);
        of.decode.push(decode);
      }
    }
    for (const [engine, of] of patient ? [[us, speeds.us], [them, speeds.them]] : [[us, speeds.us]]) {
      of.longPrefill.push((await engine.time(LONG_PROMPT, 1)).prefill);
      of.longDecode.push((await engine.time(CONTEXT - DECODED, DECODED)).decode);
    }
    const [a, b] = await Promise.all([us.close(), them.close()]);
    const columns = ['prefill', 'longPrefill', 'decode', 'longDecode'];
    const rate = (of, name) => (of[name].length ? median(of[name]).toFixed(1) : '-').padStart(15);
    const row = (name, engine, memory, of) => `  ${model.padEnd(22)}${name.padStart(15)}${engine.loadMs.toFixed(0).padStart(15)}${memory.padStart(15)}${columns.map((column) => rate(of, column)).join('')}`;
    console.log(row('attendant', us, (a / 1e6).toFixed(0), speeds.us));
    console.log(row('wllama', them, b ? (b / 1e6).toFixed(0) : '-', speeds.them));
    const ratio = (name) => (speeds.them[name].length ? (median(speeds.us[name]) / median(speeds.them[name])).toFixed(2) : '-').padStart(15);
    console.log(`  ${''.padEnd(22)}${'ours / theirs'.padStart(15)}${''.padStart(30)}${columns.map(ratio).join('')}`);
    console.log(`  ${''.padEnd(22)}decode at ${CONTEXT} over decode at ${PROMPT}, ours: ${(median(speeds.us.longDecode) / median(speeds.us.decode)).toFixed(2)}`);
  }
}

function newSpeeds() {
  return { prefill: [], decode: [], longPrefill: [], longDecode: [] };
}

async function openDecoder(page, url) {
  const loadMs = await page.evaluate(async ([url, capacity]) => {
    const worker = new Worker('./decoder.mjs', { type: 'module' });
    globalThis.request = (message) => new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data));
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage(message);
    });
    return (await globalThis.request({ load: url, capacity })).ms;
  }, [url, CONTEXT + DECODED]);
  let memory = 0;
  return {
    loadMs,
    async time(nPrompt, nDecoded) {
      const times = await page.evaluate(async ([prefill, decode]) => {
        const { ms } = await globalThis.request({ prefill });
        return { ms, decoded: await globalThis.request({ decode }) };
      }, [nPrompt, nDecoded]);
      memory = times.decoded.memory;
      return { prefill: nPrompt / times.ms * 1000, decode: nDecoded / times.decoded.ms * 1000 };
    },
    async close() {
      await page.context().close();
      return memory;
    },
  };
}

// Its own clock tells the times, without what its JavaScript adds. It is made to write one letter over and over: random
// weights soon write what is no UTF-8, and it fails on that.
async function openWllama(page, url) {
  const loadMs = await page.evaluate(async ([url, n_ctx]) => {
    const { Wllama } = await import('./wllama/index.js');
    const quiet = { debug() {}, log() {}, warn() {}, error: console.error };
    globalThis.wllama = new Wllama({ default: new URL('wllama/wasm/wllama.wasm', location.href).href }, { suppressNativeLog: true, logger: quiet });
    const began = performance.now();
    const blob = await (await fetch(url)).blob();
    await globalThis.wllama.loadModel([blob], { n_ctx, n_threads: 1, n_gpu_layers: 0, n_parallel: 1, warmup: false });
    return performance.now() - began;
  }, [url, CONTEXT + DECODED]);
  // Words of two letters, a token each; another beginning each time, or the last time's cache would serve.
  let turn = 0;
  const words = (n) => Array.from({ length: n }, (_, i) => String.fromCharCode(97 + (i * 7 + turn) % 26, 97 + (i * 11 + turn) % 26)).join(' ');
  return {
    loadMs,
    async time(nPrompt, nDecoded) {
      turn += 1;
      const timings = await page.evaluate(async ([prompt, max_tokens]) => {
        const { timings } = await globalThis.wllama.createCompletion({ prompt, max_tokens, temperature: 0, cache_prompt: false, ignore_eos: true, logit_bias: { a: 1000 } });
        return timings;
      }, [words(nPrompt), nDecoded]);
      if (timings.prompt_n < 0.9 * nPrompt) throw new Error(`wllama read ${timings.prompt_n} of ${nPrompt} tokens`);
      return { prefill: timings.prompt_per_second, decode: timings.predicted_per_second };
    },
    async close() {
      await page.context().close();
      return 0;
    },
  };
}
