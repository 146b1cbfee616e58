//! Any bytes are a GGUF file or an error.

use attendant::gguf::Gguf;
use attendant::tokenizer::{EncodeOptions, Message, Tokenizer};

/// Larger tensors are the same code for longer.
const MAX_VALUES: usize = 1 << 16;

pub fn check(bytes: &[u8]) {
    let Ok(gguf) = Gguf::parse(bytes.to_vec()) else { return };
    assert_eq!(gguf.size_bytes(), bytes.len());
    for info in gguf.tensors() {
        let n_values: usize = info.shape.iter().product();
        if n_values <= MAX_VALUES {
            assert_eq!(gguf.tensor(&info.name).expect("it is listed").to_f32().len(), n_values);
        }
    }
    let Ok(tokenizer) = Tokenizer::from_metadata(gguf.metadata()) else { return };
    for options in [(false, false), (true, true)] {
        let (add_special, parse_special) = options;
        let ids = tokenizer.encode("<s>Hé 1234\n店🙂<|im_end|>", EncodeOptions { add_special, parse_special });
        tokenizer.decode(&ids);
    }
    if let Some(template) = tokenizer.chat_template() {
        let _ = template.render(&[Message::new("user", "Hi")], true);
    }
}
