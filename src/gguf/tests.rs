use super::*;

/// A tensor of each type, a key of each kind.
fn sample() -> Writer {
    let mut writer = Writer::new();
    let values: Vec<f32> = (0..128).map(|i| (i as f32 - 60.0) / 17.0).collect();
    writer.put("general.architecture", "bert").unwrap();
    writer.put("a.u8", Value::U8(7)).unwrap();
    writer.put("a.i8", Value::I8(-7)).unwrap();
    writer.put("a.u16", Value::U16(700)).unwrap();
    writer.put("a.i16", Value::I16(-700)).unwrap();
    writer.put("a.u32", 7_000_000u32).unwrap();
    writer.put("a.i32", -7_000_000i32).unwrap();
    writer.put("a.u64", 1u64 << 40).unwrap();
    writer.put("a.i64", Value::I64(-(1 << 40))).unwrap();
    writer.put("a.f32", 1e-12f32).unwrap();
    writer.put("a.f64", Value::F64(1e-300)).unwrap();
    writer.put("a.bool", true).unwrap();
    writer.put("a.tokens", vec!["[CLS]".to_owned(), "▁店".to_owned(), String::new()]).unwrap();
    writer.put("a.types", vec![3i32, 1, 1]).unwrap();
    writer.put("a.bools", Value::Array(Array::Bool(vec![true, false]))).unwrap();
    writer.put("a.empty", Vec::<f32>::new()).unwrap();
    for ty in TensorType::WRITABLE {
        let bytes = quantize(ty, &values, 32).unwrap();
        writer.tensor(&format!("{ty}.weight"), ty, &[4, 32], bytes).unwrap();
    }
    // What is only read: any bytes are values.
    for ty in TensorType::ALL.into_iter().filter(|ty| !TensorType::WRITABLE.contains(ty)) {
        writer.tensor(&format!("{ty}.weight"), ty, &[2, 256], vec![0x35; ty.size_bytes(&[2, 256]).unwrap()]).unwrap();
    }
    writer
}

/// Marsaglia's xorshift: enough to pick bytes to break.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

#[test]
fn what_is_written_is_read_back() {
    let writer = sample();
    let bytes = writer.to_bytes().unwrap();
    let mut streamed = Vec::new();
    writer.write_to(&mut streamed).unwrap();
    assert_eq!(bytes, streamed);

    let gguf = Gguf::parse(bytes).unwrap();
    let keys: Vec<&str> = gguf.metadata().iter().map(|(key, _)| key).collect();
    assert_eq!(keys[..3], ["general.architecture", "a.u8", "a.i8"], "file order is kept");
    let meta = gguf.metadata();
    assert_eq!(meta.str("general.architecture").unwrap(), "bert");
    assert_eq!(meta.u32("a.u16").unwrap(), 700, "any integer that fits");
    assert_eq!(meta.u64("a.u64").unwrap(), 1 << 40);
    assert_eq!(meta.f32("a.f32").unwrap(), 1e-12);
    assert!(meta.bool("a.bool").unwrap());
    assert_eq!(meta.array_str("a.tokens").unwrap(), ["[CLS]", "▁店", ""]);
    assert_eq!(meta.array_i32("a.types").unwrap(), [3, 1, 1]);
    assert!(meta.array_f32("a.empty").unwrap().is_empty());

    let infos: Vec<_> = gguf.tensors().map(|info| (info.name.as_str(), info.ty, info.size_bytes)).collect();
    assert_eq!(
        infos[..4],
        [
            ("F32.weight", TensorType::F32, 512),
            ("F16.weight", TensorType::F16, 256),
            ("Q4_0.weight", TensorType::Q4_0, 72),
            ("Q8_0.weight", TensorType::Q8_0, 136),
        ]
    );
    let view = gguf.tensor("F32.weight").unwrap();
    assert_eq!(view.shape, [4, 32], "row-major");
    assert_eq!(view.to_f32()[60], 0.0);
    for info in gguf.tensors() {
        assert_eq!(info.offset % 32, 0);
    }
}

