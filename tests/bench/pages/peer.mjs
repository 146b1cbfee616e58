// transformers.js as its users run it in a worker: mean pooling and normalization included, since
// ours are. One thread, because a storefront is not cross-origin isolated.
import { AutoModel, AutoTokenizer, env, mean_pooling } from './transformers/transformers.min.js';

env.allowRemoteModels = false;
env.allowLocalModels = true;
// A path, not an address: addresses it takes for remote.
env.localModelPath = '/models/';
env.useBrowserCache = false;
env.backends.onnx.wasm.wasmPaths = new URL('ort/', import.meta.url).href;
env.backends.onnx.wasm.numThreads = 1;

let tokenizer, model;

onmessage = async ({ data }) => {
  try {
    if (data.load) {
      tokenizer = await AutoTokenizer.from_pretrained('minilm');
      model = await AutoModel.from_pretrained('minilm', data.load);
      postMessage({ loaded: true });
      return;
    }
    const began = performance.now();
    const inputs = tokenizer(data.text, { padding: true, truncation: true });
    const { last_hidden_state } = await model(inputs);
    const embedding = mean_pooling(last_hidden_state, inputs.attention_mask).normalize(2, -1).tolist()[0];
    postMessage({ ms: performance.now() - began, embedding });
  } catch (error) {
    postMessage({ error: String(error?.stack ?? error) });
  }
};
