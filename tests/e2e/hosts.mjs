// Shops that are not ours: the pages of hosts/, served from an origin of their own.
// `packages.js` among them is what a bundler would make: React, as it comes from npm.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const TYPES = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' };

// React's own development build, since it is there that StrictMode mounts everything twice.
const PACKAGES = {
  react: 'react/cjs/react.development.js',
  scheduler: 'scheduler/cjs/scheduler.development.js',
  'react-dom': 'react-dom/cjs/react-dom.development.js',
  'react-dom/client': 'react-dom/cjs/react-dom-client.development.js',
};

/** React as one module: npm has it in CommonJS alone. */
function packages() {
  const modules = Object.entries(PACKAGES).map(([name, file]) => {
    const source = readFileSync(`node_modules/${file}`, 'utf8');
    return `${JSON.stringify(name)}: function (module, exports, require) {\n${source}\n}`;
  });
  return `const process = { env: { NODE_ENV: 'development' } }, made = {};
const sources = {${modules.join(',\n')}};
function require(name) {
  if (!made[name]) { made[name] = { exports: {} }; sources[name](made[name], made[name].exports, require); }
  return made[name].exports;
}
export const { StrictMode, createElement, useCallback, useEffect, useRef, useState } = require('react');
export const { createRoot } = require('react-dom/client');
`;
}

/** Serves hosts/ with `{attendant}` and `{origin}` filled in: where the attendant is hosted. */
export async function serveHosts(attendant) {
  const log = [];
  const http = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://x');
    const [, name] = /^\/hosts\/([a-z]+\.(?:html|js|css))$/.exec(pathname) ?? [];
    log.push(pathname);
    if (name === 'packages.js') return response.writeHead(200, { 'Content-Type': TYPES.js }).end(packages());
    if (!name || !existsSync(`tests/e2e/hosts/${name}`)) return response.writeHead(404).end();
    const text = readFileSync(`tests/e2e/hosts/${name}`, 'utf8');
    response.writeHead(200, { 'Content-Type': TYPES[name.split('.').pop()] });
    return response.end(text.replaceAll('{attendant}', attendant.url).replaceAll('{origin}', attendant.origin));
  });
  await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${http.address().port}`;
  const stop = () => new Promise((resolve) => {
    http.close(resolve);
    http.closeAllConnections();
  });
  return { origin, url: `${origin}/hosts/`, log, stop };
}
