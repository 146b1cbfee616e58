// The launcher: one line in any shop's page, and all of the attendant that is there before it is opened.
//
//     <script src="https://shop.example/attendant/embed.js" data-pack="shop.pack" defer></script>
//     <shop-attendant pack="shop.pack"></shop-attendant>
//
// The attendant itself runs in an iframe of this file's own origin. What the two say to each other, and
// whom they believe, is written down in src/widget/mod.rs; attributes and calls in embed.d.ts.
(() => {
  const VERSION = 1;
  const NAME = 'shop-attendant';
  // A module has no `currentScript`; the address alone is needed.
  const script = document.currentScript ?? document.querySelector('script[src*="embed.js"]');
  const base = new URL('.', script?.src || location.href);

  const ATTRIBUTES = [
    'pack', 'locale', 'position', 'theme', 'accent', 'radius', 'greeting', 'open', 'launcher', 'z-index',
    'personalise', 'model', 'consent', 'handoff', 'offset-x', 'offset-y', 'width', 'height', 'preload',
    'product-url', 'ga4', 'schema-org', 'pack-key',
  ];
  const WORDS = {
    en: ['Ask the attendant', 'Close the chat', 'Opening…', 'The attendant could not be loaded.', 'Shop attendant'],
    zh: ['咨询店员', '关闭对话', '正在打开……', '店员没能加载。', '店铺店员'],
  };
  const PHONE = matchMedia('(max-width: 40rem), (max-height: 26rem)');
  // A frame that has not spoken by then will not.
  const PATIENCE_MS = 20_000;
  // Of a shop that tells of every look before the panel is ever opened.
  const MOST_WAITING = 200;
  // Of what a page describes to search engines; `pack::offer` has the same bounds.
  const MOST_OFFERED = 64, MOST_CHARS = 1_200;

  // Sizes are in `em` of the browser's own text size: a page's `html { font-size }` must not reach in.
  // `!important` within a shadow root is stronger than the page's.
  const STYLE = `
:host { all: initial !important; display: contents !important; }
#root { all: initial; display: contents; font: 1em/1.4 system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
  color-scheme: var(--scheme, light dark);
  --accent: light-dark(var(--tint, var(--attendant-accent, #2f5d50)), color-mix(in srgb, var(--tint, var(--attendant-accent, #2f5d50)) 45%, #fff));
  --on-accent: light-dark(var(--on-tint, var(--attendant-on-accent, #fff)), #14110d);
  --paper: light-dark(#fffdf9, #1f1c18); --ink: light-dark(#24201a, #ece5d9); --line: light-dark(#e0d9cb, #3a342c); }
button { all: unset; box-sizing: border-box; cursor: pointer; color: inherit; font: inherit; }
button:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
svg { width: 1.4em; height: 1.4em; flex: none; fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; }
#launcher { position: fixed; z-index: var(--z, var(--attendant-z-index, 2147483000));
  bottom: calc(var(--y, var(--attendant-offset-y, 20px)) + env(safe-area-inset-bottom, 0px));
  right: calc(var(--x, var(--attendant-offset-x, 20px)) + env(safe-area-inset-right, 0px));
  display: inline-flex; align-items: center; justify-content: center; gap: .6em; min-width: 52px; min-height: 52px; max-width: calc(100vw - 40px); padding: .5em 1.3em .5em 1.05em;
  border: 1px solid transparent; border-radius: 2em; background: var(--accent); color: var(--on-accent);
  box-shadow: 0 1px 2px #281e0a1f, 0 8px 28px #281e0a33; }
#launcher:dir(rtl) { padding: .5em 1.05em .5em 1.3em; }
#launcher:hover { background: color-mix(in srgb, var(--accent) 88%, var(--ink)); }
.left #launcher { right: auto; left: calc(var(--x, var(--attendant-offset-x, 20px)) + env(safe-area-inset-left, 0px)); }
[hidden] { display: none !important; }
dialog { all: unset; position: fixed; z-index: var(--z, var(--attendant-z-index, 2147483000)); box-sizing: border-box;
  bottom: calc(var(--y, var(--attendant-offset-y, 20px)) + env(safe-area-inset-bottom, 0px));
  right: var(--x, var(--attendant-offset-x, 20px));
  width: min(var(--w, var(--attendant-width, 400px)), 100vw - 24px);
  height: min(var(--h, var(--attendant-height, 660px)), 100dvh - 40px);
  overflow: hidden; border: 1px solid var(--line); border-radius: var(--r, var(--attendant-radius, 14px));
  background: var(--paper); color: var(--ink); box-shadow: 0 2px 6px #281e0a1a, 0 18px 60px #281e0a40; }
.left dialog { right: auto; left: var(--x, var(--attendant-offset-x, 20px)); }
dialog:not([open]) { display: none; }
dialog:modal { inset: var(--top, 0) 0 auto 0; width: 100%; height: var(--free, 100dvh); border: 0; border-radius: 0; box-shadow: none; }
dialog::backdrop { background: var(--paper, Canvas); }
iframe { all: unset; display: block; width: 100%; height: 100%; }
#wait { position: absolute; inset: 0; display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 1em; padding: 2em; background: var(--paper); text-align: center; }
#wait::before { content: ""; width: 2em; height: 2em; border: 2px solid var(--line); border-top-color: var(--accent); border-radius: 50%; }
#wait.failed::before { display: none; }
#close { position: absolute; top: .4em; right: .4em; display: grid; place-items: center; width: 44px; height: 44px; border-radius: 50%; }
.left:dir(rtl) #close { right: auto; left: .4em; }
@media (prefers-reduced-motion: no-preference) {
  #wait::before { animation: turn 1s linear infinite; }
  dialog[open]:not(:modal) { animation: rise 180ms cubic-bezier(.2, .7, .3, 1); }
  @keyframes turn { to { transform: rotate(1turn); } }
  @keyframes rise { from { opacity: 0; transform: translateY(12px); } }
}
@media (max-width: 40rem) {
  #launcher:not(.worded) { padding: 0; width: 56px; height: 56px; }
  #launcher:not(.worded) span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
}
@media (forced-colors: active) { #launcher, #close { border-color: ButtonText; } }
@media print { #root { display: none; } }`;
  let sheet;

  /** An element; neither strings of markup nor inline styles, which strict policies forbid. */
  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };
  const icon = (path) => {
    const make = (tag) => document.createElementNS('http://www.w3.org/2000/svg', tag);
    const svg = make('svg'), line = make('path');
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('aria-hidden', 'true');
    line.setAttribute('d', path);
    svg.append(line);
    return svg;
  };
  const whenIdle = (then) => (window.requestIdleCallback ? requestIdleCallback(then) : setTimeout(then, 200));
  const length = (value) => (/^\d+(\.\d+)?$/.test(value) ? `${value}px` : value);
  /** `light` or `dark`, as the page is; nothing where the page leaves it to the system. */
  const pageScheme = () => {
    const { documentElement: root, body } = document;
    if (/dark/.test(getComputedStyle(root).colorScheme)) return undefined;
    const [ground] = [body ?? root, root].map((node) => getComputedStyle(node).backgroundColor.match(/[\d.]+/g)?.map(Number) ?? [])
      .filter(([, , , alpha = 1]) => alpha > 0.5);
    return ground?.length > 2 && ground[0] + ground[1] + ground[2] < 300 ? 'dark' : 'light';
  };
  /** Black or white, whichever is read better on a `#rrggbb` or `#rgb`. */
  const onto = (colour) => {
    const hex = /^#([\da-f]{3}|[\da-f]{6})$/i.exec(colour)?.[1];
    if (!hex) return undefined;
    const [r, g, b] = (hex.length === 3 ? [...hex].map((digit) => digit + digit) : hex.match(/../g))
      .map((part) => (parseInt(part, 16) / 255) ** 2.2);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? '#14110d' : '#fff';
  };

  /** `attendant('on', …)` without a widget in hand: heard for all of them. */
  const listeners = new Map();
  const heard = (name) => [...(listeners.get(name) ?? [])];
  const widgets = new Set();
  /** Calls that came while there was none. */
  let pending = [];
  let count = 0;

  class ShopAttendant extends HTMLElement {
    static observedAttributes = ATTRIBUTES;
    #name = `a${++count}`;
    #n = 0;
    #shadow = this.attachShadow({ mode: 'closed' });
    #root; #launcher; #dialog; #wait; #frame; #port; #patience; #cleanup; #before; #own = new Map();
    #outbox = [];
    #pushed = false;

    connectedCallback() {
      if (this.#cleanup) return;
      // At its own opening a page is the shopper's: no phone's screen is taken, and no focus.
      if (PHONE.matches) this.open = false;
      const gone = new AbortController(), { signal } = gone;
      this.#cleanup = gone;
      if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(STYLE);
      this.#shadow.adoptedStyleSheets = [sheet];
      this.#launcher = make('button', { id: 'launcher', part: 'launcher', type: 'button', 'aria-haspopup': 'dialog', 'aria-expanded': 'false' },
        icon('M4.5 5.5h15v10.2h-8.3L7 19.5v-3.8H4.5V5.5ZM8.2 9.2h7.6M8.2 12.1h4.8'), make('span', { part: 'launcher-text' }));
      this.#dialog = make('dialog', { part: 'panel' });
      this.#root = make('div', { id: 'root' }, this.#launcher, this.#dialog);
      this.#shadow.replaceChildren(this.#root);
      this.#launcher.addEventListener('click', () => this.show());
      // The browser's own way out of a modal dialog: Escape, and the back gesture where that is one.
      this.#dialog.addEventListener('cancel', (event) => { event.preventDefault(); this.hide(); });
      this.#dialog.addEventListener('keydown', (event) => { if (event.key === 'Escape') this.hide(); });
      addEventListener('message', (event) => this.#greet(event), { signal });
      addEventListener('popstate', () => this.#popped(), { signal });
      PHONE.addEventListener('change', () => this.#place(), { signal });
      for (const name of ['resize', 'scroll']) window.visualViewport?.addEventListener(name, () => this.#follow(), { signal });
      widgets.add(this);
      this.#dress();
      if (this.preload === 'idle') whenIdle(() => this.#cleanup === gone && this.#load());
      if (this.hasAttribute('ga4')) this.#listenToDataLayer(signal);
      if (this.hasAttribute('schema-org')) this.#readSchema();
      if (this.open) this.#show(false);
      for (const args of pending.splice(0)) this.command(...args);
    }

    disconnectedCallback() {
      // What is only moved within the page is back before this runs.
      if (this.isConnected) return;
      this.#leaveHistory();
      this.#cleanup?.abort();
      this.#cleanup = undefined;
      this.#unload();
      widgets.delete(this);
    }

    /** With this, `moveBefore` keeps the frame, and the conversation in it. */
    connectedMoveCallback() {}

    attributeChangedCallback(name, before, now) {
      if (!this.#cleanup || before === now) return;
      if (name === 'open') return now === null ? this.#hide() : this.#show(true);
      this.#dress();
      if (name === 'pack' && this.#frame) { this.#unload(); if (this.open) this.#load(); } else this.#configure();
    }

    /** Opens the panel, and gives it the focus. */
    show() { this.open = true; }
    hide() { this.open = false; }

    /** One call of the JavaScript interface, for this widget alone. */
    command(name, ...args) {
      const [first, second] = args;
      switch (name) {
        case 'open': return this.show();
        case 'close': return this.hide();
        case 'toggle': this.open = !this.open; return;
        case 'ask': this.show(); return this.#send({ ask: { text: String(first) } });
        case 'event': return this.#note(first, second);
        case 'identify': return this.#send({ identify: { shopper: String(first?.id ?? first) } });
        case 'reset': return this.#frame && this.#send('reset');
        case 'on': (this.#own.get(first) ?? this.#own.set(first, new Set()).get(first)).add(second); return this.#configure();
        case 'off': second ? this.#own.get(first)?.delete(second) : this.#own.delete(first); return this.#configure();
        case 'destroy': return this.remove();
        case 'configure': return this.#configure();
        default: console.warn(`attendant: there is no call "${name}"`);
      }
    }

    #words(i) { return WORDS[/^zh/i.test(this.#locale()) ? 'zh' : 'en'][i]; }

    #locale() { return this.locale || document.documentElement.lang || navigator.language || 'en'; }

    #theme() { return { light: 'light', dark: 'dark', system: undefined }[/^(light|dark|system)$/.test(this.theme) ? this.theme : pageScheme()]; }

    /** Everything that can be seen of the attributes. */
    #dress() {
      const { style } = this.#root;
      const set = (name, value) => (value ? style.setProperty(name, value) : style.removeProperty(name));
      set('--tint', this.accent);
      set('--on-tint', onto(this.accent));
      set('--scheme', this.#theme());
      for (const [name, value] of [['--r', this.radius], ['--x', this.offsetX], ['--y', this.offsetY], ['--w', this.width], ['--h', this.height]]) set(name, length(value));
      set('--z', this.zIndex);
      const ends = { right: false, left: true }[this.position.split('-').pop()];
      const rtl = getComputedStyle(this).direction === 'rtl';
      this.#root.className = (ends ?? (/start$/.test(this.position) !== rtl)) ? 'left' : '';
      const own = this.launcher && this.launcher !== 'hidden';
      this.#launcher.lastChild.textContent = own ? this.launcher : this.#words(0);
      this.#launcher.classList.toggle('worded', !!own);
      this.#launcher.hidden = this.open || this.launcher === 'hidden';
      this.#launcher.lang = this.#dialog.lang = this.#locale();
      this.#dialog.setAttribute('aria-label', this.#words(4));
    }

    #settings() {
      const address = (value) => value && new URL(value, base).href;
      const accent = this.accent || getComputedStyle(this).getPropertyValue('--attendant-accent').trim();
      const takes = (name) => this.#own.get(name)?.size > 0 || heard(name).length > 0;
      const settings = {
        pack: address(this.pack), pack_key: this.packKey, locale: this.#locale(), theme: this.#theme(), accent, on_accent: onto(accent), radius: length(this.radius),
        greeting: this.greeting, personalise: this.personalise, consent: this.consent, handoff: this.handoff,
        model: /^(auto|off)?$/.test(this.model) ? this.model : address(this.model),
        // Braces would be escaped by `URL`.
        product_url: this.productUrl && new URL(this.productUrl.replace('{id}', '~id~'), document.baseURI).href.replace('~id~', '{id}'),
      };
      for (const name in settings) settings[name] ||= undefined;
      return { ...settings, takes_products: takes('product'), takes_cart: takes('add-to-cart') };
    }

    #configure() { if (this.#port) this.#send({ configure: this.#settings() }); }

    #send(command) {
      if (this.#port) this.#port.postMessage(JSON.stringify(command));
      else if (this.#outbox.length < MOST_WAITING) this.#outbox.push(command);
    }

    #note(action, data = {}) {
      const products = (data?.items ?? data?.products ?? [data])
        .map((item) => item?.product ?? item?.item_id ?? item?.product_id ?? item?.id ?? item)
        .filter((id) => /^(string|number)$/.test(typeof id)).map(String);
      const text = String(data?.search_term ?? data?.query ?? '');
      // What is no action of its own the frame passes over.
      if (products.length || text) this.#send({ event: { action, products, text } });
    }

    #load() {
      if (this.#frame) return;
      this.#frame = make('iframe', { part: 'frame', title: this.#words(4), allow: 'clipboard-write', referrerpolicy: 'no-referrer', src: new URL('embed.html', base).href });
      const close = make('button', { id: 'close', type: 'button', 'aria-label': this.#words(1) }, icon('M6 6l12 12M18 6 6 18'));
      close.addEventListener('click', () => this.hide());
      this.#wait = make('div', { id: 'wait', part: 'wait' }, make('p', { role: 'status' }, this.#words(2)), close);
      this.#dialog.replaceChildren(this.#frame, this.#wait);
      this.#patience = setTimeout(() => this.#fail('timeout'), PATIENCE_MS);
    }

    #unload() {
      clearTimeout(this.#patience);
      this.#port?.close();
      this.#dialog.close();
      this.#dialog.replaceChildren();
      this.#frame = this.#port = this.#wait = undefined;
      this.#outbox = [];
    }

    #fail(code) {
      this.#wait?.classList.add('failed');
      if (this.#wait) this.#wait.firstChild.textContent = this.#words(3);
      this.#tell('error', { code });
    }

    /** The frame's first words. Only from the frame that this widget made, and only from its origin. */
    #greet(event) {
      if (!this.#frame || event.source !== this.#frame.contentWindow || event.origin !== base.origin) return;
      const hello = read(event.data);
      if (!hello?.attendant) return;
      if (hello.attendant !== VERSION) return this.#fail('version');
      const { port1, port2 } = new MessageChannel();
      this.#port?.close();
      this.#port = port1;
      port1.onmessage = ({ data }) => this.#hear(read(data));
      this.#frame.contentWindow.postMessage(JSON.stringify({ attendant: VERSION, settings: this.#settings() }), base.origin, [port2]);
    }

    #hear(notice) {
      const [kind, data] = typeof notice === 'string' ? [notice, {}] : Object.entries(notice ?? {})[0] ?? [];
      switch (kind) {
        case 'ready':
          clearTimeout(this.#patience);
          this.#wait?.remove();
          this.#wait = undefined;
          for (const command of this.#outbox.splice(0)) this.#send(command);
          if (this.open) this.#enter();
          return this.#tell('ready');
        case 'close': return this.hide();
        case 'message': return this.#tell('message', data);
        case 'handoff': return this.#tell('handoff');
        case 'product':
          if (this.#tell('product', data) && this.productUrl) location.assign(this.#settings().product_url.replace('{id}', encodeURIComponent(data.product)));
          return undefined;
        case 'add_to_cart': return this.#addToCart({ ...data, quantity: 1 });
      }
    }

    /** The shopper is told that it is in the cart once every callback has said so. */
    async #addToCart(item) {
      const results = [];
      let ok = this.#tell('add-to-cart', item, results);
      try { ok = (await Promise.all(results)).every((result) => result !== false) && ok; } catch (error) { ok = false; console.error(error); }
      this.#send({ cart_answered: { product: item.product, ok } });
    }

    /** Answers whether nobody prevented what would come next. */
    #tell(name, data = {}, results = []) {
      const detail = Object.freeze({ ...data, id: `${this.#name}-${++this.#n}`, at: Date.now() });
      const event = new CustomEvent(`attendant:${name}`, { detail, bubbles: true, composed: true, cancelable: true });
      this.dispatchEvent(event);
      for (const then of [...(this.#own.get(name) ?? []), ...heard(name)]) {
        try { results.push(then(detail, event)); } catch (error) { results.push(Promise.reject(error)); }
      }
      return !event.defaultPrevented;
    }

    #show(takeFocus) {
      for (const other of widgets) if (other !== this && other.open) other.hide();
      this.#before = takeFocus ? document.activeElement : null;
      this.#load();
      this.#launcher.hidden = true;
      this.#launcher.setAttribute('aria-expanded', 'true');
      this.#place();
      if (takeFocus) this.#frame.focus();
      if (this.#port && !this.#wait) this.#enter();
      // A single-page shop may describe another product by now.
      if (this.hasAttribute('schema-org')) this.#readSchema();
      this.#tell('open');
    }

    #enter() {
      if (this.#before !== null) this.#frame.focus();
      this.#send('open');
    }

    #hide() {
      const inside = document.activeElement === this;
      this.#leaveHistory();
      if (this.#dialog.open) this.#dialog.close();
      if (this.#port) this.#send('close');
      this.#launcher.setAttribute('aria-expanded', 'false');
      this.#launcher.hidden = this.launcher === 'hidden';
      // Back to where the shopper came from: the launcher, or whatever of the page opened it.
      const { body } = document, before = this.#before;
      if (inside) (before?.isConnected && before !== body && before !== this ? before : this.#launcher).focus({ preventScroll: true });
      this.#tell('close');
    }

    /** A dialog of its own on a phone, a panel beside the page elsewhere. Also when the screen turns. */
    #place() {
      if (!this.open || this.#dialog.open && this.#dialog.matches(':modal') === PHONE.matches) return;
      this.#dialog.close();
      if (PHONE.matches) {
        this.#dialog.showModal();
        if (!this.#pushed) history.pushState({ ...history.state, attendant: this.#name }, '');
        this.#pushed = true;
      } else {
        // `show()` would take the focus.
        this.#dialog.open = true;
      }
      this.#follow();
    }

    /** The on-screen keyboard of a phone leaves less than the window. */
    #follow() {
      const { height, offsetTop, scale } = window.visualViewport ?? {};
      const { style } = this.#root;
      if (!this.#pushed || !height || scale > 1.01) return style.removeProperty('--free');
      style.setProperty('--free', `${height}px`);
      style.setProperty('--top', `${offsetTop}px`);
    }

    /** The back button closes. Whoever has gone on to another entry meanwhile is left there. */
    #popped() {
      if (!this.#pushed || history.state?.attendant === this.#name) return;
      this.#pushed = false;
      this.hide();
    }

    #leaveHistory() {
      if (this.#pushed && history.state?.attendant === this.#name) history.back();
      this.#pushed = false;
    }

    /** What the page describes to search engines is offered; where that is one product, it has been looked at. */
    #readSchema() {
      const products = [];
      for (const { textContent } of document.querySelectorAll('script[type="application/ld+json"]')) {
        // Whatever stands there is the page's own affair, nested deeper than a stack if it likes.
        try { products.push(...described(read(textContent)).map(offer)); } catch { /* passed over */ }
      }
      if (products.length === 1 && products[0].id) this.#note('view_item', { product: products[0].id });
      this.#send({ offer: { products: products.slice(0, MOST_OFFERED) } });
    }

    /** GA4's own calls as events: what the shop tells its analytics it need not say twice. */
    #listenToDataLayer(signal) {
      const layer = (window.dataLayer ??= []);
      const take = (entry) => {
        // `gtag('event', name, data)` pushes its arguments, Tag Manager an object, with a search's words beside its name.
        const [name, data] = entry?.[0] === 'event' ? [entry[1], entry[2]] : [entry?.event, entry?.ecommerce ?? { search_term: entry?.search_term }];
        if (data) this.#note(name, data);
      };
      for (const entry of layer) take(entry);
      const push = layer.push;
      layer.push = (...entries) => {
        if (!signal.aborted) entries.forEach(take);
        return push.apply(layer, entries);
      };
    }
  }

  function read(data) {
    try { return JSON.parse(data); } catch { return undefined; }
  }

  // Every attribute is a property as well, and says the same: `z-index`, `zIndex`. Of `open` presence counts.
  for (const name of ATTRIBUTES) {
    const property = name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
    Object.defineProperty(ShopAttendant.prototype, property, {
      configurable: true,
      enumerable: true,
      get() { return name === 'open' ? this.hasAttribute(name) : (this.getAttribute(name) ?? ''); },
      set(value) {
        if (name === 'open') this.toggleAttribute(name, !!value);
        else if (value === null || value === undefined) this.removeAttribute(name);
        else this.setAttribute(name, value);
      },
    });
  }

  /** schema.org's products in what a page says of itself: alone, listed, in a graph, as variants. */
  function described(node, found = []) {
    if (Array.isArray(node)) for (const one of node) described(one, found);
    else if (node && typeof node === 'object') {
      const isProduct = [node['@type']].flat().some((type) => /^(https?:\/\/schema\.org\/)?Product$/.test(type));
      if (isProduct && found.length < MOST_OFFERED) found.push(node);
      for (const name of ['@graph', 'mainEntity', 'itemListElement', 'item', 'hasVariant']) described(node[name], found);
    }
    return found;
  }

  /** One of them as the frame takes it: texts, whatever the page has put there. */
  function offer({ sku, productID, name, description, brand, category, offers }) {
    const text = (value) => {
      const [one] = [value].flat(), said = one?.name ?? one;
      return /^(string|number)$/.test(typeof said) ? String(said).slice(0, MOST_CHARS) : '';
    };
    const [{ price, lowPrice, priceCurrency, availability, priceSpecification } = {}] = [offers ?? {}].flat();
    const [spec] = [priceSpecification].flat();
    return {
      id: text(sku ?? productID), title: text(name), description: text(description), brand: text(brand), category: text(category),
      price: text(price ?? lowPrice ?? spec?.price), currency: text(priceCurrency ?? spec?.priceCurrency),
      in_stock: !/OutOfStock|SoldOut|Discontinued/.test(availability),
    };
  }

  function create(settings = {}) {
    const widget = document.createElement(NAME);
    for (const [name, value] of Object.entries(settings)) widget[name] = value;
    // Beside the body: no layout of the page's, and no view that replaces the body, touches it there.
    document.documentElement.append(widget);
    return widget;
  }

  /** The JavaScript interface: speaks to the first widget of the page, and waits where there is none yet. */
  function attendant(name, ...args) {
    const [first, second] = args;
    if (name === 'init') return create(first);
    if (name === 'on' || name === 'off') {
      const set = listeners.get(first) ?? listeners.set(first, new Set()).get(first);
      if (name === 'on') set.add(second); else if (second) set.delete(second); else set.clear();
      for (const widget of widgets) widget.command('configure');
      return undefined;
    }
    if (name === 'destroy') {
      pending = [];
      for (const widget of [...widgets]) widget.remove();
      return undefined;
    }
    const [widget] = widgets;
    if (!widget) return void pending.push([name, ...args]);
    return widget.command(name, ...args);
  }

  // The file may stand in a page twice, or come again with the page's next view.
  const isFirst = !customElements.get(NAME);
  if (isFirst) {
    const waiting = window.attendant?.q ?? [];
    window.attendant = attendant;
    // Listeners first: they are to hear of what the elements do as they come to life.
    const [inits, others] = [[], []];
    for (const args of waiting) (args[0] === 'init' ? inits : others).push(args);
    for (const args of others) attendant(...args);
    customElements.define(NAME, ShopAttendant);
    for (const args of inits) attendant(...args);
  }
  if (script?.dataset.pack !== undefined) {
    const settings = { ...script.dataset };
    // `data-open` alone means yes, as an attribute would.
    if ('open' in settings) settings.open = settings.open !== 'false';
    create(settings);
  }
})();
