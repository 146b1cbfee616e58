//! Answers read aloud by a voice of the device's own. Voices that a browser asks a server for
//! (`localService` is false) would carry the answer away, so they are not used.
//! Web Speech API: <https://webaudio.github.io/web-speech-api/>.

use wasm_bindgen::prelude::*;

use crate::protocol::Language;

#[wasm_bindgen]
extern "C" {
    type SpeechSynthesis;
    #[wasm_bindgen(method, js_name = getVoices)]
    fn get_voices(this: &SpeechSynthesis) -> js_sys::Array;
    #[wasm_bindgen(method)]
    fn speak(this: &SpeechSynthesis, utterance: &SpeechSynthesisUtterance);
    #[wasm_bindgen(method)]
    fn cancel(this: &SpeechSynthesis);

    type SpeechSynthesisVoice;
    #[wasm_bindgen(method, getter)]
    fn lang(this: &SpeechSynthesisVoice) -> String;
    #[wasm_bindgen(method, getter, js_name = localService)]
    fn local_service(this: &SpeechSynthesisVoice) -> bool;

    type SpeechSynthesisUtterance;
    #[wasm_bindgen(constructor)]
    fn new(text: &str) -> SpeechSynthesisUtterance;
    #[wasm_bindgen(method, setter)]
    fn set_voice(this: &SpeechSynthesisUtterance, voice: &SpeechSynthesisVoice);
    #[wasm_bindgen(method, setter)]
    fn set_lang(this: &SpeechSynthesisUtterance, lang: &str);
    #[wasm_bindgen(method, setter)]
    fn set_onend(this: &SpeechSynthesisUtterance, then: &JsValue);
    #[wasm_bindgen(method, setter)]
    fn set_onerror(this: &SpeechSynthesisUtterance, then: &JsValue);
}

fn synthesis() -> Option<SpeechSynthesis> {
    let synthesis = js_sys::Reflect::get(&js_sys::global(), &"speechSynthesis".into()).ok()?;
    (!synthesis.is_falsy()).then(|| synthesis.unchecked_into())
}

/// A voice of the device's for the language.
fn voice(synthesis: &SpeechSynthesis, language: Language) -> Option<SpeechSynthesisVoice> {
    let voices = synthesis.get_voices().into_iter().map(JsCast::unchecked_into::<SpeechSynthesisVoice>);
    voices.into_iter().find(|voice| {
        voice.local_service() && voice.lang().get(..2).is_some_and(|tag| tag.eq_ignore_ascii_case(language.code()))
    })
}

/// Whether the device can read the language aloud by itself. Browsers load their voices late: asked when
/// an answer has come, most have them.
pub fn can_speak(language: Language) -> bool {
    synthesis().is_some_and(|synthesis| voice(&synthesis, language).is_some())
}

/// Reads the text aloud, in place of what is being read; `then` is called when it has ended or was cut off.
pub fn speak(text: &str, language: Language, then: impl FnMut() + 'static) {
    let Some(synthesis) = synthesis() else { return };
    let Some(voice) = voice(&synthesis, language) else { return };
    synthesis.cancel();
    let utterance = SpeechSynthesisUtterance::new(text);
    utterance.set_lang(language.tag());
    utterance.set_voice(&voice);
    let then = Closure::<dyn FnMut()>::new(then).into_js_value();
    utterance.set_onend(&then);
    utterance.set_onerror(&then);
    synthesis.speak(&utterance);
}

/// Ends the reading.
pub fn hush() {
    if let Some(synthesis) = synthesis() {
        synthesis.cancel();
    }
}