#[test]
fn a_declared_tensor_is_asked_for_row_by_row() {
    let mut writer = Writer::new();
    writer.declare("a", TensorType::Q8_0, &[3, 32]).unwrap();
    writer.tensor("b", TensorType::F32, &[1], vec![0, 0, 128, 63]).unwrap();
    assert_eq!(writer.to_bytes(), Err(GgufError::MissingTensor { name: "a".into() }));
    assert!(writer.write_to(&mut Vec::new()).is_err());
    let (mut out, mut n_rows) = (Vec::new(), 0);
    writer
        .write_with(&mut out, |name, ty, shape| {
            assert_eq!((name, ty, shape), ("a", TensorType::Q8_0, &[3, 32][..]));
            n_rows += 1;
            quantize(ty, &[127.0 * n_rows as f32; 32], 32).unwrap()
        })
        .unwrap();
    let gguf = Gguf::parse(out).unwrap();
    assert_eq!(gguf.tensor("b").unwrap().to_f32(), [1.0]);
    assert_eq!(gguf.tensor("a").unwrap().to_f32()[64], 127.0 * 3.0);
}

#[test]
fn missing_and_mistyped_keys_are_named() {
    let gguf = Gguf::parse(sample().to_bytes().unwrap()).unwrap();
    let meta = gguf.metadata();
    assert_eq!(meta.u32("nope"), Err(GgufError::MissingKey { key: "nope".into() }));
    assert_eq!(
        meta.array_str("a.types").unwrap_err().to_string(),
        "key `a.types` holds array of i32 where an array of str is wanted"
    );
    assert!(matches!(meta.u32("a.i8"), Err(GgufError::WrongType { .. })), "negative");
    assert!(matches!(meta.u32("a.u64"), Err(GgufError::WrongType { .. })), "too large");
    assert_eq!(gguf.tensor("nope").unwrap_err(), GgufError::MissingTensor { name: "nope".into() });
}

#[test]
fn the_alignment_of_the_file_is_respected() {
    let mut writer = Writer::new();
    writer.put("general.alignment", 128u32).unwrap();
    for name in ["a", "b"] {
        writer.tensor(name, TensorType::F32, &[2], vec![0; 8]).unwrap();
    }
    let gguf = Gguf::parse(writer.to_bytes().unwrap()).unwrap();
    let offsets: Vec<usize> = gguf.tensors().map(|info| info.offset).collect();
    assert_eq!(offsets, [128, 256]);
    for bad in [0u32, 4, 33] {
        let mut writer = Writer::new();
        writer.put("general.alignment", bad).unwrap();
        assert_eq!(writer.to_bytes(), Err(GgufError::BadAlignment { found: bad }));
    }
}

#[test]
fn version_2_is_read_and_others_are_refused() {
    let mut bytes = sample().to_bytes().unwrap();
    bytes[4] = 2;
    assert_eq!(Gguf::parse(bytes.clone()).unwrap().version(), 2);
    for version in [0, 1, 4] {
        bytes[4] = version;
        let error = Gguf::parse(bytes.clone()).unwrap_err();
        assert_eq!(error, GgufError::UnsupportedVersion { version: version.into() });
    }
    bytes[0] = b'g';
    assert!(matches!(Gguf::parse(bytes), Err(GgufError::BadMagic { .. })));
}

#[test]
fn every_prefix_is_an_error_but_for_the_last_padding() {
    let bytes = sample().to_bytes().unwrap();
    let end = Gguf::parse(bytes.clone()).unwrap().tensors().map(|info| info.offset + info.size_bytes).max().unwrap();
    for len in 0..end {
        assert!(Gguf::parse(bytes[..len].to_vec()).is_err(), "{len} of {end} bytes");
    }
    assert!(Gguf::parse(bytes[..end].to_vec()).is_ok(), "some writers leave the last padding out");
}

