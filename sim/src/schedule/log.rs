//! [`ChoiceLog`]: every answered choice point of an execution, in 8 bytes each.

use super::{Choice, ChoiceKind};

/// Answered choice points in their order. Almost all are between tasks, so only the others say their kind.
#[derive(Debug)]
pub(crate) struct ChoiceLog {
    answers: Vec<Answer>,
    /// Index and kind of the choices that were not between tasks.
    others: Vec<(usize, ChoiceKind)>,
}

/// Which of how many alternatives was picked, in one word: the word that a pick between tasks adds to the digest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer(u64);

impl Answer {
    #[inline]
    pub(crate) fn new(picked: u32, alternatives: u32) -> Self {
        Self(u64::from(alternatives) << 32 | u64::from(picked))
    }

    #[inline]
    pub(crate) fn word(self) -> u64 {
        self.0
    }

    #[inline]
    pub(crate) fn picked(self) -> u32 {
        self.0 as u32
    }

    pub(crate) fn alternatives(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

impl ChoiceLog {
    pub(crate) const fn new() -> Self {
        Self { answers: Vec::new(), others: Vec::new() }
    }

    /// Forgets everything but the memory.
    #[inline]
    pub(crate) fn clear(&mut self) {
        self.answers.clear();
        self.others.clear();
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.answers.len()
    }

    /// A choice between tasks.
    #[inline]
    pub(crate) fn push_task(&mut self, answer: Answer) {
        self.answers.push(answer);
    }

    /// Any choice.
    pub(crate) fn push(&mut self, choice: Choice) {
        if choice.kind != ChoiceKind::Task {
            self.others.push((self.len(), choice.kind));
        }
        self.answers.push(Answer::new(choice.picked, choice.alternatives));
    }

    /// All choices, the first one first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Choice> {
        let mut others = self.others.iter().peekable();
        self.answers.iter().enumerate().map(move |(index, answer)| Choice {
            kind: others.next_if(|(other, _)| *other == index).map_or(ChoiceKind::Task, |(_, kind)| *kind),
            picked: answer.picked(),
            alternatives: answer.alternatives(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_come_back_as_they_went_in() {
        let choice = |kind, picked, alternatives| Choice { kind, picked, alternatives };
        let choices = [
            choice(ChoiceKind::Data, 1, u32::MAX),
            choice(ChoiceKind::Task, 0, 2),
            choice(ChoiceKind::Order, 3, 4),
            choice(ChoiceKind::Fault, u32::MAX - 1, u32::MAX),
            choice(ChoiceKind::Task, 8, 9),
        ];
        let mut log = ChoiceLog::new();
        for _ in 0..2 {
            log.clear();
            choices.into_iter().for_each(|choice| log.push(choice));
            assert!(log.iter().eq(choices));
            assert_eq!(log.len(), choices.len());
        }
    }
}
