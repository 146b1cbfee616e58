// Finishes what Trunk left in dist/: optimizes the wasm, copies what index.html does not name, makes the
// widget's page, minifies the scripts, and tells the service worker what the shell is made of.
//
//     node .ci/finish.mjs dist <folder for optimized wasm>
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { minify } from 'terser';
import { list, serviceWorker } from './shell.mjs';

const [dist, optimized] = process.argv.slice(2);

// What rustc emits for wasm32 by default; without naming it, wasm-opt may refuse the input.
const WASM_OPT = ['-Oz', '--enable-simd', '--enable-bulk-memory', '--enable-bulk-memory-opt',
  '--enable-nontrapping-float-to-int', '--enable-sign-ext', '--enable-mutable-globals',
  '--enable-reference-types', '--enable-multivalue', '--strip-debug', '--strip-producers', '--strip-target-features'];

for (const file of list(dist).filter((file) => file.endsWith('.wasm'))) optimize(join(dist, file));
for (const file of ['start.js', 'worker_loader.js', '_headers', 'manifest.webmanifest', 'embed.js', 'embed.d.ts']) {
  copyFileSync(join('www', file), join(dist, file));
}
writeFileSync(join(dist, 'embed.html'), widgetPage(readFileSync(join(dist, 'index.html'), 'utf8')));
for (const folder of ['icons', 'screenshots']) {
  mkdirSync(join(dist, folder), { recursive: true });
  for (const picture of readdirSync(join('www', folder))) copyFileSync(join('www', folder, picture), join(dist, folder, picture));
}

for (const file of list(dist).filter((file) => file.endsWith('.js') && file !== 'sw.js')) {
  writeFileSync(join(dist, file), await minified(readFileSync(join(dist, file), 'utf8'), file));
}

const { build, files, size, text } = serviceWorker(dist, await minified(readFileSync('www/sw.js', 'utf8'), 'sw.js'));
writeFileSync(join(dist, 'sw.js'), text);
console.log(`    build ${build}: ${files.length} files, ${(size / 1e6).toFixed(1)} MB in the shell`);

// The same page without a storefront: its own address, because who may frame it is a header's to say,
// and headers go by address.
function widgetPage(index) {
  const page = index
    .replace('<html lang="en">', '<html lang="en" data-embed>')
    .replace(/<title>.*?<\/title>/, '<title>Attendant</title>')
    .replace(/<link rel="?manifest"?[^>]*>/, '')
    .replace(/<div id="app">[\s\S]*<\/div>\s*(?=<\/body>)/, '<div id="app"></div>');
  if (!page.includes('data-embed') || page.includes('masthead')) throw new Error('index.html is not as widgetPage knows it');
  return page;
}

async function minified(source, file) {
  // What the others declare at their top is for other scripts to see.
  const modules = /^(start|app)/;
  // The launcher's style sheet is a text to the minifier.
  const tight = source.replace(/const STYLE = `[\s\S]*?`;/, (style) => style.replace(/\s+/g, ' ').replace(/ ?([{};,>]) ?/g, '$1').replace(/: /g, ':'));
  const { code } = await minify({ [file]: tight }, { module: modules.test(file), compress: { passes: 2 } });
  return code;
}

// wasm-opt takes minutes over the worker; its output is kept under the hash of its input.
function optimize(path) {
  const binaryen = JSON.parse(readFileSync('node_modules/binaryen/package.json', 'utf8')).version;
  // The page's script names each of its imports by a long hash, a third of its weight.
  const shorten = /\bapp\b[^/]*$/.test(path);
  const options = shorten ? [...WASM_OPT, '--minify-imports-and-exports-and-modules'] : WASM_OPT;
  const key = createHash('sha256').update(binaryen).update(options.join(' ')).update(readFileSync(path)).digest('hex');
  const kept = join(optimized, `${key.slice(0, 32)}.wasm`), names = `${kept}.names.json`;
  if (!existsSync(kept)) {
    mkdirSync(optimized, { recursive: true });
    const before = statSync(path).size, began = Date.now();
    // Renamed only when whole: an interrupted run leaves nothing that looks like a result.
    const said = execFileSync('node_modules/.bin/wasm-opt', [...options, path, '-o', `${kept}.part`], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (shorten) writeFileSync(names, said);
    renameSync(`${kept}.part`, kept);
    console.log(`    wasm-opt: ${path} ${before} -> ${statSync(kept).size} bytes in ${Math.round((Date.now() - began) / 1000)} s`);
  }
  copyFileSync(kept, path);
  if (shorten) rename(path.replace(/_bg\.wasm$/, '.js'), JSON.parse(readFileSync(names, 'utf8')));
}

/** Has the script call the module's imports and exports by the names that wasm-opt has given them. */
function rename(script, { imports, exports }) {
  let text = readFileSync(script, 'utf8');
  const replace = (from, to) => {
    if (!from.test(text)) throw new Error(`${script} has no ${from}`);
    text = text.replace(from, to);
  };
  for (const [, before, after] of imports) replace(new RegExp(`\\b${before}(?=: )`), after);
  for (const module of new Set(imports.map(([module]) => module))) replace(new RegExp(`"${module.replace(/\./g, '\\.')}"(?=: )`), '"a"');
  for (const [before, after] of exports) text = text.replace(new RegExp(`\\bwasm\\.${before}\\b`, 'g'), `wasm.${after}`);
  writeFileSync(script, text);
}

