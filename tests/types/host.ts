// A shop's own code in TypeScript, with every setting, call and event of www/embed.d.ts: `.ci/types.mjs` compiles it,
// so that the types cannot say something else than the launcher does.
import type { Action, Detail, Events, Settings, ShopAttendant } from '../../www/embed';

const settings: Required<Settings> = {
  pack: 'shop.pack', packKey: '00'.repeat(32), locale: 'zh-CN', position: 'bottom-start', theme: 'auto', accent: '#2f5d50',
  radius: '14px', greeting: 'Welcome.', open: false, launcher: 'hidden', zIndex: 7, personalise: 'off',
  model: 'models/minilm.manifest.json', consent: 'Answers come from our own pages.', handoff: 'mailto:help@shop.example',
  offsetX: '20', offsetY: '20', width: '400', height: '40rem', preload: 'idle', productUrl: '/products/{id}', ga4: '',
  schemaOrg: '',
};

// As the snippet in a page's head: calls before the file has arrived.
window.attendant('open');
window.attendant('close');
window.attendant('toggle');
window.attendant('ask', 'What does shipping cost?');
window.attendant('identify', { id: '42' });
window.attendant('identify', '42');
window.attendant('reset');
const made: ShopAttendant = window.attendant('init', settings);
window.attendant('destroy');

const told: Action[] = ['view_item', 'Product Added', 'not_interested'];
for (const action of told) window.attendant('event', action, { items: [{ item_id: 'a' }, { product: 'b' }, 'c'] });
window.attendant('event', 'search', { search_term: 'oolong' });
window.attendant('event', 'Products Searched', { query: 'oolong' });
window.attendant('event', 'purchase', { products: [{ product_id: 'a' }, { id: 'b' }] });

window.attendant('on', 'add-to-cart', async ({ product, title, price, currency, quantity }) => {
  const response = await fetch('/cart', { method: 'POST', body: JSON.stringify({ product, title, price, currency, quantity }) });
  return response.ok;
});
window.attendant('on', 'message', ({ message, role, kind, id, at }) => console.log(message.toFixed(), role, kind ?? '', id, at));
window.attendant('on', 'product', ({ product }, event) => { event.preventDefault(); location.assign(`/p/${product}`); });
window.attendant('on', 'error', ({ code }) => console.warn(code satisfies 'timeout' | 'version'));
const heard = (detail: Detail) => console.log(detail.id, detail.at);
for (const name of ['ready', 'open', 'close', 'handoff'] as const) window.attendant('on', name, heard);
window.attendant('off', 'open', heard);
window.attendant('off', 'open');

const element = document.createElement('shop-attendant');
element.command('on', 'ready', () => element.command('ask', 'Hello?'));
element.show();
element.hide();
element.open = true;
element.zIndex = '7';
element.addEventListener('attendant:product', (event) => console.log(event.detail.product.trim()));
document.querySelector('shop-attendant')?.setAttribute('pack', made.pack);

// Every event has a type, and each of these is a mistake.
const events: { [Name in keyof Events]: true } = {
  ready: true, open: true, close: true, message: true, product: true, 'add-to-cart': true, handoff: true, error: true,
};
// @ts-expect-error
window.attendant('explode');
// @ts-expect-error
window.attendant('ask');
// @ts-expect-error
window.attendant('event', 'spied', { product: 'a' });
// @ts-expect-error
window.attendant('on', 'token', () => {});
// @ts-expect-error
element.theme = 'pink';
// @ts-expect-error
window.attendant('on', 'close', ({ text }) => text);

export { element, events };
