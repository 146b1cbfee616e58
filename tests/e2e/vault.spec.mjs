// What is kept about a shopper: nothing without their word, nothing in the clear, nothing after it is erased.
// A word that the shopper typed is looked for in every storage that a page has.
import { ask, expect, open, openChat, openWithAttendant, test } from './harness.mjs';

const CANARY = 'xylocarp';
const QUESTION = `Is the ${CANARY} teapot dishwasher safe?`;

const state = (page) => page.getByTestId('vault-state');
const remember = (page) => page.locator('.about').getByRole('switch', { name: 'Remember on this device' });

async function agree(page) {
  await remember(page).check();
  await expect(state(page)).toHaveAttribute('data-state', 'open');
}

async function aboutAgain(page, server) {
  await page.goto(`${server.url}?view=about&device=cpu`);
  await expect(state(page)).not.toHaveAttribute('data-state', 'unknown');
}

test('without consent nothing is kept, and the chat works', async ({ page, server }) => {
  await openWithAttendant(page, server, 'cpu');
  await expect(state(page)).toHaveAttribute('data-state', 'absent');
  const answer = await ask(page, QUESTION);
  await expect(answer).not.toBeEmpty();
  await page.goto(server.url);
  await page.getByTestId('product-card').first().locator('.card-link').click();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const kept = await page.evaluate(async () => ({
    databases: (await indexedDB.databases()).map(({ name }) => name),
    local: Object.keys(localStorage), cookies: document.cookie,
  }));
  expect(kept).toEqual({ databases: [], local: [], cookies: '' });
  expect(await page.evaluate(places, CANARY)).toEqual([]);
  await aboutAgain(page, server);
  await expect(page.getByTestId('message-shopper')).toHaveCount(0);
});

test('with consent the conversation comes back, and its words lie nowhere in the clear', async ({ page, server }) => {
  await openWithAttendant(page, server, 'cpu');
  await agree(page);
  await ask(page, QUESTION);
  await page.goto(server.url);
  await page.getByTestId('product-card').first().locator('.card-link').click();
  await page.getByRole('button', { name: 'Add to cart' }).first().click();
  // The search itself is put to the test: where the word does lie in the clear, it is found.
  await page.evaluate((word) => sessionStorage.setItem('test', word), CANARY);
  expect(await page.evaluate(places, CANARY)).toEqual(['sessionStorage test']);
  await page.evaluate(() => sessionStorage.removeItem('test'));
  expect(await page.evaluate(places, CANARY)).toEqual([]);

  // A new visit: another tab, with no session of the first one's.
  const later = await page.context().newPage();
  await page.close();
  await aboutAgain(later, server);
  await expect(state(later)).toHaveAttribute('data-state', 'open');
  await openChat(later);
  await expect(later.getByTestId('message-shopper')).toContainText(CANARY);
  await expect(later.getByTestId('message-attendant')).toHaveCount(1);
  await later.goto(`${server.url}?view=cart`);
  await expect(later.locator('.basket-line')).toHaveCount(1);
});

test('the key cannot be taken out, and every record is sealed by a nonce of its own', async ({ page, server }) => {
  await openWithAttendant(page, server, 'cpu');
  await agree(page);
  await ask(page, QUESTION);
  await ask(page, QUESTION);
  const { exported, extractable, nonces, names } = await page.evaluate(async () => {
    const [{ name }] = await indexedDB.databases();
    const database = await new Promise((resolve) => { indexedDB.open(name).onsuccess = ({ target }) => resolve(target.result); });
    const read = (store, how) => new Promise((resolve) => { database.transaction(store).objectStore(store)[how]().onsuccess = ({ target }) => resolve(target.result); });
    const [{ key }] = await read('keys', 'getAll');
    const records = await read('records', 'getAll'), names = await read('records', 'getAllKeys');
    database.close();
    const exported = await crypto.subtle.exportKey('raw', key).catch((error) => error.name);
    return { exported, extractable: key.extractable, names, nonces: records.map((bytes) => bytes.slice(1, 13).join()) };
  });
  expect({ exported, extractable }).toEqual({ exported: 'InvalidAccessError', extractable: false });
  expect(names.filter((name) => name.startsWith('turn-'))).toHaveLength(2);
  expect(new Set(nonces).size).toBe(nonces.length);
});

test('erasing destroys the key and leaves nothing, in this tab and in others', async ({ page, server }) => {
  await openWithAttendant(page, server, 'cpu');
  await agree(page);
  await ask(page, QUESTION);
  const other = await page.context().newPage();
  await aboutAgain(other, server);
  await expect(state(other)).toHaveAttribute('data-state', 'open');

  await page.getByRole('button', { name: 'Erase all' }).click();
  await expect(state(page)).toHaveAttribute('data-state', 'absent');
  await expect.poll(() => page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
  expect(await page.evaluate(places, CANARY)).toEqual([]);
  expect(await page.evaluate(() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)])).toEqual([]);
  await expect(page.getByTestId('message-shopper')).toHaveCount(0);

  // The other tab still shows what it had been told; it keeps none of it.
  await ask(other, QUESTION);
  expect(await other.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
  await aboutAgain(page, server);
  await expect(state(page)).toHaveAttribute('data-state', 'absent');
  await expect(remember(page)).not.toBeChecked();
});

