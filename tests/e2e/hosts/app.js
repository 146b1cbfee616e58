// A shop as a single-page application: the History API, views that replace the whole body, and a cart.
const cart = [];

function show() {
  const product = new URLSearchParams(location.search).get('p');
  const main = document.createElement('main'), title = document.createElement('h1');
  title.textContent = product ? `Product ${product}` : 'All goods';
  const list = document.createElement('nav');
  for (const id of ['', 'one', 'two']) {
    const link = document.createElement('a');
    link.href = id ? `?p=${id}` : '?';
    link.textContent = id || 'home';
    link.addEventListener('click', (event) => { event.preventDefault(); go(link.href); });
    list.append(link, ' ');
  }
  const count = document.createElement('p');
  count.id = 'cart';
  count.textContent = cart.join(' ');
  main.append(list, title, count);
  document.body.replaceChildren(main);
}

function go(href) {
  history.pushState({ router: true }, '', href);
  show();
}

addEventListener('popstate', show);
attendant('on', 'add-to-cart', async ({ product }) => { cart.push(product); show(); });
attendant('on', 'product', ({ product }, event) => { event.preventDefault(); go(`?p=${product}`); });
show();
