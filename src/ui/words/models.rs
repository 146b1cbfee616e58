//! The models that a user keeps, in words.

use super::{Phrase, bytes};
use crate::protocol::{Language, Refusal, Refused};

phrases! {
    TITLE: "Your own models" / "您自己的模型";
    LEAD: "Keep a model file (GGUF) in this browser: an embedding model, or a small language model such as Llama, Qwen or Gemma. It stays on this device, and the attendant works without one."
        / "可以把模型文件（GGUF）保存在此浏览器里：向量模型，或 Llama、Qwen、Gemma 等小型语言模型。文件只留在这台设备上；没有它，店员照常工作。";
    REPHRASE: "Let the language model that is open put answers into other words" / "让已打开的语言模型改写回答的措辞";
    REPHRASE_NOTE: "Off unless you turn it on. The shop's own words come first. They are replaced only where every number, price, date, name and condition stays the same, and a model that is too slow on this device is not asked again."
        / "默认关闭。先显示本店原文；只有数字、价格、日期、名称和条件全都不变，才换成改写后的措辞。模型在这台设备上太慢时不再使用。";
    OFFERED: "From this shop" / "本店提供";
    ADD: "Add" / "添加";
    URL: "Address of a GGUF file" / "GGUF 文件的网址";
    URL_NOTE: "At this shop's own address only: the page's rules let it fetch from nowhere else. With #sha256=… at its end the file is checked against it."
        / "仅限本店网址：本页的安全策略不允许从别处获取。网址末尾加上 #sha256=…，即按它核对文件。";
    FILE: "Or a file that you have" / "或您已有的文件";
    CHOOSE_FILE: "Choose a file…" / "选择文件……";
    OR_DROP: "or drop it anywhere on this page" / "或拖放到本页任意处";
    DROP_NOW: "Drop the file to add it" / "松开即可添加";
    NONE_KEPT: "No models of your own yet." / "还没有您自己的模型。";
    PAUSE: "Pause" / "暂停";
    RESUME: "Go on" / "继续";
    CHOOSE_AGAIN: "Choose the same file again to go on" / "再次选择同一文件以继续";
    CANCEL: "Cancel" / "取消";
    DELETE: "Delete" / "删除";
    KEEP: "Keep it" / "保留";
    OPEN: "Open" / "打开";
    OPENING: "Opening…" / "正在打开……";
    LICENSE: "Licence" / "许可";
    NO_LICENSE: "the file names none" / "文件未注明";
    ORIGIN: "Origin" / "来源";
    NO_ORIGIN: "the file does not say" / "文件未注明";
    YOUR_FILE: "a file of yours" / "您的文件";
    VERIFIED: "Verified. SHA-256" / "已校验 SHA-256";
    ELSEWHERE: "Another tab is fetching it." / "另一个标签页正在获取。";
    STARTING: "The attendant is still starting. Try again in a moment." / "店员还在启动，请稍后再试。";
    LOOKING: "Looking at the file…" / "正在查看文件……";
}

/// `Delete Tiny?`
pub fn delete_question(language: Language, name: &str) -> String {
    match language {
        Language::En => format!("Delete {name} from this device?"),
        Language::Zh => format!("从这台设备上删除 {name}？"),
    }
}

/// A button's name for those who do not see which row it stands in.
pub fn of_model(label: &str, name: &str) -> String {
    format!("{label}: {name}")
}

/// `135 M parameters`.
pub fn n_parameters(language: Language, n: u64) -> String {
    let n = match n {
        0..1_000_000 => format!("{:.0} k", n as f64 / 1e3),
        1_000_000..10_000_000 => format!("{:.1} M", n as f64 / 1e6),
        10_000_000..1_000_000_000 => format!("{:.0} M", n as f64 / 1e6),
        _ => format!("{:.1} B", n as f64 / 1e9),
    };
    match language {
        Language::En => format!("{n} parameters"),
        Language::Zh => format!("{n} 参数"),
    }
}

/// How far an addition has come: the second arm is for one whose size nobody has told.
pub fn came(language: Language, loaded_bytes: u64, total_bytes: u64) -> String {
    let (loaded, total) = (bytes(loaded_bytes), bytes(total_bytes));
    match (language, total_bytes) {
        (Language::En, 0) => format!("{loaded} so far"),
        (Language::En, _) => format!("{loaded} of {total}"),
        (Language::Zh, 0) => format!("已有 {loaded}"),
        (Language::Zh, _) => format!("{loaded} / {total}"),
    }
}

