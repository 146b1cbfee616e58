//! Which device a model runs on: asked for, or measured.

use std::sync::Arc;

use crate::engine::writer::{Writer, WriterError};
use crate::engine::{Embedder, EmbedderError};
use crate::generate::Generator;
use crate::gguf::Gguf;
use crate::model::ModelError;
use crate::platform::clock::now_ms;
use crate::platform::device::Placement;
use crate::protocol::{DeviceKind, DevicePreference, DeviceReason, DeviceReport};

/// What both devices are timed on: a question of usual length (about 24 tokens).
const PROBE: &str =
    "Hello, could you please tell me how long a parcel to Canada takes, and what it costs if I order two teapots?";

/// What a language model reads before its steps are timed.
const N_PROBE_TOKENS: usize = 8;

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
    let writer = Writer::load(gguf, &Placement::cpu())?;
    let reason = match preference {
        DevicePreference::Cpu => DeviceReason::Preferred,
        _ => try_gpu(&writer, preference).await?,
    };
    let report = report(&writer.placement(), reason);
    Ok((writer, report))
}

/// Moves a writer to the GPU where that is wanted or faster; why it is where it is then.
async fn try_gpu(writer: &Writer, preference: DevicePreference) -> Result<DeviceReason, WriterError> {
    let gpu = match open(preference).await {
        Ok(gpu) => gpu,
        Err(reason) => return Ok(reason),
    };
    let on_gpu = async {
        let generator = writer.generator_on(&gpu)?;
        let ms = time_step(&generator).await?;
        Ok::<_, WriterError>((generator, ms))
    };
    let (on_gpu, gpu_ms) = match gpu.checked(on_gpu).await {
        Ok(Ok(timed)) => timed,
        Ok(Err(error)) => return Ok(DeviceReason::Refused { message: error.to_string() }),
        Err(message) => return Ok(DeviceReason::Refused { message }),
    };
    if preference == DevicePreference::Gpu {
        writer.move_to(on_gpu);
        return Ok(DeviceReason::Preferred);
    }
    let cpu_ms = time_step(&writer.generator()).await?;
    if gpu_ms < cpu_ms {
        writer.move_to(on_gpu);
    }
    Ok(DeviceReason::Measured { cpu_ms, gpu_ms })
}

/// Of what runs on the CPU whatever is asked for.
pub fn on_cpu() -> DeviceReport {
    report(&Placement::cpu(), DeviceReason::Preferred)
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
    median_ms(async || embedder.embed(&[PROBE]).await.map(drop)).await
}

/// Milliseconds that a token takes behind a short text.
async fn time_step(generator: &Generator) -> Result<f64, ModelError> {
    let decoder = generator.decoder();
    let mut state = decoder.new_state(decoder.config().max_seq.min(N_PROBE_TOKENS + N_PROBES + 1))?;
    let ids: Vec<u32> = (0..decoder.n_vocab().min(N_PROBE_TOKENS) as u32).collect();
    decoder.prefill(&mut state, &ids).await?;
    median_ms(async || decoder.decode_step(&mut state, 0).await.map(drop)).await
}

/// The median of [`N_PROBES`] runs, in milliseconds, after one that does not count.
async fn median_ms<E>(mut run: impl AsyncFnMut() -> Result<(), E>) -> Result<f64, E> {
    run().await?;
    let mut times = [0.0; N_PROBES];
    for time in &mut times {
        let start = now_ms();
        run().await?;
        *time = now_ms() - start;
    }
    times.sort_by(f64::total_cmp);
    Ok(times[N_PROBES / 2])
}

fn reported(embedder: Embedder, reason: DeviceReason) -> (Embedder, DeviceReport) {
    let report = report(embedder.placement(), reason);
    (embedder, report)
}

fn report(Placement { kind, name, .. }: &Placement, reason: DeviceReason) -> DeviceReport {
    DeviceReport { kind: *kind, name: name.clone(), reason }
}
