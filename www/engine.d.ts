/**
 * The engine without the page: OpenAI's `chat.completions` and `embeddings`, answered by models that run in a worker on
 * this device.
 *
 * ```js
 * import { Engine } from './engine.js';
 * const engine = await Engine.start();
 * await engine.load('models/writer.manifest.json', { onProgress: console.log });
 * for await (const chunk of await engine.chat.completions.create({ messages, stream: true })) {
 *   show(chunk.choices[0].delta.content ?? '');
 * }
 * ```
 */
export interface Message {
  role: 'system' | 'developer' | 'user' | 'assistant';
  content: string;
}

/** What the text is to be. */
export type ResponseFormat =
  | { type: 'text' }
  /** JSON by a schema: types, enums, properties, required, items and lengths are kept to; what cannot be is refused. */
  | { type: 'json_schema'; json_schema: { name?: string; schema: object } }
  /** One of these strings. */
  | { type: 'choice'; choice: string[] }
  /** A match of the whole text, in the syntax of Rust's `regex`. */
  | { type: 'regex'; regex: string };

export interface CompletionRequest {
  messages: Message[];
  /** Default: 512; never more than half of the model's context. */
  max_tokens?: number;
  max_completion_tokens?: number;
  /** 0 takes the likeliest token always. Default: 0.8. */
  temperature?: number;
  top_p?: number;
  top_k?: number;
  min_p?: number;
  repetition_penalty?: number;
  /** The same seed gives the same text on the same device. Default: 0. */
  seed?: number;
  stop?: string | string[];
  response_format?: ResponseFormat;
  /** There is one model, the one that was loaded last: this is passed over. */
  model?: string;
}

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  /** `cached_tokens` of the prompt were known from the turns before. */
  prompt_tokens_details: { cached_tokens: number };
}

export interface Details {
  /** `stop`, `stop_string`, `length`, `context`. */
  finish_reason: string;
  /** Messages left out, oldest first, because the context is full. */
  dropped_messages: number;
  prefill_tokens_per_second: number | null;
  decode_tokens_per_second: number | null;
}

export interface Completion {
  object: 'chat.completion';
  model: string;
  choices: [{ index: 0; message: { role: 'assistant'; content: string }; finish_reason: 'stop' | 'length' }];
  usage: Usage;
  attendant: Details;
}

export interface CompletionChunk {
  object: 'chat.completion.chunk';
  choices: [{ index: 0; delta: { role?: 'assistant'; content?: string }; finish_reason: 'stop' | 'length' | null }];
  /** With the last chunk, as the rest. */
  model?: string;
  usage?: Usage;
  attendant?: Details;
}

export interface EmbeddingResponse {
  object: 'list';
  /** Vectors of length one. */
  data: { object: 'embedding'; index: number; embedding: number[] }[];
}

export interface Options {
  /** Ends the request within a token; its promise is then rejected with the signal's reason. */
  signal?: AbortSignal;
}

export interface Progress {
  phase: 'reading' | 'downloading' | 'preparing';
  loadedBytes: number;
  totalBytes: number;
}

export interface Model {
  name: string;
  sizeBytes: number;
  source: 'network' | 'storage' | 'memory';
  /** What it runs on. */
  device: { kind: 'cpu' | 'gpu'; name: string };
}

export class EngineError extends Error {
  /** `no_model`, `bad_model`, `bad_request`, `network`, `corrupt`, `storage`, `worker_lost`, `internal`. */
  code: string;
}

export class Engine {
  /** `auto`, unless said otherwise: the faster of CPU and GPU, as timed when a model is loaded. `url` is that of `worker_loader.js`, beside this script unless said otherwise. */
  static start(options?: { device?: 'cpu' | 'auto' | 'gpu'; url?: string | URL }): Promise<Engine>;
  /** A language model or an encoder, by the address of its manifest (`attendant manifest`). */
  load(manifestUrl: string, options?: Options & { onProgress?: (progress: Progress) => void }): Promise<Model>;
  chat: {
    completions: {
      create(request: CompletionRequest & { stream: true }, options?: Options): Promise<AsyncIterableIterator<CompletionChunk>>;
      create(request: CompletionRequest & { stream?: false }, options?: Options): Promise<Completion>;
    };
  };
  embeddings: { create(request: { input: string | string[] }, options?: Options): Promise<EmbeddingResponse> };
  /** Ends the worker; what is being asked fails. */
  close(): void;
}