pub fn per_second(language: Language, bytes_per_sec: f64) -> String {
    let bytes = bytes(bytes_per_sec as u64);
    match language {
        Language::En => format!("{bytes} a second"),
        Language::Zh => format!("每秒 {bytes}"),
    }
}

/// Rounded as far as it can be believed.
pub fn remaining(language: Language, secs: f64) -> String {
    let (n, unit) = match secs {
        0.0..10.0 => (0, ("", "")),
        10.0..90.0 => (10 * (secs / 10.0).round() as u64, ("seconds", "秒")),
        90.0..5_400.0 => ((secs / 60.0).round() as u64, ("minutes", "分钟")),
        _ => ((secs / 3_600.0).round() as u64, ("hours", "小时")),
    };
    match (language, n) {
        (Language::En, 0) => "a few seconds left".into(),
        (Language::En, n) => format!("about {n} {} left", unit.0),
        (Language::Zh, 0) => "还剩几秒".into(),
        (Language::Zh, n) => format!("约剩 {n} {}", unit.1),
    }
}

pub fn rereading(language: Language, loaded_bytes: u64) -> String {
    let loaded = bytes(loaded_bytes);
    match language {
        Language::En => format!("Checking the {loaded} that have come already"),
        Language::Zh => format!("正在校验已有的 {loaded}"),
    }
}

pub fn stopped_at(language: Language, held_bytes: u64, size_bytes: u64) -> String {
    let came = came(language, held_bytes, size_bytes);
    match language {
        Language::En => format!("Stopped: {came}. What has come is kept."),
        Language::Zh => format!("已暂停：{came}。已有的部分会保留。"),
    }
}

/// For a screen reader, at every quarter.
pub fn percent_come(language: Language, name: &str, percent: u64) -> String {
    match language {
        Language::En => format!("{percent} percent of {name} has come."),
        Language::Zh => format!("{name} 已完成 {percent}%。"),
    }
}

pub fn is_kept(language: Language, name: &str) -> String {
    match language {
        Language::En => format!("{name} is on this device, whole and verified."),
        Language::Zh => format!("{name} 已完整保存在这台设备上，并通过校验。"),
    }
}

pub fn is_paused(language: Language, name: &str) -> String {
    match language {
        Language::En => format!("{name} is paused. What has come is kept."),
        Language::Zh => format!("{name} 已暂停，已有的部分会保留。"),
    }
}

pub fn is_deleted(language: Language, name: &str) -> String {
    match language {
        Language::En => format!("{name} is deleted."),
        Language::Zh => format!("{name} 已删除。"),
    }
}

pub fn is_open(language: Language, name: &str) -> String {
    match language {
        Language::En => format!("{name} is open in the engine."),
        Language::Zh => format!("引擎已打开 {name}。"),
    }
}

/// What came of an attempt, and its name before it.
pub fn about(language: Language, name: &str, sentence: &str) -> String {
    match language {
        Language::En => format!("{name}: {sentence}"),
        Language::Zh => format!("{name}：{sentence}"),
    }
}

