//! How people and groups are called: by the service's own id, a group behind `group:`.

/// So many characters at least; ids are much longer, and shorter words are no ids.
const SHORTEST: usize = 8;
const LONGEST: usize = 64;
const GROUP: &str = "group:";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address<'a> {
    Person(&'a str),
    Group(&'a str),
}

impl<'a> Address<'a> {
    /// The id becomes a part of a call, so nothing but letters, digits, `-` and `_` may stand in it.
    pub fn read(typed: &'a str) -> Option<Address<'a>> {
        match typed.strip_prefix(GROUP) {
            Some(id) => is_id(id).then_some(Address::Group(id)),
            None => is_id(typed).then_some(Address::Person(typed)),
        }
    }
}

fn is_id(word: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (SHORTEST..=LONGEST).contains(&word.len())
        && word.chars().all(fits)
        && word.contains(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_and_other_words_are_not() {
        for (typed, read) in [
            ("6ede9afa66b88fe6d6a9", Some(Address::Person("6ede9afa66b88fe6d6a9"))),
            ("group:f414c8f76fa586fbdfb4", Some(Address::Group("f414c8f76fa586fbdfb4"))),
            ("4710", None),
            ("everybody", None),
            ("group:", None),
            ("group:group:4710000001", None),
            ("4710000001/5", None),
            ("4710000001\n", None),
        ] {
            assert_eq!(Address::read(typed), read, "{typed:?}");
        }
    }
}
