// What the service worker keeps for use without a network: every file of dist/ but those that have a life of
// their own, each with the hash of its content.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

// Weights live in OPFS, and an update of the shell never touches them. The launcher belongs to the pages of
// others, which are to have the newest. A browser asks for the app’s pictures and larger
// icons when it offers to install it. Shoppers need no shop owner’s page.
const NOT_SHELL = [/^models\//, /^insights\//, /^sw\.js$/, /^(embed|engine)\.js$/, /\.d\.ts$/, /^_headers$/, /^build-key$/, /^sbom\.cdx\.json$/, /^screenshots\//, /^icons\/.*\.png$/, /^icons\/maskable/];

/** The text of `sw.js`: its source, below the list of what it keeps; and how much that is. */
export function serviceWorker(dist, source) {
  const files = list(dist)
    .filter((file) => !NOT_SHELL.some((pattern) => pattern.test(file)))
    .map((file) => [file, digest(readFileSync(join(dist, file)))]);
  const build = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);
  const size = files.reduce((sum, [file]) => sum + statSync(join(dist, file)).size, 0);
  return { build, files, size, text: `self.SHELL = ${JSON.stringify({ build, files })};\n${source}` };
}

/** Every file below `folder`, as paths with `/`, sorted. */
export function list(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join('/'))
    .filter((file) => !file.startsWith('.'))
    .sort();
}

// As fetch's `integrity` option wants it, so that the service worker verifies what it stores.
function digest(bytes) {
  return `sha256-${createHash('sha256').update(bytes).digest('base64')}`;
}
