// Starts the engine: with WebGPU where a GPU is there to use it, else the program of half the size.
//
// `?device=cpu` and `?device=gpu` say which; without, a software adapter does not count, since the CPU's own
// kernels are faster than a GPU that the CPU imitates.
const SOFTWARE = /swiftshader|llvmpipe|software|basic render/i;

async function hasGpu() {
  const asked = new URLSearchParams(self.location.search).get('device');
  if (asked === 'cpu') return false;
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) return false;
  const { vendor, architecture, device, description, isFallbackAdapter = adapter.isFallbackAdapter } = adapter.info ?? {};
  return asked === 'gpu' || !(isFallbackAdapter || SOFTWARE.test([vendor, architecture, device, description].join(' ')));
}

async function run(program) {
  // The larger file first: where it cannot be had (offline, and never needed before), no script has run yet.
  const response = await fetch(`./${program}_bg.wasm`);
  if (!response.ok) throw new Error(`${program}_bg.wasm: ${response.status}`);
  importScripts(`./${program}.js`);
  return wasm_bindgen({ module_or_path: response });
}

async function start() {
  const gpu = await hasGpu().catch(() => false);
  try {
    await run(gpu ? 'worker_gpu' : 'worker');
  } catch (error) {
    if (!gpu || typeof wasm_bindgen !== 'undefined') throw error;
    console.warn(error);
    await run('worker');
  }
}

// The page hears of what is reported, and starts another worker.
start().catch(reportError);
