// A shop's own service worker, of the kind that answers everything that it is asked for.
addEventListener('install', () => self.skipWaiting());
addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
addEventListener('fetch', (event) => event.respondWith(fetch(event.request)));
