use super::*;

#[test]
fn a_device_reads_back_as_it_was_given() {
    let (bench, _, ids) = Bench::furnished(&["R1", "R10", "R2"]);
    let inventory = bench.work().inventory().unwrap();
    let names: Vec<_> = inventory.devices().iter().map(|device| device.name.as_str()).collect();
    assert_eq!(names, ["R1", "R2", "R10"]);
    let given = Device { id: ids[0], ..device("R1") };
    assert_eq!(inventory.device(ids[0]), Some(&given));
    assert_eq!(bench.work().device_by_name("r1").unwrap(), Some(given));
}

#[test]
fn a_name_is_unique_without_case_among_the_living() {
    let (bench, _, ids) = Bench::furnished(&["R1", "R2"]);
    let mut work = bench.work();
    let taken = StoreError::Refused(Refused::NameTaken { noun: "device", name: "R1".to_owned() });
    assert_eq!(work.add_device(&device("r1"), at(1)), Err(taken.clone()));
    assert_eq!(work.set_device(&Device { id: ids[1], ..device("r1") }), Err(taken));
    work.set_device(&Device { id: ids[0], ..device("r1") }).unwrap();
    work.remove_device(ids[0], at(2)).unwrap();
    let again = work.add_device(&device("R1"), at(3)).unwrap();
    assert!(again > ids[1]);
    assert_eq!(work.device_name(ids[0]).unwrap(), Some("r1".to_owned()));
    assert_eq!(work.inventory().unwrap().devices().len(), 2);
}

#[test]
fn parents_exist_and_never_go_in_a_circle() {
    let (bench, _, ids) = Bench::furnished(&["R1", "R2", "R3"]);
    let mut work = bench.work();
    let with = |index: usize, name: &str, parents: &[DeviceId]| Device {
        id: ids[index],
        parents: parents.to_vec(),
        ..device(name)
    };
    work.set_device(&with(1, "R2", &[ids[0]])).unwrap();
    work.set_device(&with(2, "R3", &[ids[1]])).unwrap();
    for (parent, refused) in [
        (ids[2], Refused::ParentCircle { parent: ids[2] }),
        (ids[0], Refused::ParentCircle { parent: ids[0] }),
        (DeviceId(99), Refused::UnknownParent { parent: DeviceId(99) }),
    ] {
        assert_eq!(work.set_device(&with(0, "R1", &[parent])), Err(StoreError::Refused(refused)));
    }
    assert_eq!(work.device_by_name("R3").unwrap().unwrap().parents, [ids[1]]);
    work.remove_device(ids[1], at(1)).unwrap();
    assert_eq!(work.inventory().unwrap().named("R3").unwrap().parents, []);
}

#[test]
fn what_is_not_there_is_said() {
    let bench = Bench::new();
    let mut work = bench.work();
    let said = work.remove_device(DeviceId(7), at(0)).unwrap_err().to_string();
    assert_eq!(said, "there is no device #7");
    let said = work.set_device(&Device { id: DeviceId(7), ..device("R7") }).unwrap_err().to_string();
    assert_eq!(said, "there is no device R7");
}

#[test]
fn the_first_host_key_stays_until_the_offered_one_is_trusted() {
    let (bench, _, ids) = Bench::furnished(&["R1"]);
    let mut work = bench.work();
    assert_eq!(work.pin(ids[0], PinKind::HostKey).unwrap(), None);
    assert_eq!(work.pin_first_seen(ids[0], PinKind::HostKey, "SHA256:a", at(1)).unwrap(), "SHA256:a");
    assert_eq!(work.pin_first_seen(ids[0], PinKind::HostKey, "SHA256:b", at(2)).unwrap(), "SHA256:a");
    work.pin_offered(ids[0], PinKind::HostKey, "SHA256:b", at(3)).unwrap();
    let pin = work.pin(ids[0], PinKind::HostKey).unwrap().unwrap();
    assert_eq!((pin.offered.as_deref(), pin.offered_at), (Some("SHA256:b"), Some(at(3))));
    assert!(
        !work.trust(ids[0], PinKind::HostKey, "SHA256:c", at(4)).unwrap(),
        "another key than the one that was seen"
    );
    assert!(work.trust(ids[0], PinKind::HostKey, "SHA256:b", at(4)).unwrap());
    let pin = work.pin(ids[0], PinKind::HostKey).unwrap().unwrap();
    assert_eq!((pin.fingerprint.as_str(), pin.offered), ("SHA256:b", None));
}