/// Why a model is not kept, and what helps.
pub fn refusal(language: Language, refused: &Refused) -> String {
    let Refused { why, needed_bytes, fits_bytes, detail } = refused;
    let (needed, fits) = (bytes(*needed_bytes), bytes(*fits_bytes));
    match (language, why) {
        (Language::En, Refusal::Address) if detail.is_empty() => {
            "That is no address. Write one like models/name.gguf.".into()
        }
        (Language::En, Refusal::Address) => format!(
            "The page's own rules let it fetch from this shop's address alone, not from {detail}. Save the file with your browser, then choose or drop it here. A shop owner can also put it beside the shop."
        ),
        (Language::En, Refusal::Missing) => {
            format!("There is no such file at that address: the server answered {detail}. Check how it is spelled.")
        }
        (Language::En, Refusal::Malformed) => {
            "This is no GGUF model, or a damaged one. Choose a file whose name ends in .gguf; if it was downloaded, download it anew.".into()
        }
        (Language::En, Refusal::Architecture) => format!(
            "The attendant cannot run models of the kind “{detail}”. It runs embedding models (bert) and language models of the Llama, Qwen 2, Qwen 3 and Gemma 3 families."
        ),
        (Language::En, Refusal::Split) => format!(
            "This is one of {detail} files of a split model. Join them into one file (llama-gguf-split --merge) and add that."
        ),
        (Language::En, Refusal::Quota) => format!(
            "There is no room: it takes {needed} more, and the browser leaves this site {fits}. Nothing was kept. Delete a model below, or free some room on the device; what fits now is a file of up to {fits}."
        ),
        (Language::En, Refusal::Memory) => format!(
            "It is too large to run here: it has {needed}, and this device can open a file of up to {fits}. Nothing was fetched. Choose a smaller model, or the same one in fewer bits (Q4_0 or Q4_K_M)."
        ),
        (Language::En, Refusal::Hash) => {
            "This is not the file that was promised: its size or its SHA-256 is another. Nothing was kept. Check the address and the hash with whoever gave them to you.".into()
        }
        (Language::En, Refusal::Store) => {
            "The browser does not let the page store it, as in some private windows. Open the shop in an ordinary window and try again.".into()
        }
        (Language::Zh, Refusal::Address) if detail.is_empty() => "这不是网址。请写成 models/name.gguf 这样。".into(),
        (Language::Zh, Refusal::Address) => format!(
            "本页的安全策略只允许从本店网址获取文件，不能从 {detail} 获取。请先用浏览器下载该文件，再在这里选择或拖放；店主也可以把它放在店铺旁边。"
        ),
        (Language::Zh, Refusal::Missing) => {
            format!("该网址没有这个文件：服务器返回 {detail}。请检查拼写。")
        }
        (Language::Zh, Refusal::Malformed) => {
            "这不是 GGUF 模型，或者文件已损坏。请选择以 .gguf 结尾的文件；如果是下载的，请重新下载。".into()
        }
        (Language::Zh, Refusal::Architecture) => format!(
            "店员无法运行“{detail}”类型的模型。可以运行向量模型（bert），以及 Llama、Qwen 2、Qwen 3 和 Gemma 3 系列的语言模型。"
        ),
        (Language::Zh, Refusal::Split) => {
            format!("这是一个分成 {detail} 个文件的模型中的一个。请先合并（llama-gguf-split --merge），再添加合并后的文件。")
        }
        (Language::Zh, Refusal::Quota) => format!(
            "空间不足：还需要 {needed}，浏览器只给本站留了 {fits}。没有保存任何内容。请删除下面的某个模型，或在设备上腾出空间；目前放得下不超过 {fits} 的文件。"
        ),
        (Language::Zh, Refusal::Memory) => format!(
            "模型太大，无法在此运行：文件有 {needed}，这台设备最多能打开 {fits}。没有下载。请选择更小的模型，或同一模型的更低精度版本（Q4_0 或 Q4_K_M）。"
        ),
        (Language::Zh, Refusal::Hash) => {
            "这不是所承诺的文件：大小或 SHA-256 不符。没有保存任何内容。请与提供网址和哈希值的人核对。".into()
        }
        (Language::Zh, Refusal::Store) => {
            "浏览器不允许本页存储（例如某些无痕窗口）。请在普通窗口中打开本店后再试。".into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_says_something_in_both_languages() {
        assert!(ALL.iter().all(|phrase| !phrase.en.trim().is_empty() && !phrase.zh.trim().is_empty()));
    }

    #[test]
    fn time_left_is_no_more_exact_than_it_can_be() {
        let left = |secs| remaining(Language::En, secs);
        assert_eq!(left(3.0), "a few seconds left");
        assert_eq!(left(44.0), "about 40 seconds left");
        assert_eq!(left(600.0), "about 10 minutes left");
        assert_eq!(left(7_300.0), "about 2 hours left");
    }

    #[test]
    fn a_refusal_names_what_would_fit() {
        let refused =
            Refused { needed_bytes: 4_000_000_000, fits_bytes: 1_000_000_000, ..Refused::new(Refusal::Memory, "") };
        for language in Language::ALL {
            let said = refusal(language, &refused);
            assert!(said.contains("4.0 GB") && said.contains("1.0 GB"), "{said}");
        }
    }
}
