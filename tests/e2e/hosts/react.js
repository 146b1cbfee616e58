// A shop in React: routes, a cart, and the attendant as a component like any other.
import { StrictMode, createElement as h, createRoot, useCallback, useEffect, useRef, useState } from './packages.js';

const GOODS = ['TEA-001', 'TEA-002'];
const here = () => new URLSearchParams(location.search).get('at') ?? 'home';

function useRoute() {
  const [route, setRoute] = useState(here);
  useEffect(() => {
    const follow = () => setRoute(here());
    addEventListener('popstate', follow);
    return () => removeEventListener('popstate', follow);
  }, []);
  const go = useCallback((to) => {
    history.pushState({}, '', `?at=${encodeURIComponent(to)}`);
    setRoute(to);
  }, []);
  return [route, go];
}

function Attendant({ onCart, onProduct, ...settings }) {
  const element = useRef(null);
  useEffect(() => {
    const { current } = element;
    // Adding takes a while, as asking a shop's server does.
    const cart = async ({ product }) => { await new Promise((resolve) => setTimeout(resolve, 50)); onCart(product); };
    const product = ({ product }, event) => { event.preventDefault(); onProduct(product); };
    let alive = true;
    customElements.whenDefined('shop-attendant').then(() => {
      if (!alive) return;
      current.command('on', 'add-to-cart', cart);
      current.command('on', 'product', product);
    });
    return () => {
      alive = false;
      current.command?.('off', 'add-to-cart', cart);
      current.command?.('off', 'product', product);
    };
  }, [onCart, onProduct]);
  return h('shop-attendant', { ref: element, ...settings });
}

function Shop() {
  const [route, go] = useRoute();
  const [cart, setCart] = useState([]);
  const put = useCallback((product) => setCart((cart) => [...cart, product]), []);
  const link = (to, name = to) => h('a', { key: to, href: `?at=${to}`, onClick: (event) => { event.preventDefault(); go(to); } }, name, ' ');
  return h('main', null,
    h('nav', null, ['home', ...GOODS, 'checkout'].map((to) => link(to))),
    h('h1', null, route),
    h('output', { id: 'cart' }, cart.join(' ')),
    // Nothing is to stand beside the checkout.
    route !== 'checkout' && h(Attendant, {
      onCart: put, onProduct: go, pack: 'shop.pack', model: 'off', 'product-url': '/hosts/react.html?at={id}',
      // A property of React's that an attribute follows.
      launcher: route === 'home' ? 'Ask us' : `Ask about ${route}`,
    }));
}

createRoot(document.getElementById('root')).render(h(StrictMode, null, h(Shop)));