#[test]
fn the_first_certificate_stays_until_the_offered_one_is_trusted() {
    let (bench, _, ids) = Bench::furnished(&["R1", "R2"]);
    let mut work = bench.work();
    assert_eq!(work.pin(ids[0], PinKind::Certificate).unwrap(), None);
    assert_eq!(work.pin_first_seen(ids[0], PinKind::Certificate, "AA:01", at(1)).unwrap(), "AA:01");
    assert_eq!(work.pin_first_seen(ids[0], PinKind::Certificate, "AA:02", at(2)).unwrap(), "AA:01");
    work.pin_offered(ids[0], PinKind::Certificate, "AA:01", at(3)).unwrap();
    assert_eq!(
        work.pin(ids[0], PinKind::Certificate).unwrap().unwrap().offered,
        None,
        "that is the known one"
    );
    work.pin_offered(ids[0], PinKind::Certificate, "AA:02", at(3)).unwrap();
    let pin = work.pin(ids[0], PinKind::Certificate).unwrap().unwrap();
    assert_eq!((pin.offered.as_deref(), pin.offered_at), (Some("AA:02"), Some(at(3))));
    assert!(
        !work.trust(ids[0], PinKind::Certificate, "AA:03", at(4)).unwrap(),
        "another than the one that was seen"
    );
    assert!(!work.trust(ids[1], PinKind::Certificate, "AA:02", at(4)).unwrap(), "another router");
    assert!(work.trust(ids[0], PinKind::Certificate, "AA:02", at(4)).unwrap());
    let pin = work.pin(ids[0], PinKind::Certificate).unwrap().unwrap();
    assert_eq!((pin.fingerprint.as_str(), pin.first_seen, pin.offered), ("AA:02", at(4), None));
    assert_eq!(work.pin(ids[0], PinKind::HostKey).unwrap(), None, "the host key is another matter");
}

#[test]
fn what_was_learned_is_of_one_version() {
    let bench = Bench::new();
    let mut work = bench.work();
    assert!(!work.refuses_fields("16.6.1").unwrap());
    work.learn_refuses_fields("16.6.1", at(1)).unwrap();
    work.learn_refuses_fields("16.6.1", at(2)).unwrap();
    assert!(work.refuses_fields("16.6.1").unwrap());
    assert!(!work.refuses_fields("17.9.4").unwrap());
}

#[test]
fn a_credential_in_use_stays() {
    let (bench, _, ids) = Bench::furnished(&["R1", "R2"]);
    let mut work = bench.work();
    let credential = Credential {
        name: "lab".to_owned(),
        username: "bot".to_owned(),
        password: Sealed(vec![1, 2]),
        enable: None,
    };
    work.set_credential(&credential, at(0)).unwrap();
    let changed = Credential { enable: Some(Sealed(vec![3])), ..credential };
    work.set_credential(&changed, at(1)).unwrap();
    assert_eq!(work.credential("LAB").unwrap(), Some(changed));
    assert_eq!(work.credential_names().unwrap(), ["lab"]);
    let said = work.remove_credential("lab").unwrap_err().to_string();
    assert_eq!(said, "credential \"lab\" is used by R1, R2");
    for id in ids {
        work.remove_device(id, at(2)).unwrap();
    }
    work.remove_credential("lab").unwrap();
    assert_eq!(work.credential("lab").unwrap(), None);
}
