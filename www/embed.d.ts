/**
 * The attendant in a shop's own page.
 *
 * ```html
 * <script src="https://shop.example/attendant/embed.js" data-pack="shop.pack" defer></script>
 * ```
 *
 * Every attribute of `<shop-attendant>` may stand on the script as `data-…`, and is a property of the element:
 * `z-index`, `data-z-index`, `zIndex`. Addresses of the attendant's own files are relative to `embed.js`, and on
 * its origin: the frame fetches from nowhere else.
 */
export interface Settings {
  /** The shop's pack. Default: `shop.pack` beside `embed.js`. */
  pack?: string;
  /** The public key that the pack must be signed with (`attendant pack keygen`). Without it, the first one seen is held to. */
  packKey?: string;
  /** A BCP 47 tag: `en…` or `zh…`. Default: the page's `<html lang>`, then the browser's. */
  locale?: string;
  /** The corner. `end` is the right where one reads from the left. */
  position?: 'bottom-end' | 'bottom-start' | 'bottom-right' | 'bottom-left';
  /** `auto` is as the page is, and as the system is where the page's `color-scheme` says so. */
  theme?: 'auto' | 'light' | 'dark' | 'system';
  /** A CSS colour. On one written `#rrggbb` the text is black or white, whichever reads better. */
  accent?: string;
  /** Of the panel's corners: a CSS length, or a number of pixels. So are the offsets and the size. */
  radius?: string;
  /** Instead of the pack's. */
  greeting?: string;
  /** Whether the panel is shown. Set when the page arrives, it takes no focus, and does nothing on a phone. */
  open?: boolean;
  /** The launcher's words, or `hidden` for a shop with a button of its own. */
  launcher?: string;
  /** Of launcher and panel. Default: above nearly everything. */
  zIndex?: string | number;
  /** What holds until the shopper chooses. Default: `on`. */
  personalise?: 'on' | 'off';
  /** `off` answers by words alone and downloads nothing; an address is that of a model's manifest. */
  model?: 'auto' | 'off' | (string & {});
  /** A line under the greeting, for what has to be said before the first question. */
  consent?: string;
  /** Where a person is to be had: `mailto:`, `tel:` or `https:`. */
  handoff?: string;
  /** From the corner's side of the window. */
  offsetX?: string;
  /** From the bottom of the window. */
  offsetY?: string;
  /** Of the panel, where the window is no phone's. */
  width?: string;
  /** Of the panel; never more than the window has. */
  height?: string;
  /** `idle` loads the frame when the page has nothing else to do. The model waits for the first opening. */
  preload?: '' | 'idle';
  /** The shop's address of a product, `{id}` standing for its id: `/products/{id}`. */
  productUrl?: string;
  /** Present: what the page tells GA4 through `dataLayer` is noted as events. */
  ga4?: string;
  /**
   * Present: products that the page describes in schema.org's JSON-LD (`sku` or `productID`, `name`, `offers`) are sold
   * beside the pack's: found, asked about, recommended. The first 64, priced in the pack's currency; what the pack holds
   * it holds alone, and no picture or markup is taken. A page of one product has been looked at.
   */
  schemaOrg?: string;
}

/** What every event has. */
export interface Detail {
  /** Of this event, within the page. */
  readonly id: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** No event carries a word of the conversation. */
export interface Events {
  ready: Detail;
  open: Detail;
  close: Detail;
  message: Detail & { readonly message: number; readonly role: 'shopper' | 'attendant'; readonly kind?: 'answer' | 'products' | 'decline' };
  /** A product was pressed. `preventDefault()` keeps the page from going to `product-url`. */
  product: Detail & { readonly product: string };
  /**
   * The shopper wants it in the cart; cards have the button while somebody listens through `on`. Return a promise,
   * and the shopper is told when it is kept; `false`, or a rejection, says that it could not be done.
   */
  'add-to-cart': Detail & { readonly product: string; readonly title: string; readonly price: number; readonly currency: string; readonly quantity: number };
  /** The shopper took the way to a person. */
  handoff: Detail;
  error: Detail & { readonly code: 'timeout' | 'version' };
}

export type Listener<Name extends keyof Events> = (detail: Events[Name], event: CustomEvent<Events[Name]>) => unknown;
/** GA4's names, Segment's as aliases, and three that GA4 lacks. */
export type Action =
  | 'view_item_list' | 'select_item' | 'view_item' | 'add_to_cart' | 'remove_from_cart' | 'begin_checkout' | 'purchase' | 'search'
  | 'add_to_wishlist' | 'Product List Viewed' | 'Product Clicked' | 'Product Viewed' | 'Product Added' | 'Product Removed'
  | 'Checkout Started' | 'Order Completed' | 'Products Searched' | 'Product Added to Wishlist' | 'not_interested' | 'liked';
export type Item = { product: string } | { item_id: string } | { product_id: string } | { id: string } | string;

export interface Commands {
  (command: 'open' | 'close' | 'toggle'): void;
  /** Opens the panel and puts the question, in the shopper's name. */
  (command: 'ask', text: string): void;
  /** What the shopper did in the shop: recommendations follow from it. */
  (command: 'event', action: Action, data: Item | { items: Item[] } | { products: Item[] } | { search_term: string } | { query: string }): void;
  /** Who shops. Another one than before begins with an empty conversation and record. */
  (command: 'identify', shopper: { id: string } | string): void;
  <Name extends keyof Events>(command: 'on', event: Name, listener: Listener<Name>): void;
  <Name extends keyof Events>(command: 'off', event: Name, listener?: Listener<Name>): void;
  /** Forgets the conversation. */
  (command: 'reset'): void;
  /** Takes the widget off the page; `init` makes another. */
  (command: 'destroy'): void;
}

/** Speaks to the first widget of the page, `on` and `off` for all of them, and waits where there is none yet. */
export interface Attendant extends Commands {
  (command: 'init', settings?: Settings): ShopAttendant;
}

/** `attendant:open` and so on are dispatched on it, bubble, and cross shadow roots. */
export interface ShopAttendant extends HTMLElement, Required<Omit<Settings, 'zIndex'>> {
  zIndex: string;
  show(): void;
  hide(): void;
  /** The same calls for this widget alone. */
  command: Commands;
}

type Dispatched = { [Name in keyof Events as `attendant:${Name}`]: CustomEvent<Events[Name]> };

declare global {
  interface Window {
    attendant: Attendant;
  }
  interface HTMLElementTagNameMap {
    'shop-attendant': ShopAttendant;
  }
  interface GlobalEventHandlersEventMap extends Dispatched {}
}
