use super::*;
use crate::model::person::{Effect, Subject};
use std::time::Duration;

fn identity(external: &str) -> Identity {
    Identity { channel: "terminal".to_owned(), external: external.to_owned() }
}

#[test]
fn a_person_is_found_by_identity_until_removed() {
    let bench = Bench::new();
    let mut work = bench.work();
    let reader = Reader { language: "en".to_owned(), time_zone: "Asia/Ho_Chi_Minh".parse().unwrap() };
    let anna = work.add_person("Anna", "operator", &reader, &[identity("anna")], at(0)).unwrap();
    let found = work.person_of(&identity("anna")).unwrap().unwrap();
    assert_eq!((found.id, found.role.as_str(), found.time_zone), (anna, "operator", reader.time_zone));
    assert_eq!(work.person_of(&identity("bob")).unwrap(), None);

    let said = work.add_person("anna", "viewer", &reader, &[], at(1)).unwrap_err().to_string();
    assert_eq!(said, "there is already a person named \"Anna\"");
    let said = work.add_person("Bob", "viewer", &reader, &[identity("anna")], at(1)).unwrap_err().to_string();
    assert_eq!(said, "terminal:anna belongs to #1");

    work.add_identity(anna, &identity("anna2")).unwrap();
    work.set_person(&Person { role: "admin".to_owned(), ..found }).unwrap();
    assert_eq!(work.person_by_name("ANNA").unwrap().unwrap().role, "admin");
    work.remove_person(anna, at(2)).unwrap();
    assert_eq!(work.person_of(&identity("anna2")).unwrap(), None);
    assert_eq!(work.people().unwrap(), []);
    assert_eq!(work.person(anna).unwrap().unwrap().name, "Anna");
}

#[test]
fn a_chat_keeps_what_was_set_for_it() {
    let bench = Bench::new();
    let mut work = bench.work();
    let hanoi = Reader { language: "vi".to_owned(), time_zone: "Asia/Ho_Chi_Minh".parse().unwrap() };
    assert_eq!(work.reader_of(&place()).unwrap(), Reader::default());
    work.ensure_chat(&place(), None, &Reader::default(), at(0)).unwrap();
    work.set_chat_reader(&place(), &hanoi).unwrap();
    work.ensure_chat(&place(), Some("NOC"), &Reader::default(), at(1)).unwrap();
    work.ensure_chat(&place(), None, &Reader::default(), at(2)).unwrap();
    assert_eq!(work.reader_of(&place()).unwrap(), hanoi);
    assert_eq!(work.chats().unwrap()[0].title.as_deref(), Some("NOC"));
}

#[test]
fn a_chat_knows_whose_it_is_and_speaks_as_that_person_wants() {
    let (bench, person, _) = Bench::furnished(&[]);
    let mut work = bench.work();
    work.ensure_chat(&place(), None, &Reader::default(), at(0)).unwrap();
    assert_eq!(work.chat(&place()).unwrap().unwrap().person, None);
    work.set_chat_person(&place(), Some(person)).unwrap();
    assert_eq!(work.chats().unwrap()[0].person, Some(person));
    let own = Reader { time_zone: "Asia/Ho_Chi_Minh".parse().unwrap(), ..Reader::default() };
    let you = work.person(person).unwrap().unwrap();
    work.set_person(&Person { time_zone: own.time_zone, ..you }).unwrap();
    assert_eq!(work.reader_of(&place()).unwrap(), own, "at once");
    assert_eq!(work.chat(&place()).unwrap().unwrap().reader, own);
    work.set_chat_person(&place(), None).unwrap();
    assert_eq!(work.chat(&place()).unwrap().unwrap().person, None);
    assert_eq!(work.reader_of(&place()).unwrap(), Reader::default());
}

#[test]
fn a_code_lives_a_while_works_once_and_is_kept_as_its_hash() {
    let (bench, person, _) = Bench::furnished(&[]);
    let mut work = bench.work();
    let link = Link { person, place: place() };
    let first = work.make_link(&link, at(100)).unwrap();
    let code = work.make_link(&link, at(100)).unwrap();
    assert_eq!(work.link(&first, at(0)).unwrap(), None, "one lives");
    assert_eq!(code.len(), 9);
    assert!(code.chars().all(|c| c == '-' || (c.is_ascii_alphanumeric() && !"IL1O0".contains(c))), "{code}");
    for typed in [code.clone(), code.to_lowercase(), code.replace('-', ""), code.replace('-', " ")] {
        assert_eq!(work.link(&typed, at(99)).unwrap(), Some(link.clone()), "{typed}");
    }
    assert_eq!(work.link(&code, at(100)).unwrap(), None, "late");
    let kept: String =
        bench.db.query_row("SELECT group_concat(code) FROM links", [], |row| row.get(0)).unwrap();
    assert!(kept.len() == 64 && !kept.to_uppercase().contains(&spelled(&code)), "{kept}");
    assert!(work.use_link(&code, at(1)).unwrap());
    assert!(!work.use_link(&code, at(2)).unwrap());
    assert_eq!(work.link(&code, at(2)).unwrap(), None);
}

