// Shops that are not ours: the pages of hosts/, served from an origin of their own.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const TYPES = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' };

/** Serves hosts/ with `{attendant}` and `{origin}` filled in: where the attendant is hosted. */
export async function serveHosts(attendant) {
  const log = [];
  const http = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://x');
    const [, name] = /^\/hosts\/([a-z]+\.(?:html|js|css))$/.exec(pathname) ?? [];
    log.push(pathname);
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
