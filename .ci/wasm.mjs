// What becomes of the programs after the link: optimized, and the page's cut into what every visit needs and what
// is fetched when it is first needed (`src/ui/chunk.rs`).
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// What rustc emits for wasm32 by default; without naming it, wasm-opt may refuse the input.
const WASM_OPT = ['-Oz', '--enable-simd', '--enable-bulk-memory', '--enable-bulk-memory-opt',
  '--enable-nontrapping-float-to-int', '--enable-sign-ext', '--enable-mutable-globals',
  '--enable-reference-types', '--enable-multivalue', '--strip-debug', '--strip-producers', '--strip-target-features'];

/** The script by which a program fetches its parts, as wasm-split-cli calls it. */
const LINKS = '__wasm_split.js';

/**
 * Optimizes a file in place. wasm-opt takes minutes over the worker; its output is kept under the hash of its input.
 * With `shorten`, imports and exports get short names, and these are returned; all imports are then of a module "a".
 */
export function optimize(path, folder, shorten = false) {
  const binaryen = JSON.parse(readFileSync('node_modules/binaryen/package.json', 'utf8')).version;
  const options = shorten ? [...WASM_OPT, '--minify-imports-and-exports-and-modules'] : WASM_OPT;
  const key = createHash('sha256').update(binaryen).update(options.join(' ')).update(readFileSync(path)).digest('hex');
  const kept = join(folder, `${key.slice(0, 32)}.wasm`), names = `${kept}.names.json`;
  if (!existsSync(kept)) {
    mkdirSync(folder, { recursive: true });
    const before = statSync(path).size, began = Date.now();
    // Renamed only when whole: an interrupted run leaves nothing that looks like a result.
    const said = execFileSync('node_modules/.bin/wasm-opt', [...options, path, '-o', `${kept}.part`], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (shorten) writeFileSync(names, said);
    renameSync(`${kept}.part`, kept);
    console.log(`    wasm-opt: ${path} ${before} -> ${statSync(kept).size} bytes in ${Math.round((Date.now() - began) / 1000)} s`);
  }
  copyFileSync(kept, path);
  return shorten ? JSON.parse(readFileSync(names, 'utf8')) : undefined;
}

/**
 * Puts the page's program into `dist` in its parts, in the place of the whole one that Trunk has put there.
 * `linked` is what cargo has left, with its relocations.
 */
export function splitPage(dist, linked, folder) {
  const name = readdirSync(dist).find((file) => /^app-.*_bg\.wasm$/.test(file)).replace(/_bg\.wasm$/, '');
  const work = mkdtempSync(join(dist, '.split-'));
  execFileSync('wasm-split-cli', ['--out-name', name, linked, work], { stdio: ['ignore', 'ignore', 'inherit'] });
  const parts = readdirSync(work).filter((file) => file.endsWith('.wasm') && file !== `${name}.wasm`);
  let links = readFileSync(join(work, LINKS), 'utf8');
  for (const part of parts) {
    optimize(join(work, part), folder);
    const content = readFileSync(join(work, part));
    const file = `${part.replace(/^split_/, 'app-').replace(/^chunk_/, 'app-shared-').replace(/\.wasm$/, '')}-${digest(content)}.wasm`;
    writeFileSync(join(dist, file), content);
    links = replaced(links, `"./${part}"`, `"./${file}"`);
  }

  execFileSync('wasm-bindgen', ['--target', 'web', '--keep-lld-exports', '--no-typescript', '--out-dir', work, '--out-name', name, join(work, `${name}.wasm`)]);
  // The script names each of its imports by a long hash, a third of its weight.
  const { imports, exports } = optimize(join(work, `${name}_bg.wasm`), folder, true);
  let script = readFileSync(join(work, `${name}.js`), 'utf8');
  for (const [module, before, after] of imports) {
    // What the parts are fetched by is a module's export, the rest a field of an object.
    if (module === `./${LINKS}`) links = replaced(links, new RegExp(`\\b${before}\\b`), after);
    else script = replaced(script, new RegExp(`\\b${before}(?=: )`), after);
  }
  for (const [before, after] of exports) {
    script = script.replace(new RegExp(`\\bwasm\\.${before}\\b`, 'g'), `wasm.${after}`);
    // The parts know the first one's exports by their long names.
    links = links.replace(new RegExp(`(const \\{[^}]*)\\b${before}\\b(?=[^}]*\\} = initSync)`), `$1${after}: ${before}`);
  }
  script = replaced(script, /"\.\/app-[^"]*_bg\.js": import0,\s*(".*": import\d,\s*)+/, '"a": { ...import0, ...import1 },');
  const linksFile = `app-parts-${digest(links)}.js`;
  script = script.replaceAll(`"./${LINKS}"`, `"./${linksFile}"`);
  writeFileSync(join(dist, linksFile), links);
  writeFileSync(join(dist, `${name}.js`), script);
  renameSync(join(work, `${name}_bg.wasm`), join(dist, `${name}_bg.wasm`));
  rmSync(work, { recursive: true });
  // Without it the browser would learn of this script only from the other.
  const index = join(dist, 'index.html');
  writeFileSync(index, replaced(readFileSync(index, 'utf8'), '<link rel="modulepreload"', `<link rel="modulepreload" href="./${linksFile}" crossorigin="anonymous"><link rel="modulepreload"`));
}

function digest(content) {
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}

/** A replacement that finds nothing is a mistake in these lines or a change in a tool. */
function replaced(text, from, to) {
  const after = text.replace(from, to);
  if (after === text) throw new Error(`nothing is ${from} in ${text.slice(0, 80)}…`);
  return after;
}
