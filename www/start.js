// The page's first script. Its own file because the content security policy allows none inline.
// Trunk fills in the two addresses (see Trunk.toml).
// The policy lets no string become a script's address. Ours may: the worker and the service worker.
globalThis.trustedTypes?.createPolicy('default', {
  createScriptURL(address) {
    if (new URL(address, document.baseURI).origin !== location.origin) throw new TypeError(`a script from elsewhere: ${address}`);
    return address;
  },
});

const { app, wasm } = document.getElementById('start').dataset;

const { default: init } = await import(new URL(app, document.baseURI));
await init({ module_or_path: new URL(wasm, document.baseURI) });

// After the page, so that filling the cache does not slow the first paint.
if ('serviceWorker' in navigator) {
  navigator.serviceWorker.register('sw.js').catch((error) => console.warn('no offline copy:', error.message));
}