#[test]
fn broken_bytes_never_panic() {
    let original = sample().to_bytes().unwrap();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..20_000 {
        let mut bytes = original.clone();
        for _ in 0..=random.below(3) {
            let at = random.below(bytes.len());
            bytes[at] = random.below(256) as u8;
        }
        let Ok(gguf) = Gguf::parse(bytes) else { continue };
        for info in gguf.tensors() {
            let n_values: usize = info.shape.iter().product();
            assert_eq!(gguf.tensor(&info.name).unwrap().to_f32().len(), n_values);
        }
    }
}

/// A header with room for `n_tensors` and `n_kv`, followed by `rest`.
fn raw(n_tensors: u64, n_kv: u64, rest: &[&[u8]]) -> Result<Gguf, GgufError> {
    let mut bytes = b"GGUF\x03\0\0\0".to_vec();
    bytes.extend(n_tensors.to_le_bytes());
    bytes.extend(n_kv.to_le_bytes());
    rest.iter().for_each(|part| bytes.extend(*part));
    Gguf::parse(bytes)
}

fn text(s: &str) -> Vec<u8> {
    [&(s.len() as u64).to_le_bytes()[..], s.as_bytes()].concat()
}

/// A tensor's info with ggml's order of dimensions.
fn info(name: &str, dims: &[u64], ty: u32, start: u64) -> Vec<u8> {
    let mut out = text(name);
    out.extend((dims.len() as u32).to_le_bytes());
    dims.iter().for_each(|dim| out.extend(dim.to_le_bytes()));
    out.extend(ty.to_le_bytes());
    out.extend(start.to_le_bytes());
    out
}

#[test]
fn counts_beyond_the_file_are_refused_before_anything_is_allocated() {
    for (n_tensors, n_kv) in [(u64::MAX, 0), (0, u64::MAX), (1 << 40, 1), (1, 0)] {
        assert!(matches!(raw(n_tensors, n_kv, &[]), Err(GgufError::AbsurdCount { .. })));
    }
    // A string, then an array, each longer than any file.
    let key = text("k");
    let string = [&8u32.to_le_bytes()[..], &u64::MAX.to_le_bytes()].concat();
    assert!(matches!(raw(0, 1, &[&key, &string, &[0; 64]]), Err(GgufError::Truncated { .. })));
    let array = [&9u32.to_le_bytes()[..], &12u32.to_le_bytes(), &(1u64 << 61).to_le_bytes()].concat();
    assert!(matches!(raw(0, 1, &[&key, &array, &[0; 64]]), Err(GgufError::AbsurdCount { offset: 41, .. })));
}

#[test]
fn hostile_metadata_is_named_with_its_place() {
    let key = text("k");
    let ids = |id: u32| id.to_le_bytes();
    let nested = [&ids(9)[..], &ids(9), &[0; 8]].concat();
    assert_eq!(raw(0, 1, &[&key, &nested]).unwrap_err(), GgufError::NestedArray { offset: 37, key: "k".into() });
    assert_eq!(
        raw(0, 1, &[&key, &ids(13), &[0; 8]]).unwrap_err(),
        GgufError::UnknownValueType { offset: 33, key: "k".into(), id: 13 }
    );
    assert_eq!(raw(0, 1, &[&key, &ids(7), &[2]]).unwrap_err(), GgufError::BadBool { offset: 37, found: 2 });
    let bad = [&2u64.to_le_bytes()[..], &[0xc3, 0x28], &ids(0), &[0]].concat();
    assert_eq!(raw(0, 1, &[&bad]).unwrap_err(), GgufError::BadUtf8 { offset: 32 });
    let pair = [&key[..], &ids(0), &[1]].concat();
    assert_eq!(raw(0, 2, &[&pair, &pair]).unwrap_err(), GgufError::DuplicateKey { offset: 38, key: "k".into() });
}

