//! How a shopper feels, by words: what decides where no classifier is loaded.

use crate::chat::phrases::contains_any;
use crate::protocol::Sentiment;
use crate::retrieve::tokens::normalize;

const NEGATIVE: &[&str] = &[
    "terrible",
    "awful",
    "horrible",
    "worst",
    "useless",
    "ridiculous",
    "unacceptable",
    "disappointed",
    "disappointing",
    "angry",
    "furious",
    "frustrated",
    "frustrating",
    "annoyed",
    "annoying",
    "fed up",
    "sick of",
    "disgusting",
    "disgusted",
    "waste of",
    "rip off",
    "ripoff",
    "pathetic",
    "not happy",
    "unhappy",
    "upset",
    "outrageous",
    "never again",
    "not helpful",
    "unhelpful",
    "doesn't help",
    "didn't help",
    "not helping",
    "wtf",
    "bad service",
    "poor service",
    "appalling",
    "i hate this",
    "i hate you",
    "nobody answers",
    "no one answers",
    "nobody replies",
    "no one replies",
    "incompetent",
    "scandalous",
    "shame on you",
    "makes no sense",
    "had enough",
    "rubbish service",
    "太差",
    "差劲",
    "垃圾",
    "失望",
    "生气",
    "气死",
    "气人",
    "要投诉",
    "骗人",
    "坑人",
    "烦死",
    "烦人",
    "受够",
    "无语",
    "离谱",
    "糟糕",
    "不满意",
    "很不满",
    "恶心",
    "什么破",
    "差评",
    "没用",
    "敷衍",
    "火大",
    "忍无可忍",
    "太过分",
    "郁闷",
    "没人理",
    "没人回",
    "态度差",
    "忽悠",
    "答非所问",
    "再也不",
];
const POSITIVE: &[&str] = &[
    "awesome",
    "excellent",
    "wonderful",
    "fantastic",
    "amazing",
    "brilliant",
    "love it",
    "love them",
    "very happy",
    "so happy",
    "so helpful",
    "very helpful",
    "great service",
    "great shop",
    "that's great",
    "thats great",
    "perfect",
    "thank you so much",
    "well done",
    "delighted",
    "太好了",
    "很好喝",
    "真好",
    "棒",
    "完美",
    "满意",
    "很喜欢",
    "超喜欢",
    "太喜欢",
    "好极了",
    "赞",
];
/// Before a bad word: turns it.
const TURNS: &[&str] = &["not ", "isn't ", "wasn't ", "no ", "不", "没有"];

/// The sentiment that a message's words show.
pub fn read_sentiment(text: &str) -> Sentiment {
    let text = normalize(text).replace('’', "'");
    let is_turned = |at: usize| TURNS.iter().any(|turn| text[..at].ends_with(turn));
    // “not upset”, and “不满意”, which is a phrase of its own and stands in the list.
    let found = |list: &[&str]| contains_any(&text, list).is_some_and(|(at, _)| !is_turned(at));
    match (found(NEGATIVE), found(POSITIVE)) {
        (true, _) => Sentiment::Negative,
        (false, true) => Sentiment::Positive,
        _ => Sentiment::Neutral,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anger_and_joy_are_told_from_questions() {
        for text in
            ["This is ridiculous!", "I'm really disappointed with the cup", "你们太差了", "我要投诉", "垃圾服务"]
        {
            assert_eq!(read_sentiment(text), Sentiment::Negative, "{text}");
        }
        for text in ["that's great, thanks", "太好了", "the tea is wonderful"] {
            assert_eq!(read_sentiment(text), Sentiment::Positive, "{text}");
        }
        for text in ["how do I return a cup?", "I'm not upset, just asking", "怎么退货", "is it perfectly round"] {
            assert_eq!(read_sentiment(text), Sentiment::Neutral, "{text}");
        }
    }
}