#[test]
fn a_stranger_is_due_once_a_day_and_wrong_codes_shut_for_ten_minutes() {
    let bench = Bench::new();
    let mut work = bench.work();
    let (eve, minute) = (identity("eve"), 60_000);
    let day = 24 * 60 * minute;
    assert_eq!(work.hear_stranger(&eve, at(0)).unwrap(), Some(0));
    assert_eq!(work.hear_stranger(&eve, at(1)).unwrap(), None);
    assert_eq!(work.hear_stranger(&eve, at(day - 1)).unwrap(), None);
    assert_eq!(work.hear_stranger(&identity("mallory"), at(1)).unwrap(), Some(0));
    assert_eq!(work.hear_stranger(&eve, at(day)).unwrap(), Some(2));

    // Four in each quarter of an hour shut nothing.
    for quarter in 0..3 {
        for _ in 0..4 {
            assert_eq!(
                work.note_wrong_code(&eve, Duration::from_secs(600), at(quarter * 15 * minute)).unwrap(),
                Tried::Wrong
            );
        }
    }
    let from = 2 * 15 * minute + 1;
    let until = at(from + 10 * minute);
    assert_eq!(work.note_wrong_code(&eve, Duration::from_secs(600), at(from)).unwrap(), Tried::Shut(until));
    assert_eq!(work.shut_until(&eve, at(from + 1)).unwrap(), Some(until));
    assert_eq!(work.shut_until(&identity("mallory"), at(from)).unwrap(), None);
    assert_eq!(
        work.note_wrong_code(&eve, Duration::from_secs(600), at(from + 1)).unwrap(),
        Tried::Shut(until)
    );
    assert_eq!(work.note_wrong_code(&eve, Duration::from_secs(600), at(from + 2)).unwrap(), Tried::Silent);
    assert_eq!(work.shut_until(&eve, until).unwrap(), None);
    assert_eq!(work.note_wrong_code(&eve, Duration::from_secs(600), until).unwrap(), Tried::Wrong);
    work.forget_stranger(&eve).unwrap();
    assert_eq!(work.hear_stranger(&eve, until).unwrap(), Some(0));
}

#[test]
fn a_subscription_is_one_a_selector_and_moves_with_its_chat() {
    let (bench, author, _) = Bench::furnished(&[]);
    let mut work = bench.work();
    let new = |id, selector: &str, severity, since| Subscription {
        id: SubscriptionId(id),
        place: place(),
        wish: Wish {
            selector: selector.parse().unwrap(),
            severity,
            hours: Hours::read("22:00-07:00"),
            days: route::read_days("mon-thu,sat").unwrap(),
        },
        author,
        since: at(since),
        confirmed_at: Some(at(since)),
    };
    work.subscribe(&new(0, "all", Severity::Warning, 0)).unwrap();
    work.subscribe(&new(0, "site:hanoi", Severity::Critical, 1)).unwrap();
    work.subscribe(&new(0, "all", Severity::Critical, 2)).unwrap();
    let held = [new(2, "site:hanoi", Severity::Critical, 1), new(3, "all", Severity::Critical, 2)];
    assert_eq!(work.subscriptions().unwrap(), held);
    work.note_refused(&place(), &Text::verbatim("away"), at(2)).unwrap();
    let there = Destination { address: "elsewhere".to_owned(), ..place() };
    work.move_place(&place(), &there, at(3)).unwrap();
    let moved: Vec<_> =
        held.into_iter().map(|asked| Subscription { place: there.clone(), ..asked }).collect();
    assert_eq!(work.subscriptions().unwrap(), moved, "with their hours");
    assert_eq!(work.reach_of(&there).unwrap().refused, Some(Text::verbatim("away")));
    assert_eq!(work.unsubscribe(&there, Some(&"SITE:Hanoi".parse().unwrap()), at(4)).unwrap(), 1);
    assert_eq!(work.unsubscribe(&place(), None, at(5)).unwrap(), 0);
    assert_eq!(work.unsubscribe(&there, None, at(5)).unwrap(), 1);
    assert_eq!(work.subscriptions().unwrap(), []);
}

