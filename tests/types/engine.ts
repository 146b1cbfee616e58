// A developer's code that uses all of the engine's types; `.ci/types.mjs` compiles it.
import { Engine, EngineError, type Completion, type CompletionChunk } from '../../www/engine.js';

export async function talk(show: (text: string) => void): Promise<Completion> {
  const engine = await Engine.start({ device: 'cpu', url: new URL('https://shop.example/worker_loader.js') });
  const { name, sizeBytes } = await engine.load('models/writer.manifest.json', { onProgress: ({ loadedBytes, totalBytes }) => show(`${loadedBytes / totalBytes}`) });
  show(`${name}: ${sizeBytes}`);
  const abort = new AbortController();
  const messages = [{ role: 'system' as const, content: 'Be brief.' }, { role: 'user' as const, content: 'Hello' }];
  let last: CompletionChunk | undefined;
  for await (const chunk of await engine.chat.completions.create({ messages, stream: true, temperature: 0, stop: ['\n'] }, { signal: abort.signal })) {
    show(chunk.choices[0].delta.content ?? '');
    last = chunk;
  }
  show(`${last?.usage?.prompt_tokens_details.cached_tokens}`);
  const { data } = await engine.embeddings.create({ input: ['one', 'two'] });
  show(`${data[0].embedding.length}`);
  try {
    return await engine.chat.completions.create({ messages, response_format: { type: 'choice', choice: ['yes', 'no'] }, seed: 7, max_tokens: 3 });
  } catch (error) {
    if (error instanceof EngineError) show(error.code);
    throw error;
  } finally {
    engine.close();
  }
}

// @ts-expect-error a wizard says nothing
export const wrong: Parameters<Engine['chat']['completions']['create']>[0] = { messages: [{ role: 'wizard', content: '' }] };
