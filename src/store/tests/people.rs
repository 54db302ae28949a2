use super::*;
use crate::model::person::{Effect, Subject};

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
