// The page's first script. Its own file because the content security policy allows none inline.
// Trunk fills in the two addresses (see Trunk.toml).
const { app, wasm } = document.getElementById('start').dataset;

const { default: init } = await import(new URL(app, document.baseURI));
await init({ module_or_path: new URL(wasm, document.baseURI) });

// After the page, so that filling the cache does not slow the first paint. In another shop's page
// nobody asked to have all of it kept: the browser's own cache is enough.
if ('serviceWorker' in navigator && !('embed' in document.documentElement.dataset)) {
  // index.html's policy takes no string for a script's address, and names who may make one.
  const policy = globalThis.trustedTypes?.createPolicy('attendant-shell', { createScriptURL: (address) => address });
  const address = policy ? policy.createScriptURL('sw.js') : 'sw.js';
  navigator.serviceWorker.register(address).then((registration) => registration && offer(registration), (error) => console.warn('no offline copy:', error.message));
}

// A newer build waits until the shopper takes it or has closed every tab of this one; the page shows the offer.
// Events of the window, because page and script know of each other no more than that.
function offer(registration) {
  const tell = () => registration.waiting && navigator.serviceWorker.controller && dispatchEvent(new Event('attendant-update'));
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', tell));
  tell();
  addEventListener('attendant-update-taken', () => {
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
    registration.waiting?.postMessage({ type: 'skip-waiting' });
  });
}
