//! Which device a model runs on: asked for, or measured.

use std::sync::Arc;

use crate::engine::writer::{Writer, WriterError};
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
    let gpu = match open(preference).await {
        Ok(gpu) => gpu,
        Err(reason) => return Ok(reported(on_cpu, reason)),
    };
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

/// The GPU, where `preference` does not rule it out.
async fn open(preference: DevicePreference) -> Result<Placement, DeviceReason> {
    let gpu = Placement::gpu().await?;
    if preference == DevicePreference::Auto && gpu.is_software {
        return Err(DeviceReason::Refused { message: format!("{} is a software adapter", gpu.name) });
    }
    Ok(gpu)
}

/// Loads a language model on the device that `preference` leads to.
///
/// # Errors
/// A file that does not load on the CPU either.
pub async fn load_writer(gguf: Arc<Gguf>, preference: DevicePreference) -> Result<(Writer, DeviceReport), WriterError> {
    let on_cpu = Writer::load(gguf.clone(), &Placement::cpu())?;
    let report = |writer: &Writer, reason| reported_of(&writer.placement(), reason);
    if preference == DevicePreference::Cpu {
        let report = report(&on_cpu, DeviceReason::Preferred);
        return Ok((on_cpu, report));
    }
    let gpu = match open(preference).await {
        Ok(gpu) => gpu,
        Err(reason) => {
            let report = report(&on_cpu, reason);
            return Ok((on_cpu, report));
        }
    };
    let on_gpu = async {
        let writer = Writer::load(gguf, &gpu)?;
        let ms = writer.time_step().await?;
        Ok::<_, WriterError>((writer, ms))
    };
    match gpu.checked(on_gpu).await {
        Ok(Ok((on_gpu, _))) if preference == DevicePreference::Gpu => {
            let report = report(&on_gpu, DeviceReason::Preferred);
            Ok((on_gpu, report))
        }
        Ok(Ok((on_gpu, gpu_ms))) => {
            let cpu_ms = on_cpu.time_step().await?;
            let faster = if gpu_ms < cpu_ms { on_gpu } else { on_cpu };
            let report = report(&faster, DeviceReason::Measured { cpu_ms, gpu_ms });
            Ok((faster, report))
        }
        refused => {
            let message = refused.map_or_else(
                |message| message,
                |loaded| loaded.err().map(|error| error.to_string()).unwrap_or_default(),
            );
            let report = report(&on_cpu, DeviceReason::Refused { message });
            Ok((on_cpu, report))
        }
    }
}

/// Of what runs on the CPU whatever is asked for.
pub fn on_cpu() -> DeviceReport {
    reported_of(&Placement::cpu(), DeviceReason::Preferred)
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
    let report = reported_of(embedder.placement(), reason);
    (embedder, report)
}

fn reported_of(Placement { kind, name, .. }: &Placement, reason: DeviceReason) -> DeviceReport {
    DeviceReport { kind: *kind, name: name.clone(), reason }
}