#[test]
fn a_subscription_of_before_needs_no_yes_and_one_without_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let db = Connection::open(folder.path().join("patchbay.db")).unwrap();
    for sql in [
        include_str!("../../../migrations/0001_first_light.sql"),
        include_str!("../../../migrations/0002_clock.sql"),
        include_str!("../../../migrations/0003_doors.sql"),
    ] {
        db.execute_batch(sql).unwrap();
    }
    db.pragma_update(None, "user_version", 3).unwrap();
    let person = "INSERT INTO people (id, name, role, language, time_zone, added_at)
        VALUES (1, 'ann', 'admin', 'en', 'UTC', 0)";
    let asked = "INSERT INTO subscriptions (channel, address, selector, severity, author, since)
        VALUES ('desk', 'room', 'all', 'warning', 1, 5)";
    db.execute_batch(&format!("{person}; {asked}")).unwrap();
    drop(db);
    let (db, _) = super::super::open::open(folder.path(), Access::Bot).unwrap();
    let mut work = Work::new(&db);
    let kept = work.subscriptions().unwrap().pop().unwrap();
    assert_eq!((kept.confirmed_at, kept.wish.hours, kept.wish.days.len()), (Some(at(5)), None, 0));

    let waiting = Subscription { place: place(), confirmed_at: None, ..kept.clone() };
    work.subscribe(&waiting).unwrap();
    let week = at(7 * 86_400_000 + 5);
    while work.sweep_step(&Retention::default(), week).unwrap() > 0 {}
    assert_eq!(work.subscriptions().unwrap().len(), 2);
    let after = at(week.0 + 1);
    while work.sweep_step(&Retention::default(), after).unwrap() > 0 {}
    assert_eq!(work.subscriptions().unwrap(), [kept]);
}

#[test]
fn the_roles_are_seeded_and_grants_come_and_go() {
    let (bench, person, _) = Bench::furnished(&[]);
    let mut work = bench.work();
    let seeded = work.policy().unwrap().grants;
    let told: Vec<_> = seeded
        .iter()
        .map(|grant| {
            format!("{}: {:?} {} {} {}", grant.name, grant.subject, grant.command, grant.selector, grant.chat)
        })
        .collect();
    assert_eq!(
        told,
        [
            "viewers look: Role(\"viewer\") @viewer all *",
            "operators operate: Role(\"operator\") @operator all *",
            "admins administer: Role(\"admin\") @admin all *",
        ]
    );
    let mut grant = Grant {
        id: GrantId(0),
        name: "you stay away from the core".to_owned(),
        subject: Subject::Person(person),
        command: "backup".to_owned(),
        selector: "tag:core,!R3".parse().unwrap(),
        chat: "terminal:*".to_owned(),
        effect: Effect::Deny,
    };
    grant.id = work.add_grant(&grant).unwrap();
    assert_eq!(work.policy().unwrap().grants.last(), Some(&grant));
    assert!(matches!(work.add_grant(&grant), Err(StoreError::Refused(Refused::NameTaken { .. }))));
    assert!(work.remove_grant(grant.id).unwrap());
    assert!(!work.remove_grant(grant.id).unwrap());
    let everyone = Grant { subject: Subject::Everyone, ..grant };
    work.add_grant(&everyone).unwrap();
    assert_eq!(work.policy().unwrap().grants[3].subject, Subject::Everyone);
}

#[test]
fn an_audit_row_is_for_ever() {
    let bench = Bench::new();
    let mut work = bench.work();
    let row = AuditRow {
        at: at(9),
        person: None,
        identity: identity("mallory"),
        place: place(),
        line: "/reboot R1".to_owned(),
        permission: Some("reboot".to_owned()),
        decision: Decision::Refused,
        rule: Some("stranger".to_owned()),
        job: None,
        outcome: None,
    };
    work.audit(&row).unwrap();
    work.audit(&AuditRow { at: at(10), job: Some(JobId(3)), decision: Decision::Done, ..row.clone() })
        .unwrap();
    assert_eq!(work.audit_rows(&AuditFilter::default(), 10).unwrap().len(), 2);
    let of_job = AuditFilter { job: Some(JobId(3)), ..AuditFilter::default() };
    assert_eq!(work.audit_rows(&of_job, 10).unwrap()[0].at, at(10));
    assert_eq!(work.audit_rows(&AuditFilter::default(), 10).unwrap()[1], row);
    for sql in ["UPDATE audit SET line = ''", "DELETE FROM audit"] {
        let said = bench.db.execute(sql, []).unwrap_err().to_string();
        assert!(said.starts_with("audit rows are never"), "{said}");
    }
}
