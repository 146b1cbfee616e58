// Finishes what Trunk left in dist/: optimizes the wasm, copies what index.html does not name, makes the
// widget's page, minifies the scripts, and tells the service worker what the shell is made of.
//
//     node .ci/finish.mjs dist <cargo's folder of wasm32 programs> <folder for optimized wasm>
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { minify } from 'terser';
import { list, serviceWorker } from './shell.mjs';
import { optimize, splitPage } from './wasm.mjs';

const [dist, programs, optimized] = process.argv.slice(2);

splitPage(dist, join(programs, 'page/app.wasm'), optimized);
for (const program of ['worker_bg.wasm', 'worker_gpu_bg.wasm', 'insights/insights_bg.wasm']) optimize(join(dist, program), optimized);
for (const file of ['start.js', 'worker_loader.js', '_headers', 'manifest.webmanifest', 'embed.js', 'embed.d.ts', 'engine.js', 'engine.d.ts']) {
  copyFileSync(join('www', file), join(dist, file));
}
for (const file of ['index.html', 'start.js']) copyFileSync(join('www/insights', file), join(dist, 'insights', file));
for (const file of ['tokens.css', 'insights.css']) copyFileSync(join('www/styles', file), join(dist, 'insights', file));
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
  const modules = /^(start|app|engine|insights\/)/;
  // The launcher's style sheet is a text to the minifier.
  const tight = source.replace(/const STYLE = `[\s\S]*?`;/, (style) => style.replace(/\s+/g, ' ').replace(/ ?([{};,>]) ?/g, '$1').replace(/: /g, ':'));
  const { code } = await minify({ [file]: tight }, { module: modules.test(file), compress: { passes: 2 } });
  return code;
}

