//! Hello, thanks, goodbye: messages that ask nothing. Only a whole message counts, so that
//! “hi, where is my parcel” stays a question.

use crate::chat::wording::Wording;
use crate::retrieve::tokens::normalize;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmallTalk {
    Hello,
    Thanks,
    Bye,
    /// Asks whether a person is answering. The shop's own passage goes first where it has one.
    Robot,
}

const HELLO: &[&str] = &[
    "hi",
    "hello",
    "hey",
    "hi there",
    "hello there",
    "hey there",
    "good morning",
    "good afternoon",
    "good evening",
    "你好",
    "您好",
    "嗨",
    "哈喽",
    "在吗",
    "在不在",
    "有人吗",
    "早上好",
    "下午好",
    "晚上好",
    "早",
    "你好呀",
    "你好啊",
];
const THANKS: &[&str] = &[
    "thanks",
    "thank you",
    "thx",
    "ty",
    "cheers",
    "thanks a lot",
    "thank you very much",
    "many thanks",
    "great thanks",
    "ok thanks",
    "okay thanks",
    "perfect thanks",
    "谢谢",
    "谢谢你",
    "谢谢您",
    "多谢",
    "感谢",
    "好的谢谢",
    "谢啦",
    "谢了",
    "非常感谢",
];
const BYE: &[&str] = &[
    "bye",
    "goodbye",
    "bye bye",
    "see you",
    "good night",
    "thats all",
    "that is all",
    "再见",
    "拜拜",
    "回头见",
    "晚安",
    "没有了",
    "没了",
];
const ROBOT: &[&str] = &[
    "are you a robot",
    "are you a bot",
    "are you human",
    "are you a human",
    "are you real",
    "are you a person",
    "are you a real person",
    "are you an ai",
    "are you ai",
    "is this a bot",
    "is this a robot",
    "who are you",
    "你是机器人吗",
    "你是真人吗",
    "是真人吗",
    "你是人吗",
    "你是ai吗",
    "你是谁",
    "是机器人吗",
];

/// What kind of small talk a message is, if it is nothing else.
pub fn recognize(text: &str) -> Option<SmallTalk> {
    let text: String = normalize(text).chars().filter(|c| c.is_alphanumeric() || *c == ' ').collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_in = |list: &[&str]| list.contains(&text.as_str());
    [(HELLO, SmallTalk::Hello), (THANKS, SmallTalk::Thanks), (BYE, SmallTalk::Bye), (ROBOT, SmallTalk::Robot)]
        .into_iter()
        .find_map(|(list, kind)| is_in(list).then_some(kind))
}

impl SmallTalk {
    pub fn answer(self, wording: &Wording) -> &'static str {
        match self {
            SmallTalk::Hello => wording.hello,
            SmallTalk::Thanks => wording.thanks,
            SmallTalk::Bye => wording.bye,
            SmallTalk::Robot => wording.robot,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_message_is_small_talk() {
        assert_eq!(recognize("Hello!"), Some(SmallTalk::Hello));
        assert_eq!(recognize("谢谢～"), Some(SmallTalk::Thanks));
        assert_eq!(recognize("Are you a robot?"), Some(SmallTalk::Robot));
        assert_eq!(recognize("hi, where is my parcel"), None);
        assert_eq!(recognize(""), None);
    }
}
