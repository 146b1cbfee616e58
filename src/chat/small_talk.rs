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
    /// Asks what the attendant is good for.
    Help,
    HowAreYou,
    Praise,
    /// “OK”, “I see”.
    Noted,
    Yes,
    No,
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

const HELP: &[&str] = &[
    "help",
    "what can you do",
    "what can i ask",
    "what can i ask you",
    "what do you do",
    "how can you help",
    "how can you help me",
    "can you help me",
    "i need help",
    "how does this work",
    "你能做什么",
    "你会什么",
    "你可以做什么",
    "能帮我吗",
    "可以帮我吗",
    "帮助",
    "怎么用",
    "你能帮我什么",
    "我需要帮助",
];
const HOW_ARE_YOU: &[&str] = &[
    "how are you",
    "how are you doing",
    "hows it going",
    "how is it going",
    "whats up",
    "sup",
    "how do you do",
    "how are you today",
    "你好吗",
    "最近好吗",
    "你怎么样",
    "吃了吗",
    "忙吗",
];
const PRAISE: &[&str] = &[
    "great",
    "awesome",
    "perfect",
    "excellent",
    "nice",
    "very nice",
    "cool",
    "wonderful",
    "brilliant",
    "amazing",
    "good bot",
    "well done",
    "youre great",
    "you are great",
    "youre very helpful",
    "that helps",
    "that was helpful",
    "that helped",
    "very helpful",
    "good",
    "lovely",
    "thats great",
    "太好了",
    "真棒",
    "很好",
    "不错",
    "厉害",
    "你真棒",
    "真好",
    "太棒了",
    "好棒",
    "你真好",
    "很有帮助",
    "赞",
    "挺好的",
];
const NOTED: &[&str] = &[
    "ok",
    "okay",
    "k",
    "alright",
    "all right",
    "i see",
    "got it",
    "understood",
    "fine",
    "right",
    "sure thing",
    "makes sense",
    "hm",
    "hmm",
    "oh",
    "ah",
    "ha",
    "haha",
    "lol",
    "sorry",
    "my bad",
    "never mind",
    "nevermind",
    "no problem",
    "好",
    "好的",
    "好吧",
    "嗯",
    "嗯嗯",
    "哦",
    "噢",
    "知道了",
    "明白",
    "明白了",
    "了解",
    "了解了",
    "收到",
    "行",
    "行吧",
    "哈哈",
    "哈哈哈",
    "没事",
    "算了",
    "抱歉",
    "不好意思",
];
const YES: &[&str] = &[
    "yes",
    "yes please",
    "yep",
    "yeah",
    "yup",
    "sure",
    "please do",
    "yes please do",
    "ok yes",
    "of course",
    "go ahead",
    "please",
    "是",
    "是的",
    "好啊",
    "好呀",
    "要",
    "要的",
    "可以",
    "对",
    "对的",
    "麻烦了",
    "需要",
    "那好",
];
const NO: &[&str] = &[
    "no",
    "nope",
    "no thanks",
    "no thank you",
    "not now",
    "no need",
    "不",
    "不用",
    "不用了",
    "不要",
    "不需要",
    "不用谢谢",
    "不用了谢谢",
    "不了",
    "不必",
    "算了吧",
    "暂时不用",
];
/// What a message may begin with before it comes to the point.
const GREETINGS: &[&str] = &[
    "hi there",
    "hello there",
    "hey there",
    "good morning",
    "good afternoon",
    "good evening",
    "hello",
    "hi",
    "hey",
    "excuse me",
    "你好呀",
    "你好啊",
    "你好",
    "您好",
    "嗨",
    "哈喽",
    "早上好",
    "下午好",
    "晚上好",
    "请问一下",
    "请问",
    "打扰一下",
];

/// The message without the greeting that it opens with; whole where it is nothing but one.
pub fn without_greeting(text: &str) -> &str {
    let lower = text.to_lowercase();
    let greets = |greeting: &&&str| {
        lower.starts_with(**greeting)
            && !lower[greeting.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '\'')
    };
    let Some(greeting) = GREETINGS.iter().filter(greets).max_by_key(|greeting| greeting.len()) else { return text };
    // Lower-casing may change lengths; then the text stays as it is.
    let Some(rest) = text.get(greeting.len()..).filter(|_| lower.len() == text.len()) else { return text };
    let rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric() && !"“‘（(#€$£¥".contains(c));
    if rest.is_empty() { text } else { without_greeting(rest) }
}

/// What kind of small talk a message is, if it is nothing else.
pub fn recognize(raw: &str) -> Option<SmallTalk> {
    let text: String = normalize(raw).chars().filter(|c| c.is_alphanumeric() || *c == ' ').collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_in = |list: &[&str]| list.contains(&text.as_str());
    let kinds = [
        (HELLO, SmallTalk::Hello),
        (THANKS, SmallTalk::Thanks),
        (BYE, SmallTalk::Bye),
        (ROBOT, SmallTalk::Robot),
        (HELP, SmallTalk::Help),
        (HOW_ARE_YOU, SmallTalk::HowAreYou),
        (PRAISE, SmallTalk::Praise),
        (NOTED, SmallTalk::Noted),
        (YES, SmallTalk::Yes),
        (NO, SmallTalk::No),
    ];
    kinds.into_iter().find_map(|(list, kind)| is_in(list).then_some(kind)).or_else(|| {
        // A thumb or a heart alone.
        let is_emoji = |c: char| matches!(c, '\u{2600}'..='\u{27bf}' | '\u{1f300}'..='\u{1faff}' | '\u{fe0f}');
        (!raw.trim().is_empty() && raw.trim().chars().all(is_emoji)).then_some(SmallTalk::Noted)
    })
}

impl SmallTalk {
    pub fn answer(self, wording: &Wording) -> &'static str {
        match self {
            SmallTalk::Hello => wording.hello,
            SmallTalk::Thanks => wording.thanks,
            SmallTalk::Bye => wording.bye,
            SmallTalk::Robot => wording.robot,
            SmallTalk::Help => wording.help,
            SmallTalk::HowAreYou => wording.how_are_you,
            SmallTalk::Praise => wording.praise,
            SmallTalk::Noted | SmallTalk::Yes => wording.noted,
            SmallTalk::No => wording.no,
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
        assert_eq!(recognize("👍🏻"), Some(SmallTalk::Noted));
    }

    #[test]
    fn a_greeting_falls_away_before_a_question() {
        assert_eq!(without_greeting("Hi there, where is my parcel?"), "where is my parcel?");
        assert_eq!(without_greeting("你好，请问几点开门"), "几点开门");
        assert_eq!(without_greeting("history of tea"), "history of tea");
        assert_eq!(without_greeting("Hello!"), "Hello!");
    }
}
