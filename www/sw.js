// The shell, kept for use without a network: page, styles, scripts, wasm, icons and the shop's pack.
//
// The build writes `self.SHELL = {build, files: [[path, integrity]…]}` above these lines. Weights
// (models/) never pass through here: the engine keeps them in OPFS, and a new shell leaves them be.
const { build, files } = self.SHELL ?? { build: 'unbuilt', files: [] };
const scope = self.registration.scope;
// Another copy of the page may live elsewhere on the same origin.
const OURS = `shell ${scope} `;
const CACHE = OURS + build;
const urlOf = (path) => new URL(path, scope).href;
// As Trunk names what it has hashed.
const HASHED = /-[0-9a-f]{12,}(_bg)?\.\w+$/;
const kept = new Map(files.map(([path, integrity]) => [urlOf(path), integrity]));

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('fetch', (event) => {
  const answer = respond(event.request);
  if (answer) event.respondWith(answer);
  if (event.request.mode === 'navigate') event.waitUntil(dropEarlier());
});
// A new shell waits until every page of the old one is gone, or until the shopper says so.
self.addEventListener('message', (event) => {
  if (event.data?.type === 'skip-waiting') self.skipWaiting();
});

// All or nothing. What the last shell already holds with the same content is not fetched again, nor what arrived
// before an earlier attempt at this one was cut short.
async function install() {
  const cache = await caches.open(CACHE);
  const earlier = await Promise.all((await shells()).filter((name) => name !== CACHE).map((name) => caches.open(name)));
  // The engine with WebGPU is twice the size: for machines that can use it. Elsewhere its loader does without.
  const gpu = await self.navigator.gpu?.requestAdapter().catch(() => null);
  const wanted = files.filter(([path]) => gpu || !path.startsWith('worker_gpu'));
  await Promise.all(wanted.map(async ([path, integrity]) => {
    const url = urlOf(path);
    if (await cache.match(keyOf(url, integrity))) return undefined;
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
  await dropEarlier();
  await self.clients.claim();
}

// A tab of the last build may be open still when another has taken the new one: what it has yet to load stays here
// for as long as any tab is open.
async function dropEarlier() {
  if ((await self.clients.matchAll({ type: 'window', includeUncontrolled: true })).length > 0) return;
  // In the order in which they were made: those behind this one belong to a build that is yet to come.
  const all = await shells();
  await Promise.all(all.slice(0, all.indexOf(CACHE)).map((name) => caches.delete(name)));
}

function respond(request) {
  const url = new URL(request.url);
  url.hash = '';
  url.search = '';
  if (request.method !== 'GET' || !url.href.startsWith(scope)) return undefined;
  const href = url.href === scope ? urlOf('index.html') : url.href;
  if (kept.has(href)) return fromShell(href, request);
  // With no network to ask, any other address leads to the page. Not by showing it there: the page finds its files
  // beside its own address.
  if (request.mode === 'navigate') return fetch(request).catch(() => Response.redirect(scope + new URL(request.url).search));
  return HASHED.test(href) && !request.headers.has('range') ? fromEarlier(href, request) : undefined;
}

// A hashed file that this build does not have: an earlier one may, for a tab that is still of it.
async function fromEarlier(href, request) {
  for (const name of await shells()) {
    const held = await (await caches.open(name)).match(href, { ignoreSearch: true });
    if (held) return held;
  }
  return fetch(request);
}

async function fromShell(href, request) {
  const cache = await caches.open(CACHE);
  const held = await cache.match(keyOf(href, kept.get(href)));
  return held ? partOf(held, request.headers.get('range')) : fetch(request);
}

// The page asks for the pack in two parts.
async function partOf(held, range) {
  const [, start, last] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
  if (start === undefined) return held;
  const whole = await held.blob(), part = whole.slice(Number(start), last ? Number(last) + 1 : whole.size);
  if (!part.size) return new Response(null, { status: 416, headers: { 'Content-Range': `bytes */${whole.size}` } });
  return new Response(part, { status: 206, headers: { 'Content-Range': `bytes ${start}-${Number(start) + part.size - 1}/${whole.size}` } });
}

// The content's hash is part of the key, so one address may stand for two builds.
function keyOf(url, integrity) {
  return `${url}?${encodeURIComponent(integrity)}`;
}

async function shells() {
  return (await caches.keys()).filter((name) => name.startsWith(OURS));
}

// A response that was redirected may not answer a navigation.
async function unredirected(response) {
  return response.redirected ? new Response(await response.blob(), { headers: response.headers }) : response;
}

// For the page's receipt (`ui::receipt`): what is fetched here stands on no list of the page's own.
const receipt = new BroadcastChannel('receipt');
new PerformanceObserver((list) => receipt.postMessage(JSON.stringify(list.getEntries()))).observe({ type: 'resource', buffered: true });
