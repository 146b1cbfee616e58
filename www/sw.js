// The shell, kept for use without a network: page, styles, scripts, wasm, icons and the shop's pack.
//
// The build writes `self.SHELL = {build, files: [[path, integrity]…]}` above these lines. Weights
// (models/) never pass through here: the engine keeps them in OPFS, and a new shell leaves them be.
const { build, files } = self.SHELL ?? { build: 'unbuilt', files: [] };
const CACHE = `shell-${build}`;
const scope = self.registration.scope;
const urlOf = (path) => new URL(path, scope).href;
const kept = new Map(files.map(([path, integrity]) => [urlOf(path), integrity]));

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('fetch', (event) => {
  const answer = respond(event.request);
  if (answer) event.respondWith(answer);
});
// A new shell waits until every page of the old one is gone, or until the shopper says so.
self.addEventListener('message', (event) => {
  if (event.data?.type === 'skip-waiting') self.skipWaiting();
});

// All or nothing. What the last shell already holds with the same content is not fetched again.
async function install() {
  const cache = await caches.open(CACHE);
  const earlier = await Promise.all((await shells()).filter((name) => name !== CACHE).map((name) => caches.open(name)));
  // The engine with WebGPU is twice the size: for machines that can use it. Elsewhere its loader does without.
  const gpu = await self.navigator.gpu?.requestAdapter().catch(() => null);
  const wanted = files.filter(([path]) => gpu || !path.startsWith('worker_gpu'));
  await Promise.all(wanted.map(async ([path, integrity]) => {
    const url = urlOf(path);
    for (const old of earlier) {
      const held = await old.match(keyOf(url, integrity));
      if (held) return cache.put(keyOf(url, integrity), held);
    }
    // `integrity` refuses a file of another build; `reload` goes round the browser's own cache.
    const response = await fetch(url, { cache: 'reload', integrity, credentials: 'same-origin' });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return cache.put(keyOf(url, integrity), await unredirected(response));
  }));
}

async function activate() {
  const stale = (await shells()).filter((name) => name !== CACHE);
  await Promise.all(stale.map((name) => caches.delete(name)));
  await self.clients.claim();
}

function respond(request) {
  const url = new URL(request.url);
  url.hash = '';
  url.search = '';
  if (request.method !== 'GET' || !url.href.startsWith(scope) || request.headers.has('range')) return undefined;
  const href = url.href === scope ? urlOf('index.html') : url.href;
  if (kept.has(href)) return fromShell(href, request);
  // Any other address of the shop is the page too, when there is no network to ask.
  if (request.mode === 'navigate') return fetch(request).catch(() => fromShell(urlOf('index.html'), request));
  return undefined;
}

async function fromShell(href, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(keyOf(href, kept.get(href)))) ?? fetch(request);
}

// The content's hash is part of the key, so one address may stand for two builds.
function keyOf(url, integrity) {
  return `${url}?${encodeURIComponent(integrity)}`;
}

// Only this scope's shells: another copy of the page may live elsewhere on the same origin.
async function shells() {
  const names = (await caches.keys()).filter((name) => name.startsWith('shell-'));
  const ours = await Promise.all(names.map(async (name) => {
    const [first] = await (await caches.open(name)).keys();
    return !first || first.url.startsWith(scope) ? name : undefined;
  }));
  return ours.filter(Boolean);
}

// A response that was redirected may not answer a navigation.
async function unredirected(response) {
  return response.redirected ? new Response(await response.blob(), { headers: response.headers }) : response;
}
