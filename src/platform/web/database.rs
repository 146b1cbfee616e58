//! IndexedDB, as far as it is needed: a database of two stores, and transactions of a few steps.
//!
//! A transaction ends by itself as soon as a turn passes in which nothing is asked of it, so between its steps
//! nothing else may be awaited.

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::{message_of, property};
use crate::platform::DrawerError;

#[wasm_bindgen]
unsafe extern "C" {
    type IDBFactory;
    #[wasm_bindgen(method, catch)]
    fn open(this: &IDBFactory, name: &str) -> Result<IDBRequest, JsValue>;
    #[wasm_bindgen(method, catch, js_name = deleteDatabase)]
    fn delete_database(this: &IDBFactory, name: &str) -> Result<IDBRequest, JsValue>;

    #[derive(Clone)]
    type IDBRequest;
    #[wasm_bindgen(method, getter, catch)]
    fn result(this: &IDBRequest) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter)]
    fn error(this: &IDBRequest) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn transaction(this: &IDBRequest) -> IDBTransaction;
    #[wasm_bindgen(method, setter)]
    fn set_onsuccess(this: &IDBRequest, then: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_onerror(this: &IDBRequest, then: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_onupgradeneeded(this: &IDBRequest, then: &JsValue);

    #[derive(Clone)]
    type IDBDatabase;
    #[wasm_bindgen(method, catch, js_name = createObjectStore)]
    fn create_object_store(this: &IDBDatabase, name: &str) -> Result<IDBObjectStore, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn transaction(
        this: &IDBDatabase,
        stores: &Array,
        mode: &str,
        options: &JsValue,
    ) -> Result<IDBTransaction, JsValue>;
    #[wasm_bindgen(method)]
    fn close(this: &IDBDatabase);
    #[wasm_bindgen(method, setter)]
    fn set_onversionchange(this: &IDBDatabase, then: &JsValue);

    type IDBTransaction;
    #[wasm_bindgen(method, catch, js_name = objectStore)]
    fn object_store(this: &IDBTransaction, name: &str) -> Result<IDBObjectStore, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn abort(this: &IDBTransaction) -> Result<(), JsValue>;
    #[wasm_bindgen(method, getter)]
    fn error(this: &IDBTransaction) -> JsValue;
    #[wasm_bindgen(method, setter)]
    fn set_oncomplete(this: &IDBTransaction, then: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_onabort(this: &IDBTransaction, then: &JsValue);

    type IDBObjectStore;
    #[wasm_bindgen(method, catch)]
    fn get(this: &IDBObjectStore, key: &str) -> Result<IDBRequest, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn put(this: &IDBObjectStore, value: &JsValue, key: &str) -> Result<IDBRequest, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn delete(this: &IDBObjectStore, key: &str) -> Result<IDBRequest, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn clear(this: &IDBObjectStore) -> Result<IDBRequest, JsValue>;
    #[wasm_bindgen(method, catch, js_name = getAllKeys)]
    fn get_all_keys(this: &IDBObjectStore) -> Result<IDBRequest, JsValue>;
}

const KEYS: &str = "keys";
const RECORDS: &str = "records";
/// The one entry of the store of keys.
const KEY: &str = "key";

/// An open database. It is closed when dropped, and at once when another tab wants it deleted.
pub struct Database {
    database: IDBDatabase,
    _on_version_change: Closure<dyn FnMut()>,
}

impl Drop for Database {
    fn drop(&mut self) {
        self.database.set_onversionchange(&JsValue::NULL);
        self.database.close();
    }
}

impl Database {
    /// Opens the database; with `create` it is made where there is none, else that is `None`.
    /// `on_taken` is called when it is about to be deleted, and has been closed.
    pub async fn open(
        name: &str,
        create: bool,
        mut on_taken: impl FnMut() + 'static,
    ) -> Result<Option<Database>, DrawerError> {
        let request = factory()?.open(name).map_err(refused)?;
        let missing = std::rc::Rc::new(std::cell::Cell::new(false));
        let on_upgrade = {
            let (request, missing) = (request.clone(), missing.clone());
            Closure::<dyn FnMut()>::new(move || {
                // There is no asking whether a database exists that does not make it; but making can be undone.
                let made = create
                    && request.result().is_ok_and(|database| {
                        let database: IDBDatabase = database.unchecked_into();
                        [KEYS, RECORDS].iter().all(|store| database.create_object_store(store).is_ok())
                    });
                if !made {
                    missing.set(!create);
                    let _ = request.transaction().abort();
                }
            })
        };
        request.set_onupgradeneeded(on_upgrade.as_ref());
        let opened = settled(&request).await;
        if missing.get() {
            return Ok(None);
        }
        let database: IDBDatabase = opened.map_err(|error| DrawerError::Refused(error.to_string()))?.unchecked_into();
        let on_version_change = {
            let database = database.clone();
            Closure::<dyn FnMut()>::new(move || {
                database.close();
                on_taken();
            })
        };
        database.set_onversionchange(on_version_change.as_ref());
        Ok(Some(Database { database, _on_version_change: on_version_change }))
    }

    /// Deletes it for every tab; they close theirs when they hear of it.
    pub async fn delete(name: &str) -> Result<(), DrawerError> {
        settled(&factory()?.delete_database(name).map_err(refused)?).await.map(drop)
    }

    /// The entry that holds the key, or `undefined`.
    pub async fn key(&self) -> Result<JsValue, DrawerError> {
        settled(&self.begin("readonly")?.store(KEYS)?.get(KEY).map_err(broken)?).await
    }

    pub async fn names(&self) -> Result<Vec<String>, DrawerError> {
        let names = settled(&self.begin("readonly")?.store(RECORDS)?.get_all_keys().map_err(broken)?).await?;
        Ok(Array::from(&names).iter().filter_map(|name| name.as_string()).collect())
    }

    pub async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, DrawerError> {
        let value = settled(&self.begin("readonly")?.store(RECORDS)?.get(name).map_err(broken)?).await?;
        Ok(value.dyn_into::<Uint8Array>().ok().map(|bytes| bytes.to_vec()))
    }

    /// Changes records in one transaction, and the key where one is given. `allows` sees the entry of the key as it
    /// is within that transaction; where it says no, nothing is changed, and that is `false`.
    pub async fn change(
        &self,
        allows: impl FnOnce(&JsValue) -> bool,
        key: Option<&JsValue>,
        puts: &[(String, Vec<u8>)],
        removes: &[String],
    ) -> Result<bool, DrawerError> {
        let transaction = self.begin("readwrite")?;
        let ended = transaction.ended();
        let (keys, records) = (transaction.store(KEYS)?, transaction.store(RECORDS)?);
        let entry = settled(&keys.get(KEY).map_err(broken)?).await?;
        if !allows(&entry) {
            return Ok(false);
        }
        if let Some(key) = key {
            keys.put(key, KEY).map_err(broken)?;
        }
        for (name, bytes) in puts {
            records.put(&Uint8Array::from(&bytes[..]), name).map_err(broken)?;
        }
        for name in removes {
            records.delete(name).map_err(broken)?;
        }
        JsFuture::from(ended).await.map_err(|_| broken(transaction.0.error()))?;
        Ok(true)
    }

    /// Empties it: what cannot be deleted yet, because another tab is slow to let go, is then of no use.
    pub async fn clear(&self) -> Result<(), DrawerError> {
        let transaction = self.begin("readwrite")?;
        let ended = transaction.ended();
        for store in [KEYS, RECORDS] {
            transaction.store(store)?.clear().map_err(broken)?;
        }
        JsFuture::from(ended).await.map_err(|_| broken(transaction.0.error()))?;
        Ok(())
    }

    fn begin(&self, mode: &str) -> Result<Transaction, DrawerError> {
        let stores = Array::of2(&KEYS.into(), &RECORDS.into());
        let options = js_sys::Object::new();
        // On the disk when it says so, not only on its way there.
        let _ = js_sys::Reflect::set(&options, &"durability".into(), &"strict".into());
        Ok(Transaction(self.database.transaction(&stores, mode, &options).map_err(broken)?))
    }
}

struct Transaction(IDBTransaction);

impl Transaction {
    fn store(&self, name: &str) -> Result<IDBObjectStore, DrawerError> {
        self.0.object_store(name).map_err(broken)
    }

    fn ended(&self) -> Promise {
        Promise::new(&mut |resolve, reject| {
            self.0.set_oncomplete(&resolve);
            self.0.set_onabort(&reject);
        })
    }
}

fn factory() -> Result<IDBFactory, DrawerError> {
    let factory = property(&js_sys::global(), "indexedDB");
    match factory.is_object() {
        true => Ok(factory.unchecked_into()),
        false => Err(DrawerError::Refused("no IndexedDB".into())),
    }
}

/// What a request comes to.
async fn settled(request: &IDBRequest) -> Result<JsValue, DrawerError> {
    let promise = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(&resolve);
        request.set_onerror(&reject);
    });
    match JsFuture::from(promise).await {
        Ok(_) => request.result().map_err(broken),
        Err(_) => Err(broken(request.error())),
    }
}

fn broken(error: JsValue) -> DrawerError {
    DrawerError::Broken(message_of(&error))
}

fn refused(error: JsValue) -> DrawerError {
    DrawerError::Refused(message_of(&error))
}
