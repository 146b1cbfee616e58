// To be served in place of sw.js when the app is to leave its shoppers' browsers, or when a worker went out that
// must not stay: it takes the shell down, and itself. Copy it over dist/sw.js, under the same address, and leave it
// there for as long as somebody may come back. What the shopper has kept, and the model's weights, it leaves alone.
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil((async () => {
  const ours = (await caches.keys()).filter((name) => name.startsWith(`shell ${self.registration.scope} `));
  await Promise.all(ours.map((name) => caches.delete(name)));
  await self.registration.unregister();
})()));
