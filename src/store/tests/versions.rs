use super::*;

fn configuration(redacted: &str) -> Configuration {
    Configuration {
        redacted: redacted.to_owned(),
        sealed: Sealed(redacted.as_bytes().to_vec()),
        bytes: redacted.len() as u64,
        author: Some("anna".to_owned()),
        changed_at: Some("14:02:31 UTC Mon Nov 23 2026".to_owned()),
        complete: true,
    }
}

const FIRST: &str = "hostname R1\ninterface Gi1\n no shutdown\nend\n";
const SECOND: &str = "hostname R1\ninterface Gi1\n shutdown\nntp server 10.0.0.1\nend\n";

#[test]
fn a_change_makes_a_version_and_the_same_text_does_not() {
    let (bench, _, ids) = Bench::furnished(&["R1"]);
    let mut work = bench.work();
    let first = VersionId(1);
    let add = |work: &mut Work<'_>, text, now| {
        work.add_version(ids[0], &configuration(text), None, at(now)).unwrap()
    };
    assert_eq!(add(&mut work, FIRST, 10), Added::First { version: first });
    assert_eq!(add(&mut work, FIRST, 20), Added::Unchanged { version: first });
    let second = VersionId(2);
    assert_eq!(
        add(&mut work, SECOND, 30),
        Added::Changed { version: second, from: first, added: 2, removed: 1 }
    );
    assert_eq!(work.version(first).unwrap().unwrap().last_seen_at, at(20));
    assert_eq!(work.latest(ids[0]).unwrap().unwrap().id, second);
    assert_eq!(work.redacted(first).unwrap().as_deref(), Some(FIRST));
    assert_eq!(work.sealed(second).unwrap(), Some(Sealed(SECOND.as_bytes().to_vec())));
    let at_moment = |moment| work.version_at(ids[0], at(moment)).unwrap().map(|version| version.id);
    assert_eq!((at_moment(9), at_moment(29), at_moment(30)), (None, Some(first), Some(second)));
}

#[test]
fn a_text_of_less_than_half_is_kept_aside_until_a_person_says_it_is_right() {
    let (bench, _, ids) = Bench::furnished(&["R1"]);
    let mut work = bench.work();
    let add = |work: &mut Work<'_>, text, now| {
        work.add_version(ids[0], &configuration(text), None, at(now)).unwrap()
    };
    add(&mut work, FIRST, 10);
    let short = VersionId(2);
    let aside = Added::KeptAside { version: short, bytes: 4, last_bytes: FIRST.len() as u64 };
    assert_eq!(add(&mut work, "end\n", 20), aside);
    assert_eq!(add(&mut work, "end\n", 30), aside, "told again, stored once");
    assert_eq!(work.latest(ids[0]).unwrap().unwrap().id, VersionId(1));
    assert_eq!(work.versions(ids[0], 10).unwrap().len(), 2);
    assert_eq!(work.waiting_for_archive(10).unwrap().len(), 1);
    assert_eq!(add(&mut work, FIRST, 40), Added::Unchanged { version: VersionId(1) });
    assert!(work.accept_version(short).unwrap());
    assert!(!work.accept_version(short).unwrap());
    assert_eq!(work.latest(ids[0]).unwrap().unwrap().id, short);
}

#[test]
fn an_incomplete_configuration_is_no_version() {
    let (bench, _, ids) = Bench::furnished(&["R1"]);
    let half = Configuration { complete: false, ..configuration(FIRST) };
    let refused = bench.work().add_version(ids[0], &half, None, at(1));
    assert_eq!(refused, Err(StoreError::Refused(Refused::Incomplete)));
    assert_eq!(bench.work().versions(ids[0], 10).unwrap(), []);
}

#[test]
fn versions_wait_for_the_archive_in_their_order() {
    let (bench, _, ids) = Bench::furnished(&["R1", "R2"]);
    let mut work = bench.work();
    for (device, text) in [(0, FIRST), (1, FIRST), (0, SECOND)] {
        work.add_version(ids[device], &configuration(text), None, at(1)).unwrap();
    }
    let waiting = |work: &Work<'_>| -> Vec<i64> {
        work.waiting_for_archive(10).unwrap().iter().map(|version| version.id.0).collect()
    };
    assert_eq!(waiting(&work), [1, 2, 3]);
    work.archived(VersionId(1), "abc").unwrap();
    assert_eq!(waiting(&work), [2, 3]);
    assert_eq!(work.version(VersionId(1)).unwrap().unwrap().commit.as_deref(), Some("abc"));
    work.forget_archive().unwrap();
    assert_eq!(waiting(&work), [1, 2, 3]);
}