#[test]
fn hostile_tensors_are_named_with_their_place() {
    let parse = |infos: &[Vec<u8>]| {
        let data = [0u8; 256];
        let parts: Vec<&[u8]> = infos.iter().map(Vec::as_slice).chain([&data[..]]).collect();
        raw(infos.len() as u64, 0, &parts).unwrap_err()
    };
    assert!(matches!(parse(&[info("t", &[8], 10, 0)]), GgufError::UnsupportedTensorType { offset: 24, id: 10, .. }));
    assert_eq!(
        parse(&[info("t", &[8], 10, 0)]).to_string(),
        "tensor `t` at byte 24 has type Q2_K (10); this build reads F32, F16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, \
         Q6_K, BF16"
    );
    assert!(parse(&[info("t", &[8], 4, 0)]).to_string().contains("4, which ggml does not have"));
    assert!(matches!(parse(&[info("t", &[8], 0, 8)]), GgufError::Misaligned { offset: 24, start: 8, .. }));
    assert!(matches!(parse(&[info("t", &[8], 0, 1 << 20)]), GgufError::OutOfRange { .. }));
    assert!(matches!(parse(&[info("t", &[8], 0, u64::MAX - 31)]), GgufError::OutOfRange { .. }));
    for dims in [&[0][..], &[1; 5], &[u64::MAX, 2], &[1 << 33, 1 << 33]] {
        assert!(matches!(parse(&[info("t", dims, 0, 0)]), GgufError::BadShape { .. }), "{dims:?}");
    }
    assert!(matches!(parse(&[info("t", &[16, 2], 8, 0)]), GgufError::BadShape { .. }), "half a block");
    let twice = [info("t", &[8], 0, 0), info("t", &[8], 0, 32)];
    assert!(matches!(parse(&twice), GgufError::DuplicateTensor { offset: 57, .. }));
    let overlapping = [info("t", &[16], 0, 0), info("u", &[8], 0, 32)];
    assert!(matches!(parse(&overlapping), GgufError::Overlap { .. }));
}

#[test]
fn the_writer_refuses_what_ggml_would_not_read() {
    let mut writer = sample();
    assert!(matches!(writer.put("a.u8", 1u32), Err(GgufError::DuplicateKey { .. })));
    let mut tensor = |name: &str, shape: &[usize], n: usize| writer.tensor(name, TensorType::Q8_0, shape, vec![0; n]);
    assert!(matches!(tensor("F32.weight", &[32], 34), Err(GgufError::DuplicateTensor { .. })));
    assert!(matches!(tensor(&"n".repeat(64), &[32], 34), Err(GgufError::LongName { .. })));
    assert!(matches!(tensor("x", &[32], 33), Err(GgufError::WrongSize { expected: 34, found: 33, .. })));
    assert!(matches!(tensor("x", &[16, 2], 34), Err(GgufError::PartialBlock { .. })));
    assert!(matches!(tensor("x", &[0], 0), Err(GgufError::BadShape { .. })));
}

#[test]
fn q8_0_has_ggmls_layout_and_rounding() {
    // The largest magnitude, 127, makes the scale 1: what is stored is the values, rounded half away
    // from zero.
    let mut block = [0f32; 32];
    block[..6].copy_from_slice(&[127.0, -127.0, 0.5, -0.5, 2.5, 1.4999]);
    let bytes = quantize(TensorType::Q8_0, &block, 32).unwrap();
    assert_eq!(bytes.len(), 34);
    assert_eq!(bytes[..8], [0x00, 0x3c, 127, 0x81, 1, 0xff, 3, 1], "f16 1.0, then signed bytes");
    let back = dequantize(TensorType::Q8_0, &bytes).unwrap();
    assert_eq!(back[..6], [127.0, -127.0, 1.0, -1.0, 3.0, 1.0]);
}

#[test]
fn q4_0_has_ggmls_layout_and_rounding() {
    // The value farthest from zero, 8, maps to −8 with scale −1; its opposite saturates at 7.
    let mut block = [0f32; 32];
    block[0] = 8.0;
    block[1] = -8.0;
    block[16] = 3.0;
    block[17] = -2.4;
    let bytes = quantize(TensorType::Q4_0, &block, 32).unwrap();
    assert_eq!(bytes.len(), 18);
    assert_eq!(bytes[..5], [0x00, 0xbc, 0x50, 0xaf, 0x88], "f16 −1.0; low nibbles 0..16, high nibbles 16..32");
    let back = dequantize(TensorType::Q4_0, &bytes).unwrap();
    assert_eq!((back[0], back[1], back[16], back[17]), (8.0, -7.0, 3.0, -2.0));
}

