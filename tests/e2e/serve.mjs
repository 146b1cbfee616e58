// A static host in one file: what `./dev run` serves with, and, with faults to order, what the end
// to end tests run against. No dependency.
//
//     node tests/e2e/serve.mjs dist 8080
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, normalize } from 'node:path';
import { Transform } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const TYPES = {
  html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', mjs: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8', json: 'application/json', webmanifest: 'application/manifest+json',
  wasm: 'application/wasm', svg: 'image/svg+xml', png: 'image/png', jpg: 'image/jpeg', ico: 'image/x-icon', woff2: 'font/woff2',
  txt: 'text/plain; charset=utf-8', onnx: 'application/octet-stream',
};

const COMPRESSED = /\.(html|js|css|svg|json|webmanifest|wasm)$/;

/**
 * Serves `root` on 127.0.0.1. The server that comes back has
 * - `root`: set another, and the next request is answered from there, as after a deployment;
 * - `origin`, and `url`: the origin and `base`, under which alone files are found;
 * - `log`: one `{path, range, status, bytes, whole}` for each request answered, bytes as sent;
 * - `faults`: what to do wrong, each with a `match` on the path:
 *   `{cutAfter: bytes}` ends the connection once, `{throttle: bytes per second}`, `{corrupt: true}`
 *   flips a byte, `{status: 503}`, `{noRange: true}` ignores byte ranges, `{prepend: text}` puts a
 *   test's own lines before a script. `once` drops it after use;
 * - `compress`: whether texts and wasm are sent gzipped, as the hosts that people use send them;
 * - `stop()` and `start()`: the network cut, and restored, on the same port.
 */
export async function serve({ root, port = 0, base = '/', faults = [], extra = {}, compress = false }) {
  const headers = readHeaders(join(root, '_headers'));
  const sockets = new Set();
  const log = [];
  const http = createServer((request, response) => {
    const entry = { path: '', range: request.headers.range ?? null, status: 0, bytes: 0, whole: false };
    try {
      answer(request, response, entry);
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
    response.on('close', () => {
      entry.status = response.statusCode;
      entry.whole = response.writableFinished;
      log.push(entry);
    });
  });
  http.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });

  function answer(request, response, entry) {
    let path = decodeURIComponent(new URL(request.url, 'http://x').pathname);
    entry.path = path;
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405);
    if (!path.startsWith(base)) return refuse(response, 404);
    path = path.slice(base.length);
    if (path === '' || path.endsWith('/')) path += 'index.html';
    const mount = Object.keys(extra).find((prefix) => path.startsWith(prefix));
    const folder = mount ? extra[mount] : server.root;
    const file = join(folder, normalize(`/${mount ? path.slice(mount.length) : path}`));
    if (/(^|\/)[._]/.test(path) || !existsSync(file) || !statSync(file).isFile()) return refuse(response, 404);

    const fault = faults.find((fault) => path.includes(fault.match));
    if (fault?.once) faults.splice(faults.indexOf(fault), 1);
    if (fault?.status) return refuse(response, fault.status);

    const { size, mtimeMs } = statSync(file);
    const etag = `"${createHash('sha256').update(`${path} ${size} ${mtimeMs}`).digest('hex').slice(0, 16)}"`;
    for (const [name, value] of headersFor(headers, `/${path}`)) response.setHeader(name, value);
    response.setHeader('Content-Type', TYPES[path.split('.').pop()] ?? 'application/octet-stream');
    response.setHeader('ETag', etag);
    response.setHeader('Accept-Ranges', 'bytes');
    if (request.headers['if-none-match'] === etag && !request.headers.range) return response.writeHead(304).end();

    if (fault?.prepend) {
      response.writeHead(200).end(fault.prepend + readFileSync(file, 'utf8'));
      return;
    }
    if (server.compress && COMPRESSED.test(path) && !request.headers.range) {
      response.setHeader('Content-Encoding', 'gzip');
      response.writeHead(200).end(gzipSync(readFileSync(file)));
      return;
    }
    const range = fault?.noRange ? null : readRange(request.headers.range, size);
    if (range === 'unsatisfiable') {
      response.setHeader('Content-Range', `bytes */${size}`);
      return refuse(response, 416);
    }
    const { start, end } = range ?? { start: 0, end: size - 1 };
    if (range) response.setHeader('Content-Range', `bytes ${start}-${end}/${size}`);
    response.setHeader('Content-Length', size === 0 ? 0 : end - start + 1);
    response.writeHead(range ? 206 : 200);
    if (request.method === 'HEAD' || size === 0) return response.end();
    const meter = new Transform({ transform: (chunk, _, done) => faultyChunk(chunk, done, fault, entry, response) });
    createReadStream(file, { start, end }).on('error', () => response.destroy()).pipe(meter).pipe(response);
  }

  const start = () => new Promise((resolve, reject) => {
    http.once('error', reject).listen(port, '127.0.0.1', () => {
      port = http.address().port;
      resolve();
    });
  });
  const stop = () => new Promise((resolve) => {
    http.close(resolve);
    for (const socket of sockets) socket.destroy();
  });
  const server = { root, compress, log, faults, start, stop };
  await start();
  server.origin = `http://127.0.0.1:${port}`;
  server.url = server.origin + base;
  return server;
}

function faultyChunk(chunk, done, fault, entry, response) {
  if (fault?.cutAfter !== undefined && entry.bytes + chunk.length > fault.cutAfter) {
    const rest = chunk.subarray(0, Math.max(0, fault.cutAfter - entry.bytes));
    entry.bytes += rest.length;
    done(null, rest);
    // Let what is written leave the machine before the connection ends.
    setTimeout(() => response.destroy(), 50);
    fault.cutAfter = Infinity;
    entry.cut = true;
    return;
  }
  if (entry.cut) return;
  if (fault?.corrupt && entry.bytes === 0) chunk[Math.floor(chunk.length / 2)] ^= 0xff;
  entry.bytes += chunk.length;
  if (fault?.throttle) setTimeout(() => done(null, chunk), (chunk.length / fault.throttle) * 1000);
  else done(null, chunk);
}

function refuse(response, status) {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${status}\n`);
}

// One range only; a list of ranges is answered whole, as the standard allows.
function readRange(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return null;
  const start = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = match[1] === '' || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  return start > end || start >= size ? 'unsatisfiable' : { start, end };
}

// The `_headers` format: a path pattern, then its headers indented. Later patterns win, but policies add up.
function readHeaders(file) {
  const rules = [];
  for (const line of existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []) {
    if (/^\s*(#|$)/.test(line)) continue;
    if (!/^\s/.test(line)) rules.push({ pattern: line.trim(), headers: [] });
    else rules.at(-1).headers.push(line.trim().split(/:\s*(.*)/s).slice(0, 2));
  }
  return rules;
}

function headersFor(rules, path) {
  const glob = (pattern) => new RegExp(`^${pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`);
  const sent = new Map();
  for (const [name, value] of rules.filter(({ pattern }) => glob(pattern).test(path)).flatMap(({ headers }) => headers)) {
    sent.set(name, name === 'Content-Security-Policy' && sent.has(name) ? `${sent.get(name)}, ${value}` : value);
  }
  return sent;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [root = 'dist', port = '8080'] = process.argv.slice(2);
  serve({ root, port: Number(port) }).then(
    () => process.on('SIGINT', () => process.exit(0)),
    (error) => {
      console.error(error.code === 'EADDRINUSE' ? `port ${port} is taken: PORT=8081 ./dev run serves on another` : error);
      process.exit(1);
    },
  );
}
