//! The one reader of what routers write in JSON. RFC 7951 says 64-bit numbers are strings and 32-bit ones
//! numbers; the same leaf changed its type across releases, a list of one comes as a bare object, an empty
//! leaf is `[null]`, and epoch means never. A leaf that cannot be read is one that was not reported: it
//! never spoils its neighbours.

use crate::model::Timestamp;
use chrono::DateTime;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// Any leaf, as it came.
#[derive(Debug, Default, PartialEq)]
pub enum Leaf<'a> {
    /// Missing, null or nothing that a leaf can be.
    #[default]
    Absent,
    /// `[null]`: the leaf is there and says no more.
    Empty,
    Flag(bool),
    Whole(u64),
    Real(f64),
    Text(Cow<'a, str>),
}

impl Leaf<'_> {
    pub fn whole(&self) -> Option<u64> {
        match self {
            Leaf::Whole(number) => Some(*number),
            Leaf::Text(text) => text.trim().parse().ok(),
            Leaf::Absent | Leaf::Empty | Leaf::Flag(_) | Leaf::Real(_) => None,
        }
    }

    /// A finite number that is not negative: nothing measured here is.
    pub fn real(&self) -> Option<f64> {
        let number = match self {
            Leaf::Whole(number) => *number as f64,
            Leaf::Real(number) => *number,
            Leaf::Text(text) => text.trim().parse().ok()?,
            Leaf::Absent | Leaf::Empty | Leaf::Flag(_) => return None,
        };
        (number.is_finite() && number >= 0.0).then_some(number)
    }

    pub fn percent(&self) -> Option<f64> {
        self.real().filter(|share| *share <= 100.0)
    }

    pub fn flag(&self) -> Option<bool> {
        match self {
            Leaf::Flag(flag) => Some(*flag),
            Leaf::Empty => Some(true),
            Leaf::Text(text) => text.trim().parse().ok(),
            Leaf::Absent | Leaf::Whole(_) | Leaf::Real(_) => None,
        }
    }

    /// Not trimmed; an empty string is a text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Leaf::Text(text) => Some(text),
            Leaf::Absent | Leaf::Empty | Leaf::Flag(_) | Leaf::Whole(_) | Leaf::Real(_) => None,
        }
    }

    /// A name out of a list of names, without the module in front of it (an identityref may carry one).
    pub fn word(&self) -> Option<&str> {
        let text = self.text()?.trim();
        Some(text.rsplit_once(':').map_or(text, |(_, word)| word)).filter(|word| !word.is_empty())
    }

    /// RFC 3339; the epoch is how IOS XE says never.
    pub fn time(&self) -> Option<Timestamp> {
        let time = DateTime::parse_from_rfc3339(self.text()?.trim()).ok()?;
        Some(Timestamp(time.timestamp_millis())).filter(|at| at.0 > 0)
    }
}

struct LeafVisitor;

impl<'de> Visitor<'de> for LeafVisitor {
    type Value = Leaf<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a leaf")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Leaf<'de>, E> {
        Ok(Leaf::Flag(flag))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Leaf<'de>, E> {
        Ok(Leaf::Whole(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Leaf<'de>, E> {
        Ok(u64::try_from(number).map_or(Leaf::Real(number as f64), Leaf::Whole))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Leaf<'de>, E> {
        Ok(Leaf::Real(number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Leaf<'de>, E> {
        Ok(Leaf::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Leaf<'de>, E> {
        Ok(Leaf::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_unit<E>(self) -> Result<Leaf<'de>, E> {
        Ok(Leaf::Absent)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Leaf<'de>, A::Error> {
        let first = list.next_element::<Leaf<'de>>()?;
        let more = list.next_element::<IgnoredAny>()?.is_some();
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(if first == Some(Leaf::Absent) && !more { Leaf::Empty } else { Leaf::Absent })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Leaf<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Leaf::Absent)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Leaf<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(LeafVisitor)
    }
}

/// The entries of a list, whether they come as a list or as one bare object; what is no object is left out.
#[derive(Debug)]
pub struct Entries<T>(pub Vec<T>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Entries(Vec::new())
    }
}

impl<T> Entries<T> {
    pub fn first(self) -> Option<T> {
        self.0.into_iter().next()
    }
}

struct EntriesVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<T> {
    type Value = Entries<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or one entry of it")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entries<T>, A::Error> {
        Ok(Entries(vec![T::deserialize(MapAccessDeserializer::new(map))?]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Entries<T>, A::Error> {
        let mut entries = Vec::with_capacity(list.size_hint().unwrap_or(0).min(1_024));
        while let Some(inner) = list.next_element::<Entries<T>>()? {
            entries.extend(inner.0);
        }
        Ok(Entries(entries))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Entries<T>, E> {
        Ok(Entries::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Entries<T>, E> {
        Ok(Entries::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Entries<T>, E> {
        Ok(Entries::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Entries<T>, E> {
        Ok(Entries::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<Entries<T>, E> {
        Ok(Entries::default())
    }

    fn visit_unit<E>(self) -> Result<Entries<T>, E> {
        Ok(Entries::default())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(EntriesVisitor(PhantomData))
    }
}

/// The entries below the root member `name`, whatever module is written in front of it. None when the
/// body is no JSON or has no such member.
pub fn root<'de, T: Deserialize<'de>>(body: &'de str, name: &'static str) -> Option<Entries<T>> {
    let mut from = serde_json::Deserializer::from_str(body);
    let found = from.deserialize_map(RootVisitor { name, entry: PhantomData }).ok()?;
    from.end().ok()?;
    found
}

struct RootVisitor<T> {
    name: &'static str,
    entry: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for RootVisitor<T> {
    type Value = Option<Entries<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with {}", self.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            let name = key.rsplit_once(':').map_or(key.as_ref(), |(_, name)| name);
            match name == self.name && found.is_none() {
                true => found = Some(map.next_value()?),
                false => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found)
    }
}
