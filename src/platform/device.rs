//! The compute devices of this machine.

use burn::tensor::Device;

use crate::protocol::{DeviceKind, DeviceReason};

/// Where a model's tensors live, which decides the kernels that compute with them.
#[derive(Clone)]
pub struct Placement {
    pub kind: DeviceKind,
    pub device: Device,
    /// In words, for the page and for bug reports.
    pub name: String,
    /// A GPU only in name: its work is done by the CPU (SwiftShader, lavapipe).
    pub is_software: bool,
    /// For [kernels of our own](crate::kernels::wgsl), beside Burn's.
    #[cfg(feature = "gpu")]
    pub gpu: Option<Gpu>,
}

/// A GPU as wgpu knows it: the device that Burn computes on, too.
#[cfg(feature = "gpu")]
#[derive(Clone)]
pub struct Gpu {
    pub device: burn::tensor::wgpu::wgpu::Device,
    pub queue: burn::tensor::wgpu::wgpu::Queue,
}

#[cfg(feature = "gpu")]
impl Gpu {
    /// Waits until all that was handed over is done; in a browser, which calls back when it is, does nothing.
    ///
    /// # Errors
    /// What the GPU said.
    pub fn settle(&self) -> Result<(), String> {
        if cfg!(target_arch = "wasm32") {
            return Ok(());
        }
        let waited = self.device.poll(burn::tensor::wgpu::wgpu::PollType::wait_indefinitely());
        waited.map(drop).map_err(|error| error.to_string())
    }

    /// Does `work`, and fails where the GPU took offence at it: memory that it has not, a kernel that it does not take.
    ///
    /// # Errors
    /// What the GPU said.
    pub async fn checked<T>(&self, work: impl Future<Output = T>) -> Result<T, String> {
        use burn::tensor::wgpu::wgpu::ErrorFilter;

        let memory = self.device.push_error_scope(ErrorFilter::OutOfMemory);
        let validation = self.device.push_error_scope(ErrorFilter::Validation);
        let done = work.await;
        let (validation, memory) = (validation.pop().await, memory.pop().await);
        validation.or(memory).map_or(Ok(done), |error| Err(error.to_string()))
    }
}

impl Placement {
    /// The CPU tier: Burn's `flex` backend with our own [matrix product](crate::kernels::fixed_point).
    pub fn cpu() -> Self {
        let name = if cfg!(target_feature = "simd128") { "WebAssembly SIMD" } else { std::env::consts::ARCH };
        Self {
            kind: DeviceKind::Cpu,
            device: Device::flex(),
            name: name.into(),
            is_software: false,
            #[cfg(feature = "gpu")]
            gpu: None,
        }
    }

    /// WebGPU in a browser, else whichever graphics API the system has: opened once, for all models together.
    ///
    /// # Errors
    /// What kept it from opening, as the page reports it.
    #[cfg(feature = "gpu")]
    pub async fn gpu() -> Result<Self, DeviceReason> {
        static OPEN: futures::lock::Mutex<Option<Placement>> = futures::lock::Mutex::new(None);
        let mut open = OPEN.lock().await;
        if open.is_none() {
            *open = Some(Self::open_gpu().await?);
        }
        open.clone().ok_or(DeviceReason::NoAdapter)
    }

    #[cfg(feature = "gpu")]
    async fn open_gpu() -> Result<Self, DeviceReason> {
        use burn::tensor::wgpu::{WgpuInitError, wgpu::DeviceType};

        if !has_gpu_api() {
            return Err(DeviceReason::NoAdapter);
        }
        match Device::wgpu_options().init_with_setup_async().await {
            Ok((device, setup)) => {
                let info = setup.adapter.get_info();
                // A browser names no type; its software adapters give themselves away by name.
                let software_name = ["swiftshader", "llvmpipe", "software", "basic render"]
                    .iter()
                    .any(|name| format!("{} {}", info.name, info.driver).to_lowercase().contains(name));
                let is_software = info.device_type == DeviceType::Cpu || software_name;
                let name = if info.name.is_empty() { format!("{:?}", info.backend) } else { info.name };
                let gpu = Some(Gpu { device: setup.device, queue: setup.queue });
                Ok(Self { kind: DeviceKind::Gpu, device, name, is_software, gpu })
            }
            Err(WgpuInitError::AdapterUnavailable { .. }) => Err(DeviceReason::NoAdapter),
            Err(error) => Err(DeviceReason::Refused { message: error.to_string() }),
        }
    }

    /// Does `work`, and fails where it is a GPU's and the GPU took offence at it.
    ///
    /// # Errors
    /// What the GPU said.
    pub async fn checked<T>(&self, work: impl Future<Output = T>) -> Result<T, String> {
        #[cfg(feature = "gpu")]
        if let Some(gpu) = &self.gpu {
            return gpu.checked(work).await;
        }
        Ok(work.await)
    }

    #[cfg(not(feature = "gpu"))]
    pub async fn gpu() -> Result<Self, DeviceReason> {
        Err(DeviceReason::NoAdapter)
    }
}

/// Whether asking for an adapter makes sense at all.
#[cfg(all(feature = "gpu", target_arch = "wasm32"))]
fn has_gpu_api() -> bool {
    let navigator = js_sys::Reflect::get(&js_sys::global(), &"navigator".into());
    navigator.and_then(|navigator| js_sys::Reflect::get(&navigator, &"gpu".into())).is_ok_and(|gpu| gpu.is_object())
}

#[cfg(all(feature = "gpu", not(target_arch = "wasm32")))]
fn has_gpu_api() -> bool {
    true
}
