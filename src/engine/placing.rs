//! Which device a model runs on: asked for, or measured.

use std::sync::Arc;

use crate::engine::{Embedder, EmbedderError};
use crate::gguf::Gguf;
use crate::platform::clock::now_ms;
use crate::platform::device::Placement;
use crate::protocol::{DeviceKind, DevicePreference, DeviceReason, DeviceReport};

/// What both devices are timed on: a question of usual length (about 24 tokens).
const PROBE: &str =
    "Hello, could you please tell me how long a parcel to Canada takes, and what it costs if I order two teapots?";

/// The median of so many runs decides, after one that compiles pipelines and warms caches.
const N_PROBES: usize = 3;

/// Loads the model on the device that `preference` leads to.
pub async fn load(gguf: Arc<Gguf>, preference: DevicePreference) -> Result<(Embedder, DeviceReport), EmbedderError> {
    // First on the CPU, whatever comes: a file that does not load is found here, and there is a way back.
    let on_cpu = Embedder::of(gguf, Placement::cpu())?;
    if preference == DevicePreference::Cpu || !on_cpu.has_layers() {
        return Ok(reported(on_cpu, DeviceReason::Preferred));
    }
    let gpu = match Placement::gpu().await {
        Ok(gpu) => gpu,
        Err(reason) => return Ok(reported(on_cpu, reason)),
    };
    if preference == DevicePreference::Auto && gpu.is_software {
        let message = format!("{} is a software adapter", gpu.name);
        return Ok(reported(on_cpu, DeviceReason::Refused { message }));
    }
    let on_gpu = on_cpu.on(gpu)?;
    let gpu_ms = match time(&on_gpu).await {
        Ok(gpu_ms) => gpu_ms,
        Err(error) => return Ok(reported(on_cpu, DeviceReason::Refused { message: error.to_string() })),
    };
    if preference == DevicePreference::Gpu {
        return Ok(reported(on_gpu, DeviceReason::Preferred));
    }
    let cpu_ms = time(&on_cpu).await?;
    let faster = if gpu_ms < cpu_ms { on_gpu } else { on_cpu };
    Ok(reported(faster, DeviceReason::Measured { cpu_ms, gpu_ms }))
}

/// Of what runs on the CPU whatever is asked for.
pub fn on_cpu() -> DeviceReport {
    let Placement { kind, name, .. } = Placement::cpu();
    DeviceReport { kind, name, reason: DeviceReason::Preferred }
}

/// The same model on the CPU, because of `reason`.
pub fn retreat(embedder: &Embedder, reason: DeviceReason) -> Result<(Embedder, DeviceReport), EmbedderError> {
    Ok(reported(embedder.on(Placement::cpu())?, reason))
}

pub fn is_gpu(embedder: &Embedder) -> bool {
    embedder.placement().kind == DeviceKind::Gpu
}

/// Milliseconds for one embedding of [`PROBE`].
async fn time(embedder: &Embedder) -> Result<f64, EmbedderError> {
    embedder.embed(&[PROBE]).await?;
    let mut times = [0.0; N_PROBES];
    for time in &mut times {
        let start = now_ms();
        embedder.embed(&[PROBE]).await?;
        *time = now_ms() - start;
    }
    times.sort_by(f64::total_cmp);
    Ok(times[N_PROBES / 2])
}

fn reported(embedder: Embedder, reason: DeviceReason) -> (Embedder, DeviceReport) {
    let Placement { kind, name, .. } = embedder.placement();
    let report = DeviceReport { kind: *kind, name: name.clone(), reason };
    (embedder, report)
}