test('what is kept can be taken along', async ({ page, server }) => {
  await openWithAttendant(page, server, 'cpu');
  await agree(page);
  await ask(page, QUESTION);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export' }).click()]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  const { kept: { turns } } = JSON.parse(Buffer.concat(chunks).toString());
  expect(turns.map(({ text }) => text)).toEqual([QUESTION]);
});

test('a record that is damaged is set aside and reported, and the others are there', async ({ page, server }) => {
  await openWithAttendant(page, server, 'cpu');
  await agree(page);
  await ask(page, QUESTION);
  await ask(page, 'What does shipping cost?');
  await page.evaluate(async () => {
    const [{ name }] = await indexedDB.databases();
    const database = await new Promise((resolve) => { indexedDB.open(name).onsuccess = ({ target }) => resolve(target.result); });
    const records = database.transaction('records', 'readwrite').objectStore('records');
    const done = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
    const first = (await done(records.getAllKeys())).find((key) => key.startsWith('turn-'));
    const bytes = await done(records.get(first));
    bytes[40] ^= 1;
    await done(records.put(bytes, first));
    database.close();
  });
  await aboutAgain(page, server);
  await expect(page.getByText('could not be read and were set aside')).toBeVisible();
  await openChat(page);
  await expect(page.getByTestId('message-shopper')).toHaveText([/shipping/]);
});

test('with a passphrase it opens to nobody without', async ({ page, server }) => {
  await openWithAttendant(page, server, 'cpu');
  await agree(page);
  await ask(page, QUESTION);
  const announced = page.locator('p[role=status][aria-live=polite]').last();
  await page.getByLabel('Passphrase').fill('correct horse battery');
  await page.getByRole('button', { name: 'Set the passphrase' }).click();
  await expect(announced).toContainText('takes the passphrase');
  expect(await page.evaluate(places, 'correct horse battery')).toEqual([]);

  await aboutAgain(page, server);
  await expect(state(page)).toHaveAttribute('data-state', 'locked');
  await page.getByLabel('Passphrase').fill('staple');
  await page.getByRole('button', { name: 'Unlock' }).click();
  await expect(announced).toContainText('not the passphrase');
  await page.getByLabel('Passphrase').fill('correct horse battery');
  await page.getByRole('button', { name: 'Unlock' }).click();
  await expect(state(page)).toHaveAttribute('data-state', 'open');
  await openChat(page);
  await expect(page.getByTestId('message-shopper')).toContainText(CANARY);
});

/** Where a word lies, in any storage of this origin, as UTF-8 or UTF-16. Runs in the page. */
async function places(word) {
  const found = [];
  const utf8 = new TextEncoder().encode(word);
  const utf16 = new Uint8Array([...word].flatMap((c) => [c.charCodeAt(0) & 255, c.charCodeAt(0) >> 8]));
  const holds = (bytes, part) => {
    for (let at = bytes.indexOf(part[0]); at >= 0; at = bytes.indexOf(part[0], at + 1)) {
      if (part.every((byte, i) => bytes[at + i] === byte)) return true;
    }
    return false;
  };
  const look = (where, value) => {
    const bytes = ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : value instanceof ArrayBuffer ? new Uint8Array(value)
        : new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value) ?? '');
    if (holds(bytes, utf8) || holds(bytes, utf16)) found.push(where);
  };
  for (const [name, storage] of [['localStorage', localStorage], ['sessionStorage', sessionStorage]]) {
    for (const key of Object.keys(storage)) look(`${name} ${key}`, key + storage.getItem(key));
  }
  look('cookies', document.cookie);
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      look(`cache ${request.url}`, request.url);
      look(`cache ${request.url}`, await (await cache.match(request)).arrayBuffer());
    }
  }
  const files = async (folder, path) => {
    for await (const [name, handle] of folder.entries()) {
      if (handle.kind === 'directory') await files(handle, `${path}/${name}`);
      else look(`file ${path}/${name}`, await (await handle.getFile()).arrayBuffer());
    }
  };
  await files(await navigator.storage.getDirectory(), '');
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((resolve) => { indexedDB.open(name).onsuccess = ({ target }) => resolve(target.result); });
    for (const store of database.objectStoreNames) {
      const read = (how) => new Promise((resolve) => { database.transaction(store).objectStore(store)[how]().onsuccess = ({ target }) => resolve(target.result); });
      const [keys, values] = [await read('getAllKeys'), await read('getAll')];
      values.forEach((value, i) => {
        look(`database ${store}`, String(keys[i]));
        look(`database ${store} ${keys[i]}`, value);
        if (value && typeof value === 'object') Object.values(value).forEach((part) => ArrayBuffer.isView(part) && look(`database ${store}`, part));
      });
    }
    database.close();
  }
  return found;
}
