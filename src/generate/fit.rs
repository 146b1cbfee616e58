/// A conversation cut down to what fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fitted {
    /// The prompt's token ids.
    pub ids: Vec<u32>,
    /// Messages that were left out, to be told to whoever talks: the model no longer knows of them.
    pub n_dropped: usize,
}

/// Leaves out the oldest messages until the prompt has no more than `limit` tokens. The leading messages for which
/// `is_system` holds stay, and so does the newest; what remains in between begins where `is_user` holds, because many
/// chat templates refuse anything else. `encode` makes the prompt's ids of messages.
///
/// `None` where even that is too long.
///
/// # Errors
/// Those of `encode`.
pub fn fit<M: Clone, E>(
    messages: &[M],
    limit: usize,
    is_system: impl Fn(&M) -> bool,
    is_user: impl Fn(&M) -> bool,
    mut encode: impl FnMut(&[M]) -> Result<Vec<u32>, E>,
) -> Result<Option<Fitted>, E> {
    let n_system = messages.iter().take_while(|message| is_system(message)).count();
    let (system, turns) = messages.split_at(n_system);
    let mut start = 0;
    loop {
        let ids = encode(&[system, &turns[start..]].concat())?;
        if ids.len() <= limit {
            return Ok(Some(Fitted { ids, n_dropped: start }));
        }
        let next = (start + 1..turns.len()).find(|&i| is_user(&turns[i]));
        match next {
            Some(next) => start = next,
            None => return Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    /// A message is its role and length; it takes one token more.
    fn fitted(messages: &[(char, usize)], limit: usize) -> Option<(usize, usize)> {
        let encode = |messages: &[(char, usize)]| {
            Ok::<_, Infallible>(vec![0; messages.iter().map(|(_, length)| length + 1).sum()])
        };
        let Ok(fitted) = fit(messages, limit, |message| message.0 == 's', |message| message.0 == 'u', encode);
        fitted.map(|fitted| (fitted.ids.len(), fitted.n_dropped))
    }

    #[test]
    fn the_system_part_and_the_newest_turns_stay() {
        let talk = [('s', 9), ('u', 4), ('a', 9), ('u', 4), ('a', 9), ('u', 4)];
        assert_eq!(fitted(&talk, 100), Some((45, 0)));
        assert_eq!(fitted(&talk, 45), Some((45, 0)));
        assert_eq!(fitted(&talk, 44), Some((30, 2)), "an answer goes with its question");
        assert_eq!(fitted(&talk, 29), Some((15, 4)));
        assert_eq!(fitted(&talk, 14), None);
        assert_eq!(fitted(&talk[1..], 20), Some((20, 2)), "without a system part");
    }
}