/// Random blocks of every type with the values that Python's `gguf` finds in them.
/// Producer: tests/reference/blocks.py.
#[test]
fn every_type_is_read_as_the_reference_reads_it() {
    let fixture: serde_json::Value =
        serde_json::from_str(include_str!("../../tests/fixtures/gguf/blocks.json")).unwrap();
    let hex = |text: &str| -> Vec<u8> {
        text.as_bytes().chunks(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
    };
    for ty in TensorType::ALL {
        let case = &fixture["types"][ty.to_string()];
        let values = dequantize(ty, &hex(case["bytes"].as_str().unwrap())).unwrap();
        let expected = hex(case["values"].as_str().unwrap());
        assert!(values.len() >= 2 * ty.block_len());
        let bits: Vec<u32> = values.iter().map(|x| x.to_bits()).collect();
        let expected: Vec<u32> = expected.as_chunks().0.iter().map(|&x| u32::from_le_bytes(x)).collect();
        assert_eq!(bits, expected, "{ty}, bit for bit");
    }
}

/// Three files as `gguf-split` makes them: one tensor each.
fn split(change: impl Fn(usize, &mut Writer)) -> Vec<Vec<u8>> {
    (0..3)
        .map(|no| {
            let mut writer = Writer::new();
            if no == 0 {
                writer.put("general.architecture", "llama").unwrap();
            }
            writer.put("split.no", Value::U16(no as u16)).unwrap();
            writer.put("split.count", Value::U16(3)).unwrap();
            writer.put("split.tensors.count", 3i32).unwrap();
            change(no, &mut writer);
            writer.tensor(&format!("t{no}"), TensorType::F32, &[1], (no as f32).to_le_bytes().to_vec()).unwrap();
            writer.to_bytes().unwrap()
        })
        .collect()
}

#[test]
fn the_files_of_a_split_model_open_as_one() {
    let mut files = split(|_, _| ());
    files.rotate_left(1);
    let gguf = Gguf::parse_split(files.clone()).unwrap();
    assert_eq!(gguf.metadata().str("general.architecture").unwrap(), "llama");
    assert_eq!(gguf.size_bytes(), files.iter().map(Vec::len).sum::<usize>());
    for (no, info) in gguf.tensors().enumerate() {
        assert_eq!((info.name.as_str(), info.part), (format!("t{no}").as_str(), no));
        assert_eq!(gguf.tensor(&info.name).unwrap().to_f32(), [no as f32]);
    }
    assert_eq!(split_names("m-00002-of-00003.gguf").unwrap()[2], "m-00003-of-00003.gguf");
    for name in ["m.gguf", "m-1-of-3.gguf", "m-00004-of-00003.gguf", "m-00000-of-00000.gguf", "m-+0001-of-00001.gguf"] {
        assert_eq!(split_names(name), None, "{name}");
    }
}

#[test]
fn files_that_do_not_make_a_model_are_refused() {
    let files = split(|_, _| ());
    let refused = |files: &[&Vec<u8>]| Gguf::parse_split(files.iter().map(|&file| file.clone()).collect()).unwrap_err();
    let missing = GgufError::IncompleteSplit { count: 3, found: 1 };
    assert_eq!(Gguf::parse(files[1].clone()).unwrap_err(), missing);
    assert_eq!(refused(&[&files[0], &files[2]]), GgufError::IncompleteSplit { count: 3, found: 2 });
    for wrong in [&[][..], &[&files[0], &files[1], &files[1]], &[&sample().to_bytes().unwrap(), &files[1], &files[2]]] {
        assert!(matches!(refused(wrong), GgufError::BadSplit { .. }));
    }
    let twice = split(|_, writer| writer.tensor("same", TensorType::F32, &[1], vec![0; 4]).unwrap());
    assert!(matches!(Gguf::parse_split(twice), Err(GgufError::BadSplit { .. })));
}

#[test]
fn quantization_is_as_close_as_its_step() {
    let mut random = Random(42);
    let values: Vec<f32> = (0..320).map(|_| random.below(2001) as f32 / 1000.0 - 1.0).collect();
    // Steps for values within ±1: half of 1/127 and half of 1/8 — for Q4_0 a whole one, where the end
    // opposite to the largest value saturates — plus what rounding the scale to f16 adds.
    for (ty, tolerance) in
        [(TensorType::F32, 0.0), (TensorType::F16, 5e-4), (TensorType::Q8_0, 0.0045), (TensorType::Q4_0, 0.126)]
    {
        let back = dequantize(ty, &quantize(ty, &values, 32).unwrap()).unwrap();
        let worst = values.iter().zip(&back).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst <= tolerance, "{ty}: {worst} > {tolerance}");
    }
    assert_eq!(dequantize(TensorType::Q4_0, &quantize(TensorType::Q4_0, &[0.0; 32], 32).unwrap()).unwrap(), [0.0; 32]);
}

