// The engine without the page, for developers: OpenAI's `chat.completions` and `embeddings` on this device.
//
//     import { Engine } from './engine.js';
//     const engine = await Engine.start();
//     await engine.load('models/writer.manifest.json');
//     const answer = await engine.chat.completions.create({ messages: [{ role: 'user', content: 'Hello' }] });
//
// It speaks the worker's protocol (`src/protocol.rs`), as the page does. `engine.d.ts` has the types.

const PROTOCOL = 1;

/** What went wrong, with the protocol's code: `no_model`, `bad_request`, `network`, `storage`, … */
export class EngineError extends Error {
  constructor(code, detail) {
    super(detail);
    this.name = 'EngineError';
    this.code = code;
  }
}

export class Engine {
  #worker;
  #device;
  #last = 0;
  #open = new Map();
  #failure;

  /** Starts a worker. 'auto' times models on both devices where there is a GPU, and takes the faster. */
  static start({ device = 'auto', url = new URL('worker_loader.js', import.meta.url) } = {}) {
    const engine = new Engine();
    engine.#device = device;
    return new Promise((resolve, reject) => {
      engine.#worker = new Worker(trusted(`${url}?device=${device}`));
      engine.#worker.onerror = (event) => reject(engine.#fail(new EngineError('worker_lost', event.message || 'the worker did not start')));
      engine.#worker.onmessage = ({ data }) => {
        if ('fatal' in data) return reject(engine.#fail(new EngineError('worker_lost', data.fatal)));
        const [name, event] = Object.entries(typeof data.event === 'string' ? { [data.event]: {} } : data.event)[0];
        if (name !== 'ready') return engine.#open.get(data.id)?.(name, event);
        if (event.protocol === PROTOCOL) return resolve(engine);
        return reject(engine.#fail(new EngineError('worker_lost', `the worker speaks protocol ${event.protocol}, this script ${PROTOCOL}: one of them is an old copy`)));
      };
    });
  }

  /** Loads the model (an encoder or a language model) that a manifest names; from this browser's storage where it is there. */
  async load(manifestUrl, { onProgress, signal } = {}) {
    const url = new URL(manifestUrl, document.baseURI).href;
    const { name, size_bytes: sizeBytes, source, device } = await this.#final({ load_model: { manifest_url: url, device: this.#device } }, 'model_loaded', signal, (event, value) => {
      if (event === 'progress') onProgress?.({ phase: value.phase, loadedBytes: value.loaded_bytes, totalBytes: value.total_bytes });
    });
    return { name, sizeBytes, source, device };
  }

  chat = {
    completions: {
      create: (body, { signal } = {}) => {
        const request = { complete: { body: JSON.stringify(body) } };
        if (body.stream) return Promise.resolve(this.#stream(request, signal));
        return this.#final(request, 'completed', signal).then(({ body: answer }) => JSON.parse(answer));
      },
    },
  };

  embeddings = {
    create: async ({ input }, { signal } = {}) => {
      const texts = [input].flat();
      const { embeddings } = await this.#final({ embed: { texts } }, 'embedded', signal);
      return { object: 'list', data: embeddings.map((embedding, index) => ({ object: 'embedding', index, embedding: Array.from(embedding) })) };
    },
  };

  /** Ends the worker; what was being asked fails. */
  close() {
    this.#fail(new EngineError('worker_lost', 'the engine was closed'));
  }

  async *#stream(request, signal) {
    const arrived = [];
    let wake = () => {};
    const push = (value) => { arrived.push(value); wake(); };
    const id = this.#send(request, signal, (name, event) => {
      if (name === 'text_delta') push({ delta: event.text });
      if (isFinal(name)) push({ name, event });
    });
    try {
      for (;;) {
        while (!arrived.length) await new Promise((resolve) => { wake = resolve; });
        // What came before the word to stop was heard is not wanted either.
        signal?.throwIfAborted();
        const { delta, name, event } = arrived.shift();
        if (delta !== undefined) {
          yield { object: 'chat.completion.chunk', choices: [{ index: 0, delta: { role: 'assistant', content: delta }, finish_reason: null }] };
          continue;
        }
        if (name !== 'completed') throw failure(name, event, signal);
        const { model, choices: [{ finish_reason }], usage, attendant } = JSON.parse(event.body);
        yield { object: 'chat.completion.chunk', model, choices: [{ index: 0, delta: {}, finish_reason }], usage, attendant };
        return;
      }
    } finally {
      // Who stops listening wants no more of it.
      this.#cancel(id);
    }
  }

  #final(request, wanted, signal, on = () => {}) {
    return new Promise((resolve, reject) => {
      this.#send(request, signal, (name, event) => {
        if (name === wanted) resolve(event);
        else if (isFinal(name)) reject(failure(name, event, signal));
        else on(name, event);
      });
    });
  }

  #send(request, signal, on) {
    const id = ++this.#last;
    if (this.#failure) {
      queueMicrotask(() => on('failed', { error: this.#failure }));
      return id;
    }
    const abort = () => this.#cancel(id);
    this.#open.set(id, (name, event) => {
      if (isFinal(name)) {
        this.#open.delete(id);
        signal?.removeEventListener('abort', abort);
      }
      on(name, event);
    });
    this.#worker.postMessage({ id, request });
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort);
    return id;
  }

  #cancel(id) {
    if (this.#open.has(id)) this.#worker.postMessage({ id: ++this.#last, request: { cancel: { request: id } } });
  }

  #fail(error) {
    this.#failure ??= error;
    this.#worker.terminate();
    for (const on of [...this.#open.values()]) on('failed', { error });
    return error;
  }
}

function isFinal(name) {
  return !['progress', 'device_chosen', 'text_delta'].includes(name);
}

function failure(name, event, signal) {
  if (name === 'cancelled') return signal?.reason ?? new DOMException('the request was cancelled', 'AbortError');
  if (event.error instanceof Error) return event.error;
  return new EngineError(event.error?.code ?? 'internal', event.error?.detail ?? `an answer of another kind: ${name}`);
}

// A page with `require-trusted-types-for 'script'` has to allow the policy "attendant-engine".
function trusted(address) {
  try {
    return globalThis.trustedTypes?.createPolicy('attendant-engine', { createScriptURL: (url) => url }).createScriptURL(address) ?? address;
  } catch {
    return address;
  }
}
