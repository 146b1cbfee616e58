// The widget's types against a shop's code that uses all of them, and against the launcher itself: what one of the two
// knows and the other does not, and what has no word of explanation, is an error. So is a call or an attribute of the
// examples that there is not.
//
//     node .ci/types.mjs
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

const TSC = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022,dom', '--module', 'esnext', '--moduleResolution', 'bundler', '--types', ''];
const script = readFileSync('www/embed.js', 'utf8'), types = readFileSync('www/embed.d.ts', 'utf8');
const wrong = [];

try {
  execFileSync('node_modules/.bin/tsc', [...TSC, 'tests/types/host.ts', 'tests/types/engine.ts'], { stdio: 'inherit' });
} catch {
  wrong.push('tests/types is not what www/*.d.ts allow');
}

const strings = (text) => [...text.matchAll(/'([^']+)'/g)].map(([, name]) => name);
const part = (text, from, to) => {
  const start = text.indexOf(from), end = text.indexOf(to, start + from.length);
  if (start < 0 || end < 0) throw new Error(`"${from}" … "${to}" is not there any more: mend .ci/types.mjs`);
  return text.slice(start + from.length, end);
};
const same = (what, one, other) => {
  for (const name of one) if (!other.includes(name)) wrong.push(`${what}: "${name}" is in the code and not in www/embed.d.ts`);
  for (const name of other) if (!one.includes(name)) wrong.push(`${what}: "${name}" is in www/embed.d.ts and not in the code`);
};

const camel = (name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
const settings = part(types, 'export interface Settings {', '\n}');
const documented = [...settings.matchAll(/(\/\*\*[^]*?\*\/\s*)?\n  (\w+)\?:/g)];
same('attributes', strings(part(script, 'const ATTRIBUTES = [', ']')).map(camel), documented.map(([, , name]) => name));
for (const [, comment, name] of documented) if (!comment) wrong.push(`attributes: "${name}" is not explained in www/embed.d.ts`);
// The frame's, since the launcher passes on whatever it is told; `dwell` is the page's own.
const actions = part(readFileSync('src/protocol/shopper.rs', 'utf8'), 'pub enum ShopperAction {', '\n}');
const variants = [...actions.matchAll(/^    (\w+),$/gm)].map(([, name]) => name.replace(/(?!^)[A-Z]/g, '_$&').toLowerCase());
const aliases = [...actions.matchAll(/alias = "([^"]+)"/g)].map(([, name]) => name);
same('actions', [...variants, ...aliases].filter((name) => !['dwell', 'user_engagement'].includes(name)), strings(part(types, 'export type Action =', ';')));

const called = [...part(script, '    command(name, ...args) {', '    #words').matchAll(/case '(\w+)'/g)].map(([, name]) => name);
const declared = [...part(types, 'export interface Commands {', 'export interface ShopAttendant').matchAll(/command: ([^,)]+)/g)].flatMap(([, names]) => strings(names));
// `configure` is between the launcher's own parts; `init` is no call of one widget's.
same('calls', [...called.filter((name) => name !== 'configure'), 'init'], declared);
const events = [...script.matchAll(/#tell\('([^']+)'/g), ...script.matchAll(/#fail\('(?:[^']+)'\)()/g)].map(([, name]) => name || 'error');
same('events', [...new Set(events)], [...part(types, 'export interface Events {', '\n}').matchAll(/\n  '?([a-z-]+)'?:/g)].map(([, name]) => name));

for (const file of readdirSync('www/examples')) {
  const example = readFileSync(`www/examples/${file}`, 'utf8');
  const calls = [...example.matchAll(/attendant\('([\w-]+)'/g)].map(([, name]) => name);
  const attributes = [...example.match(/<shop-attendant\s([^]*?)><\/shop-attendant>/)[1].matchAll(/([\w-]+)="/g)].map(([, name]) => name);
  for (const name of calls) if (!declared.includes(name)) wrong.push(`www/examples/${file}: there is no call "${name}"`);
  for (const name of attributes) if (!documented.some(([, , property]) => property === camel(name))) wrong.push(`www/examples/${file}: there is no attribute "${name}"`);
  if (!calls.length || !attributes.length) wrong.push(`www/examples/${file} uses neither calls nor attributes`);
}

for (const line of wrong) console.log(`    ${line}`);
console.log(`    ${documented.length} attributes, ${declared.length} calls, ${new Set(events).size} events`);
process.exit(wrong.length ? 1 : 0);
