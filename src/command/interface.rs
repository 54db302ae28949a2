//! Names of interfaces as people type them, written in full: `Gi1`, `gig 0/0/1`, `vl10`. A type that
//! is not in the table is kept as typed: routers have more types than this table.

/// The full name and the letters that are enough, as IOS takes them.
const TYPES: [(&str, &str); 29] = [
    ("GigabitEthernet", "g"),
    ("FastEthernet", "f"),
    ("Ethernet", "e"),
    ("TenGigabitEthernet", "te"),
    ("TwentyFiveGigE", "twe"),
    ("TwoGigabitEthernet", "tw"),
    ("FiveGigabitEthernet", "fi"),
    ("FortyGigabitEthernet", "fo"),
    ("FiftyGigE", "fif"),
    ("HundredGigE", "hu"),
    ("FourHundredGigE", "fou"),
    ("AppGigabitEthernet", "ap"),
    ("Port-channel", "po"),
    ("Vlan", "vl"),
    ("Loopback", "lo"),
    ("Tunnel", "tu"),
    ("Serial", "se"),
    ("BDI", "bd"),
    ("Cellular", "ce"),
    ("Dialer", "di"),
    ("Multilink", "mu"),
    ("Virtual-Access", "virtual-a"),
    ("Virtual-Template", "virtual-t"),
    ("VirtualPortGroup", "virtualp"),
    ("Async", "as"),
    ("ATM", "at"),
    ("POS", "pos"),
    ("Null", "nu"),
    ("nve", "nv"),
];

/// The full name; None when it is no name of an interface, or stands for several.
pub fn full(typed: &str) -> Option<String> {
    let typed: String = typed.chars().filter(|c| *c != ' ').collect();
    let digits = typed.find(|c: char| c.is_ascii_digit())?;
    let (letters, number) = typed.split_at(digits);
    let letter = |c: char| c.is_ascii_alphabetic() || c == '-';
    if letters.is_empty() || !letters.chars().all(letter) || !is_number(number) {
        return None;
    }
    let letters_folded = letters.to_lowercase();
    let fits = |(name, least): &&(&str, &str)| {
        let name = name.to_lowercase();
        name == letters_folded || (name.starts_with(&letters_folded) && letters_folded.starts_with(least))
    };
    let mut fitting: Vec<&(&str, &str)> = TYPES.iter().filter(fits).collect();
    // `Twe` fits TwentyFiveGigE more exactly than the `tw` of TwoGigabitEthernet; `Po1` is the bundle.
    fitting
        .sort_by_key(|(name, least)| (!name.eq_ignore_ascii_case(letters), std::cmp::Reverse(least.len())));
    match fitting.as_slice() {
        [] if could_be_short(&letters_folded) => None,
        [] => Some(typed),
        [(name, _), ..] => Some(format!("{name}{number}")),
    }
}

/// `Gi1` for `GigabitEthernet1`, short for a phone; [`full`] reads it back. A name of another type stays.
pub fn short(name: &str) -> String {
    let letters = name.find(|c: char| c.is_ascii_digit()).unwrap_or(name.len());
    let (letters, number) = name.split_at(letters);
    match TYPES.iter().find(|(known, _)| known.eq_ignore_ascii_case(letters)) {
        Some((known, least)) => known.chars().take(least.len().max(2)).chain(number.chars()).collect(),
        None => name.to_owned(),
    }
}

/// What a typed name means on a router that has these interfaces.
#[derive(Debug, PartialEq)]
pub enum Meant {
    One(String),
    Several(Vec<String>),
    Nothing,
}

/// The router's own list decides: what is short for two of its interfaces is asked back.
pub fn among<'a>(typed: &str, names: impl Iterator<Item = &'a str> + Clone) -> Meant {
    let typed: String = typed.chars().filter(|c| *c != ' ').collect();
    let usual = full(&typed).unwrap_or_else(|| typed.clone());
    if let Some(name) = names.clone().find(|name| name.eq_ignore_ascii_case(&usual)) {
        return Meant::One(name.to_owned());
    }
    let parts = |name: &str| {
        let at = name.find(|c: char| c.is_ascii_digit()).unwrap_or(name.len());
        let (letters, number) = name.split_at(at);
        (letters.to_lowercase(), number.to_owned())
    };
    let (letters, number) = parts(&typed);
    let fits = |name: &&str| {
        let (its_letters, its_number) = parts(name);
        its_number == number && its_letters.starts_with(&letters)
    };
    let mut fitting: Vec<String> = names.filter(fits).map(str::to_owned).collect();
    match (fitting.pop(), fitting.is_empty()) {
        (None, _) => Meant::Nothing,
        (Some(only), true) => Meant::One(only),
        (Some(last), false) => {
            fitting.push(last);
            Meant::Several(fitting)
        }
    }
}

