// Our decoder in a worker, as tests/bench/program.rs offers it.
import init, { Program } from './program/bench.js';

let program, memory;

onmessage = async ({ data }) => {
  try {
    if (data.load) {
      ({ memory } = await init());
      const began = performance.now();
      const response = await fetch(data.load);
      program = Program.load(new Uint8Array(await response.arrayBuffer()), data.capacity);
      postMessage({ ms: performance.now() - began });
    } else if (data.prefill) {
      postMessage({ ms: await program.prefill(data.prefill) });
    } else {
      postMessage({ ms: await program.decode(data.decode), memory: memory.buffer.byteLength });
    }
  } catch (error) {
    postMessage({ error: String(error?.stack ?? error) });
  }
};
