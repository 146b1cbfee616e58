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
}

impl Placement {
    /// The CPU tier: Burn's `flex` backend with our own [matrix product](crate::kernels::fixed_point).
    pub fn cpu() -> Self {
        let name = if cfg!(target_feature = "simd128") { "WebAssembly SIMD" } else { std::env::consts::ARCH };
        Self { kind: DeviceKind::Cpu, device: Device::flex(), name: name.into(), is_software: false }
    }

    /// WebGPU in a browser, else whichever graphics API the system has. To be called once a process:
    /// Burn keeps one runtime a device.
    ///
    /// # Errors
    /// What kept it from opening, as the page reports it.
    #[cfg(feature = "gpu")]
    pub async fn gpu() -> Result<Self, DeviceReason> {
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
                Ok(Self { kind: DeviceKind::Gpu, device, name, is_software })
            }
            Err(WgpuInitError::AdapterUnavailable { .. }) => Err(DeviceReason::NoAdapter),
            Err(error) => Err(DeviceReason::Refused { message: error.to_string() }),
        }
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
