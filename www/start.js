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
  navigator.serviceWorker.register(address).catch((error) => console.warn('no offline copy:', error.message));
}