#[test]
fn ragged_input_is_an_error() {
    assert!(matches!(quantize(TensorType::Q8_0, &[0.0; 48], 48), Err(GgufError::PartialBlock { .. })));
    assert!(matches!(quantize(TensorType::F32, &[0.0; 5], 2), Err(GgufError::RaggedRows { .. })));
    assert!(matches!(quantize(TensorType::Q4_K, &[0.0; 256], 256), Err(GgufError::NotWritable { .. })));
    assert!(matches!(quantize(TensorType::F32, &[], 0), Err(GgufError::RaggedRows { .. })));
    assert!(matches!(dequantize(TensorType::Q4_0, &[0; 19]), Err(GgufError::PartialBytes { .. })));
}

#[test]
fn the_head_is_read_from_a_beginning_of_any_length() {
    let bytes = sample().to_bytes().unwrap();
    let gguf = Gguf::parse(bytes.clone()).unwrap();
    let total = Some(bytes.len() as u64);
    let data_start = gguf.tensors().map(|info| info.offset).min().unwrap();
    for n in 0..bytes.len() {
        let head = Head::read(&bytes[..n], total).unwrap();
        assert!(head.metadata().len() <= gguf.metadata().len());
        assert!(!head.is_whole() || n + 32 > data_start, "whole at {n} of {data_start}");
    }
    for total in [total, None] {
        let head = Head::read(&bytes[..data_start], total).unwrap();
        assert!(head.is_whole());
        assert_eq!(head.metadata(), gguf.metadata());
        assert_eq!(head.end_bytes(), gguf.tensors().map(|info| (info.offset + info.size_bytes) as u64).max().unwrap());
        let n_parameters: u64 = gguf.tensors().map(|info| info.shape.iter().product::<usize>() as u64).sum();
        assert_eq!(head.n_parameters(), n_parameters);
        assert_eq!(head.main_type(), Some(TensorType::BF16));
    }
}

#[test]
fn what_is_wrong_with_a_file_shows_in_its_beginning() {
    let bytes = sample().to_bytes().unwrap();
    let total = Some(bytes.len() as u64);
    assert!(matches!(Head::read(b"<htm", total), Err(GgufError::BadMagic { .. })));
    let mut absurd = bytes.clone();
    absurd[8..16].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(matches!(Head::read(&absurd[..24], total), Err(GgufError::AbsurdCount { .. })));
    let mut long = bytes.clone();
    long[24..32].copy_from_slice(&(1u64 << 40).to_le_bytes());
    assert!(matches!(Head::read(&long[..40], total), Err(GgufError::Truncated { .. })));
    // A server that sends less than the tensors need is found out before they are fetched.
    let data_start = Gguf::parse(bytes.clone()).unwrap().tensors().map(|info| info.offset).min().unwrap();
    assert!(matches!(
        Head::read(&bytes[..data_start], Some(data_start as u64 + 64)),
        Err(GgufError::OutOfRange { .. })
    ));
}
