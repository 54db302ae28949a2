use super::*;
use crate::command::Catalog;
use crate::model::person::{Effect, Subject};
use crate::model::{Destination, Grant, GrantId, Reader};

fn grant(subject: Subject, command: &str, chat: &str, effect: Effect) -> Grant {
    Grant {
        id: GrantId(1),
        name: command.to_owned(),
        subject,
        command: command.to_owned(),
        selector: "all".parse().unwrap(),
        chat: chat.to_owned(),
        effect,
    }
}

fn place(channel: &str, address: &str) -> Destination {
    Destination { channel: channel.to_owned(), address: address.to_owned() }
}

fn chat(channel: &str, address: &str, person: Option<i64>) -> Chat {
    Chat {
        place: place(channel, address),
        title: None,
        reader: Reader::default(),
        person: person.map(PersonId),
    }
}

fn person(id: i64, role: &str) -> Person {
    Person { id: PersonId(id), role: role.to_owned(), ..anybody() }
}

fn identity(channel: &str, external: &str) -> Identity {
    Identity { channel: channel.to_owned(), external: external.to_owned() }
}

fn known() -> Known {
    let catalog = Catalog::new(&crate::embedded::commands(), &builtin::names()).unwrap();
    let roles = [("viewer", "@viewer"), ("operator", "@operator"), ("admin", "@admin")];
    let grants =
        roles.map(|(role, command)| grant(Subject::Role(role.to_owned()), command, "*", Effect::Allow));
    Known {
        commands: catalog.commands().clone(),
        policy: Policy { grants: grants.to_vec() },
        people: vec![person(1, "operator"), person(2, "viewer")],
        identities: vec![
            (PersonId(1), identity("desk", "ann")),
            (PersonId(1), identity("bench", "a")),
            (PersonId(2), identity("desk", "bob")),
        ],
        chats: vec![
            chat("desk", "room", None),
            chat("desk", "ann", Some(1)),
            chat("desk", "gone", Some(9)),
            chat("bench", "hall", None),
        ],
        used: Vec::new(),
    }
}

fn names(menu: &Menu) -> Vec<&str> {
    menu.entries.iter().map(|entry| entry.command.as_str()).collect()
}

#[test]
fn each_sees_what_may_be_run_there_and_nothing_else() {
    let menus = menus(&known(), "desk");
    let audiences: Vec<&Audience> = menus.iter().map(|menu| &menu.audience).collect();
    let ann = Audience::Person { place: place("desk", "ann"), who: identity("desk", "ann") };
    assert_eq!(audiences, [&Audience::Everybody, &Audience::Place(place("desk", "room")), &ann]);
    let [everybody, room, ann] = menus.as_slice() else { panic!("{menus:?}") };
    assert_eq!(names(everybody), ["link"]);
    assert!(names(room).contains(&"status") && !names(room).contains(&"backup"), "{room:?}");
    assert!(names(ann).contains(&"backup") && !names(ann).contains(&"trust"), "{ann:?}");
    // A viewer sees one action of it, and it is there once.
    assert_eq!(names(ann).iter().filter(|name| **name == "device").count(), 1);
    assert!(names(ann).is_sorted(), "{ann:?}");
    for menu in &menus {
        assert!(menu.entries.iter().all(|entry| !entry.about.is_empty()), "{menu:?}");
    }
}

#[test]
fn a_rule_for_one_chat_counts_in_that_chat() {
    let mut known = known();
    known.policy.grants.push(grant(Subject::Everyone, "status", "desk:room", Effect::Deny));
    known.policy.grants.push(grant(Subject::Person(PersonId(1)), "trust*", "*", Effect::Allow));
    let menus = menus(&known, "desk");
    assert!(!names(&menus[1]).contains(&"status") && names(&menus[2]).contains(&"status"));
    assert!(!names(&menus[1]).contains(&"trust") && names(&menus[2]).contains(&"trust"));
}

#[test]
fn the_most_used_stand_first_and_no_menu_is_too_long() {
    let mut known = known();
    known.used = ["device.set", "trust", "bw", "device.show", "show.config"].map(str::to_owned).to_vec();
    let found = menus(&known, "desk");
    assert_eq!(names(&found[1])[..4], ["device", "bw", "show", "alerts"]);
    let many: Vec<Arc<Command>> = (0..150)
        .map(|number| {
            let about = "é".repeat(300);
            Arc::new(Command { name: format!("c{number}"), about, ..known.commands[0].as_ref().clone() })
        })
        .collect();
    known.commands = Arc::new(many);
    let found = menus(&known, "desk");
    let ann = &found[2];
    assert_eq!(ann.entries.len(), 100);
    assert_eq!(ann.entries[0].about.chars().count(), 256);
}
