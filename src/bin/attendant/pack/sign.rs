//! `attendant pack keygen|sign|verify`.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use attendant::pack::Pack;
use attendant::pack::format::hex;
use attendant::pack::signature;
use attendant::platform::ed25519::SecretKey;
use attendant::platform::{block_on, clock};

pub fn keygen(output: &Path) -> anyhow::Result<()> {
    let key = SecretKey::generate();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(output).with_context(|| format!("cannot make {}", output.display()))?;
    writeln!(file, "{}", hex(&key.seed()))?;
    println!("{}", signature::public_hex(&key));
    eprintln!(
        "{} is secret: keep a copy where nobody else reads it. Pages are given the line above.",
        output.display()
    );
    Ok(())
}

pub fn sign(pack: &Path, key: &Path, output: Option<&Path>, issued: Option<u64>) -> anyhow::Result<()> {
    let secret = std::fs::read_to_string(key).with_context(|| format!("cannot read {}", key.display()))?;
    let seed = seed_of(secret.trim()).with_context(|| format!("{} is not what `pack keygen` writes", key.display()))?;
    let bytes = read(pack)?;
    // What a page would refuse is not worth a signature.
    Pack::open(&bytes).with_context(|| format!("{} cannot be opened", pack.display()))?;
    let issued = issued.unwrap_or((clock::unix_ms() / 1e3) as u64);
    let Some(signed) = signature::sign(&bytes, &SecretKey::from_seed(&seed), issued) else {
        bail!("{} is no pack", pack.display());
    };
    let output = output.unwrap_or(pack);
    // Renamed only when whole: what a server serves is one pack or the other.
    let part = output.with_extension("part");
    std::fs::write(&part, &signed).with_context(|| format!("cannot write {}", part.display()))?;
    std::fs::rename(&part, output).with_context(|| format!("cannot write {}", output.display()))?;
    println!("{}: signed, issued {issued}", output.display());
    Ok(())
}

pub fn verify(pack: &Path, key: Option<&str>) -> anyhow::Result<()> {
    let bytes = read(pack)?;
    let trusted = block_on(signature::check(&bytes, key, None));
    let pin = trusted.with_context(|| format!("{} is not to be trusted", pack.display()))?;
    Pack::open(bytes).with_context(|| format!("{} cannot be opened", pack.display()))?;
    match pin {
        Some(pin) => println!("signed by {}, issued {}", pin.key, pin.issued),
        None => println!("not signed"),
    }
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn seed_of(text: &str) -> Option<[u8; 32]> {
    let mut seed = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, digits) in seed.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(seed)
}
