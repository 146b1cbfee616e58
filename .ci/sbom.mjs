// Writes what the page and the worker are made of, as CycloneDX 1.6: every crate that is linked, with its version,
// licence and hash from the lock file.
//
//     node .ci/sbom.mjs <features> <file>
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const [features, file] = process.argv.slice(2);
const options = ['--format-version', '1', '--locked', '--filter-platform', 'wasm32-unknown-unknown', '--no-default-features', '--features', features];
const { packages, resolve } = JSON.parse(execFileSync('cargo', ['metadata', ...options], { maxBuffer: 1 << 28 }));
const byId = new Map(packages.map((each) => [each.id, each]));
const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
const checksums = new Map([...readFileSync('Cargo.lock', 'utf8').matchAll(/name = "(.*)"\nversion = "(.*)"\nsource = .*\nchecksum = "(.*)"/g)]
  .map(([, name, version, checksum]) => [`${name}@${version}`, checksum]));

// What only builds or tests the rest is in no program.
const linked = (id) => nodes.get(id).deps.filter(({ dep_kinds }) => dep_kinds.some(({ kind }) => kind === null)).map(({ pkg }) => pkg)
  .filter((pkg) => !byId.get(pkg).targets.every(({ kind }) => kind.includes('proc-macro')));
const reached = new Set();
for (const waiting = [resolve.root]; waiting.length;) {
  const id = waiting.pop();
  if (!reached.has(id)) waiting.push(...linked(id));
  reached.add(id);
}

const ref = ({ name, version }) => `pkg:cargo/${name}@${version}`;
const component = (each, type = 'library') => {
  const checksum = checksums.get(`${each.name}@${each.version}`);
  return {
    type, 'bom-ref': ref(each), name: each.name, version: each.version, purl: ref(each),
    ...(each.license && { licenses: [{ expression: each.license.replaceAll('/', ' OR ') }] }),
    ...(checksum && { hashes: [{ alg: 'SHA-256', content: checksum }] }),
  };
};
const own = byId.get(resolve.root);
const all = [...reached].map((id) => byId.get(id)).sort((a, b) => (ref(a) < ref(b) ? -1 : 1));
writeFileSync(file, `${JSON.stringify({
  bomFormat: 'CycloneDX', specVersion: '1.6', version: 1,
  metadata: { component: component(own, 'application') },
  components: all.filter((each) => each !== own).map((each) => component(each)),
  dependencies: all.map((each) => ({ ref: ref(each), dependsOn: [...new Set(linked(each.id).map((id) => ref(byId.get(id))))].sort() })),
}, null, 1)}\n`);
console.log(`    ${file}: ${all.length - 1} crates`);
