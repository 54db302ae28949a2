//! CPU and memory: one value each, in every form in which routers write it.

use super::*;
use crate::model::board::MemoryStatus;

fn cpu(utilization: &str) -> Option<Reading> {
    let body = format!(r#"{{"Cisco-IOS-XE-process-cpu-oper:cpu-utilization":{utilization}}}"#);
    Router::asked("cpu").look(&[json(&body)]).of(Metric::Cpu, "")
}

#[test]
fn cpu_is_the_one_minute_value_in_every_form() {
    for (utilization, value) in [
        (r#"{"one-minute":41}"#, known(41.0)),
        (r#"{"one-minute":"41"}"#, known(41.0)),
        (r#"{"one-minute":" 41.5 "}"#, known(41.5)),
        (r#"[{"five-seconds":99,"one-minute":41,"five-minutes":2}]"#, known(41.0)),
        (r#"{"five-seconds":99,"five-minutes":2}"#, unknown(Why::NotReported)),
        (r#"{"one-minute":null}"#, unknown(Why::NotReported)),
        (r#"{"one-minute":[null]}"#, unknown(Why::NotReported)),
        (r#"{"one-minute":"NaN"}"#, unknown(Why::NotReported)),
        (r#"{"one-minute":"inf"}"#, unknown(Why::NotReported)),
        (r#"{"one-minute":-1}"#, unknown(Why::NotReported)),
        (r#"{"one-minute":255}"#, unknown(Why::NotReported)),
        (r#"[]"#, unknown(Why::NotReported)),
        (r#""soon""#, unknown(Why::NotReported)),
    ] {
        assert_eq!(cpu(utilization), value, "{utilization}");
    }
}

#[test]
fn cpu_is_seen_and_kept_with_the_time_of_its_answer() {
    let mut router = Router::asked("cpu");
    let answer = Json { body: Some(CPU.to_owned()), answered: Duration::from_secs(3) };
    let found = router.look(&[Outcome::Json(answer)]);
    assert_eq!(found.of(Metric::Cpu, ""), known(7.0));
    assert_eq!(found.samples[0].at, Timestamp(START + 3_000));
    let seen = router.vitals.cpu.unwrap();
    assert_eq!((seen.at, seen.value), (Timestamp(START + 3_000), 7.0));
}

#[test]
fn memory_is_the_processor_pool_and_no_other() {
    let mut router = Router::asked("memory");
    let found = router.look(&[json(POOLS), json(PROCESSES)]);
    let Some(Reading::Known(share)) = found.of(Metric::Memory, "Processor") else { panic!("{found:?}") };
    assert!((31.4..31.6).contains(&share), "{share}");
    assert_eq!(found.observed.len(), 2, "lsmpi_io is always full and says nothing");
    assert_eq!(found.sample(Metric::Memory, "Processor"), Some(share));
    assert_eq!(found.of(Metric::MemoryStatus, ""), known(0.0));
    assert_eq!(router.vitals.memory.unwrap().value, share);
    assert_eq!(router.vitals.memory_status.unwrap().value, MemoryStatus::Healthy);
}

#[test]
fn memory_in_other_forms() {
    for (pools, value) in [
        (r#"{"name":"Processor","total-memory":200,"used-memory":"50"}"#, known(25.0)),
        (
            r#"[{"name":"I/O","total-memory":9,"used-memory":9},{"name":"Processor","total-memory":"4","used-memory":1}]"#,
            known(25.0),
        ),
        (r#"[null, 5, {"name":"Processor","total-memory":"4","used-memory":1}]"#, known(25.0)),
        (r#"[{"name":"reserve Processor","total-memory":"4","used-memory":4}]"#, unknown(Why::NotReported)),
        (r#"[{"name":"Processor","total-memory":"0","used-memory":"0"}]"#, unknown(Why::NotReported)),
        (r#"[{"name":"Processor","total-memory":"4","used-memory":"5"}]"#, unknown(Why::NotReported)),
        (r#"[{"name":"Processor","total-memory":"4"}]"#, unknown(Why::NotReported)),
        (r#"[null]"#, unknown(Why::NotReported)),
    ] {
        let body =
            format!(r#"{{"Cisco-IOS-XE-memory-oper:memory-statistics":{{"memory-statistic":{pools}}}}}"#);
        let found = Router::asked("memory").look(&[json(&body), nothing()]);
        assert_eq!(found.of(Metric::Memory, "Processor"), value, "{pools}");
    }
}

#[test]
fn memory_status_is_the_worst_word() {
    for (processes, value) in [
        (r#"{"memory-stats":{"memory-status":"Warning"}}"#, known(1.0)),
        (
            r#"[{"memory-stats":{"memory-status":"Healthy"}},{"memory-stats":{"memory-status":"critical"}},{"memory-stats":{}}]"#,
            known(2.0),
        ),
        (r#"[{"memory-stats":[{"memory-status":"Healthy"}]},{"memory-stats":null}]"#, known(0.0)),
        (r#"[{"memory-stats":{"memory-status":"Splendid"}}]"#, unknown(Why::NotReported)),
        (r#"[{}]"#, unknown(Why::NotReported)),
    ] {
        let body = format!(r#"{{"Cisco-IOS-XE-platform-software-oper:control-process":{processes}}}"#);
        let found = Router::asked("memory").look(&[nothing(), json(&body)]);
        assert_eq!(found.of(Metric::MemoryStatus, ""), value, "{processes}");
    }
}

#[test]
fn one_of_two_requests_may_break() {
    let mut router = Router::asked("memory");
    router.look(&[json(POOLS), json(PROCESSES)]);
    let found = router.look(&[json(POOLS), broken()]);
    assert!(matches!(found.of(Metric::Memory, "Processor"), Some(Reading::Known(_))));
    assert_eq!(found.of(Metric::MemoryStatus, ""), unknown(Why::NoAnswer));
}
