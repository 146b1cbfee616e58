// Adds up what the test runners printed and ends with one line: `N passed, N failed`.
//
//     node .ci/count.mjs <native log> <browser log> <end to end log>
//
// A runner that ran nothing counts as a failure: a suite that does not start must not look green.
import { readFileSync } from 'node:fs';

const [native, browser, e2e] = process.argv.slice(2).map((file) => readFileSync(file, 'utf8').replace(/\x1b\[[0-9;]*m/g, ''));
const runners = {
  native: cargo(native),
  'in Chromium': cargo(browser),
  'end to end': playwright(e2e),
};

let passed = 0, failed = 0;
for (const [name, count] of Object.entries(runners)) {
  if (count.passed + count.failed === 0) {
    console.log(`==> FAILED: the ${name} tests did not run: their output above says why`);
    failed += 1;
  } else if (count.broken && count.failed === 0) {
    console.log(`==> FAILED: the ${name} tests ended early: their output above says why`);
    failed += 1;
  }
  const skipped = count.skipped ? `, ${count.skipped} SKIPPED: the output above says why` : '';
  console.log(`==> ${name}: ${count.passed} passed, ${count.failed} failed${skipped}`);
  passed += count.passed;
  failed += count.failed;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);

// One `test result:` line for each test binary; a binary that does not build or dies prints none.
function cargo(log) {
  const results = [...log.matchAll(/^test result: .*?(\d+) passed; (\d+) failed/gm)];
  const sum = (group) => results.reduce((total, match) => total + Number(match[group]), 0);
  // A Vulkan loader's remark about XDG_RUNTIME_DIR looks like one of cargo's errors.
  return { passed: sum(1), failed: sum(2), broken: /^error(\[|: (?!XDG_))/m.test(log) };
}

function playwright(log) {
  const last = (word) => Number([...log.matchAll(new RegExp(`^\\s+(\\d+) ${word}`, 'gm'))].at(-1)?.[1] ?? 0);
  return { passed: last('passed'), skipped: last('skipped'), failed: last('failed') + last('did not run') + last('interrupted'), broken: /^Error: /m.test(log) };
}
