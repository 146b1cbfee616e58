// Measures dist/ against tests/budgets.json, and says both whether or not it fits.
//
//     node .ci/budgets.mjs dist
import { gzipSync } from 'node:zlib';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import vm from 'node:vm';

const dist = process.argv[2];
const budgets = JSON.parse(readFileSync('tests/budgets.json', 'utf8'));
const all = readdirSync(dist, { recursive: true }).map(String);
let failed = false;

for (const [name, budget] of Object.entries(budgets)) {
  const files = budget.precache ? precached(budget.gpu) : budget.files.flatMap((pattern) => matching(pattern));
  const gzip = budget.gzip_kib !== undefined;
  const unit = gzip ? 1024 : 1e6, limit = gzip ? budget.gzip_kib : budget.mb;
  const size = files.reduce((sum, file) => sum + sizeOf(join(dist, file), gzip), 0) / unit;
  // Nothing to measure is a mistake in the pattern or in the build, not a small file.
  const fits = files.length > 0 && size <= limit;
  failed ||= !fits;
  const measured = files.length ? `${size.toFixed(1)} ${gzip ? 'KiB gzipped' : 'MB'}` : 'not found';
  console.log(`    ${fits ? 'ok  ' : 'OVER'}  ${name.padEnd(28)} ${measured.padStart(20)}  of ${limit}`);
}
process.exit(failed ? 1 : 0);

function matching(pattern) {
  const regex = new RegExp(`^${pattern.replace(/[.]/g, '\\.').replace(/\*/g, '.*')}$`);
  return all.filter((file) => regex.test(file));
}

/** What the service worker keeps, on a machine with a GPU or on one without. */
function precached(gpu) {
  const shell = readFileSync(join(dist, 'sw.js'), 'utf8').split('\n', 1)[0];
  const self = {};
  vm.runInNewContext(shell, { self });
  return self.SHELL.files.map(([file]) => file).filter((file) => gpu || !file.startsWith('worker_gpu'));
}

function sizeOf(file, gzip) {
  return gzip ? gzipSync(readFileSync(file), { level: 9 }).length : statSync(file).size;
}