/// The first letters of a known type, but too few to say which.
fn could_be_short(letters: &str) -> bool {
    TYPES.iter().any(|(name, _)| name.to_lowercase().starts_with(letters))
}

/// `1`, `0/0/1`, `0/1/0:15`, `0/0/1.100`
fn is_number(number: &str) -> bool {
    let parts = number.split(['/', ':', '.']);
    number.chars().all(|c| c.is_ascii_digit() || matches!(c, '/' | ':' | '.'))
        && parts.into_iter().all(|part| !part.is_empty() && part.len() <= 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_written_in_full() {
        for (typed, expected) in [
            ("Gi1", "GigabitEthernet1"),
            ("gig 1", "GigabitEthernet1"),
            ("g0/0/1", "GigabitEthernet0/0/1"),
            ("GigabitEthernet1", "GigabitEthernet1"),
            ("gigabitethernet0/0/1.100", "GigabitEthernet0/0/1.100"),
            ("Te1/1/1", "TenGigabitEthernet1/1/1"),
            ("Tw1/0/1", "TwoGigabitEthernet1/0/1"),
            ("Twe1/0/1", "TwentyFiveGigE1/0/1"),
            ("Fi1/0/1", "FiveGigabitEthernet1/0/1"),
            ("Fo1", "FortyGigabitEthernet1"),
            ("Fa0/1", "FastEthernet0/1"),
            ("Hu1/0/1", "HundredGigE1/0/1"),
            ("po10", "Port-channel10"),
            ("POS1/0", "POS1/0"),
            ("vl10", "Vlan10"),
            ("lo0", "Loopback0"),
            ("tu1", "Tunnel1"),
            ("Se0/1/0:15", "Serial0/1/0:15"),
            ("bd5", "BDI5"),
            ("ucse1/0/0", "ucse1/0/0"),
        ] {
            assert_eq!(full(typed).as_deref(), Some(expected), "{typed}");
        }
    }

    #[test]
    fn what_names_no_interface_is_refused() {
        for typed in ["", "Gi", "1", "t1", "Gi1|x", "Gi1/", "Gi1//2", "Gi1;reload", "Gi1 x", "é1"] {
            assert_eq!(full(typed), None, "{typed}");
        }
    }

    #[test]
    fn short_names_are_read_back() {
        for (name, shortened) in [
            ("GigabitEthernet0/0/1.100", "Gi0/0/1.100"),
            ("TwentyFiveGigE1/0/1", "Twe1/0/1"),
            ("Loopback0", "Lo0"),
            ("ucse1/0/0", "ucse1/0/0"),
        ] {
            assert_eq!(short(name), shortened);
        }
        for (name, _) in TYPES {
            let name = format!("{name}1");
            assert_eq!(full(&short(&name)), Some(name));
        }
    }

    #[test]
    fn the_routers_own_list_decides_what_a_name_means() {
        let names =
            ["GigabitEthernet1", "GigabitEthernet2", "TenGigabitEthernet1/0/1", "Tunnel1", "ucse1/0/0"];
        let meant = |typed: &str| among(typed, names.into_iter());
        let one = |name: &str| Meant::One(name.to_owned());
        assert_eq!(meant("gi1"), one("GigabitEthernet1"));
        assert_eq!(meant("GIGABITETHERNET2"), one("GigabitEthernet2"));
        assert_eq!(meant("t1/0/1"), one("TenGigabitEthernet1/0/1"));
        assert_eq!(meant("UCS1/0/0"), one("ucse1/0/0"));
        assert_eq!(meant("2"), one("GigabitEthernet2"));
        assert_eq!(meant("1"), Meant::Several(vec!["GigabitEthernet1".to_owned(), "Tunnel1".to_owned()]));
        assert_eq!(meant("Gi3"), Meant::Nothing);
        assert_eq!(meant(""), Meant::Nothing);
    }
}
