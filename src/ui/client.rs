//! A stand-in for the handle to the worker until that lands.

use leptos::prelude::*;

use super::browser;
use crate::protocol::{Event, Request, RequestId};

pub const WORKER_URL: &str = "worker_loader.js";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    Starting,
    Ready,
    Restarting { attempt: u32 },
    Lost,
}

#[derive(Clone)]
pub struct Client {
    health: ReadSignal<Health>,
}

impl Client {
    pub fn start(_worker_url: &str, _on_unsolicited: impl Fn(Event) + 'static) -> Client {
        Client { health: signal(Health::Ready).0 }
    }

    pub fn send(
        &self,
        request: Request,
        _transfer: Option<js_sys::ArrayBuffer>,
        on_event: impl FnMut(Event) + 'static,
    ) -> RequestId {
        browser::after_ms(400, move || super::fixture::answer(request, on_event));
        1
    }

    pub fn cancel(&self, _id: RequestId) {}

    pub fn health(&self) -> ReadSignal<Health> {
        self.health
    }
}
