// Finishes what Trunk left in dist/: optimizes the wasm, copies what index.html does not name, makes the
// widget's page, minifies the scripts, and tells the service worker what the shell is made of.
//
//     node .ci/finish.mjs dist <cargo's folder of wasm32 programs> <folder for optimized wasm>
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { minify } from 'terser';
import { optimize, splitPage } from './wasm.mjs';

const [dist, programs, optimized] = process.argv.slice(2);

// Kept apart from the shell: weights live in OPFS, and an update of the shell never touches them.
// The launcher belongs to the pages of others, which are to have the newest.
const NOT_SHELL = [/^models\//, /^sw\.js$/, /^embed\.js$/, /\.d\.ts$/, /^_headers$/, /^build-key$/, /^sbom\.cdx\.json$/];

splitPage(dist, join(programs, 'page/app.wasm'), optimized);
for (const worker of ['worker_bg.wasm', 'worker_gpu_bg.wasm']) optimize(join(dist, worker), optimized);
for (const file of ['start.js', 'worker_loader.js', '_headers', 'manifest.webmanifest', 'embed.js', 'embed.d.ts']) {
  copyFileSync(join('www', file), join(dist, file));
}
writeFileSync(join(dist, 'embed.html'), widgetPage(readFileSync(join(dist, 'index.html'), 'utf8')));
mkdirSync(join(dist, 'icons'), { recursive: true });
for (const icon of readdirSync('www/icons')) copyFileSync(join('www/icons', icon), join(dist, 'icons', icon));

for (const file of list(dist).filter((file) => file.endsWith('.js') && file !== 'sw.js')) {
  writeFileSync(join(dist, file), await minified(readFileSync(join(dist, file), 'utf8'), file));
}

const files = list(dist)
  .filter((file) => !NOT_SHELL.some((pattern) => pattern.test(file)))
  .map((file) => [file, digest(readFileSync(join(dist, file)))]);
const build = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);
writeFileSync(join(dist, 'sw.js'), `self.SHELL = ${JSON.stringify({ build, files })};\n${await minified(readFileSync('www/sw.js', 'utf8'), 'sw.js')}`);

const bytes = files.reduce((sum, [file]) => sum + statSync(join(dist, file)).size, 0);
console.log(`    build ${build}: ${files.length} files, ${(bytes / 1e6).toFixed(1)} MB in the shell`);

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

// As fetch's `integrity` option wants it, so that the service worker verifies what it stores.
function digest(bytes) {
  return `sha256-${createHash('sha256').update(bytes).digest('base64')}`;
}

function list(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join('/'))
    .filter((file) => !file.startsWith('.'))
    .sort();
}
