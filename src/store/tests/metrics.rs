//! The metrics file: values, roll-ups, what is forgotten, and damage.

use super::super::metrics::{Keep, Metrics};
use super::*;
use std::sync::Arc;
use std::time::Duration;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// Midnight of some day.
const MIDNIGHT: i64 = 1_700_006_400_000;

fn series(device: i64) -> Series {
    Series { device: DeviceId(device), metric: Metric::In, object: "GigabitEthernet1".to_owned() }
}

/// One value a minute, the number of the minute.
fn minutes(device: i64, from: i64, count: i64) -> Vec<Sample> {
    (0..count)
        .map(|n| Sample { series: series(device), at: at(from + n * MINUTE), value: n as f64 })
        .collect()
}

fn open(folder: &TempDir) -> Metrics {
    Metrics::open(folder.path(), Keep::default(), at(MIDNIGHT)).unwrap().0
}

async fn track(metrics: &Metrics, from: i64, to: i64, now: i64) -> Track {
    let period = Duration::from_secs(60);
    metrics.tracks(vec![series(1)], at(from), at(to), period, at(now)).await.unwrap().remove(0)
}

#[tokio::test]
async fn values_come_back_in_buckets_that_fit_a_phone() {
    let folder = tempfile::tempdir().unwrap();
    let metrics = open(&folder);
    metrics.write(minutes(1, MIDNIGHT, 120), Vec::new()).await.unwrap();
    metrics.write(minutes(2, MIDNIGHT, 5), Vec::new()).await.unwrap();
    let two_hours = track(&metrics, MIDNIGHT, MIDNIGHT + 2 * HOUR, MIDNIGHT + 2 * HOUR).await;
    assert_eq!((two_hours.step, two_hours.points.len()), (Duration::from_secs(60), 120));
    assert_eq!(two_hours.points[7], Point { at: at(MIDNIGHT + 7 * MINUTE), value: 7.0, peak: 7.0 });
    let day = track(&metrics, MIDNIGHT - 22 * HOUR, MIDNIGHT + 2 * HOUR, MIDNIGHT + 2 * HOUR).await;
    assert_eq!((day.step, day.points.len()), (Duration::from_secs(300), 24));
    assert_eq!(day.points[1], Point { at: at(MIDNIGHT + 5 * MINUTE), value: 7.0, peak: 9.0 });
    let none = metrics
        .tracks(vec![series(9)], at(MIDNIGHT), at(MIDNIGHT + 1), Duration::ZERO, at(MIDNIGHT + 1))
        .await;
    assert_eq!(none.unwrap()[0].points, []);
}

#[tokio::test]
async fn raw_values_come_back_as_they_were_series_by_series() {
    let folder = tempfile::tempdir().unwrap();
    let metrics = open(&folder);
    let mut mixed = minutes(2, MIDNIGHT, 3);
    mixed.extend(minutes(1, MIDNIGHT, 3));
    mixed.reverse();
    metrics.write(mixed, Vec::new()).await.unwrap();
    let all = metrics.samples(at(MIDNIGHT), at(MIDNIGHT + HOUR)).await.unwrap();
    assert_eq!(all, [minutes(1, MIDNIGHT, 3), minutes(2, MIDNIGHT, 3)].concat());
    let between = metrics.samples(at(MIDNIGHT + MINUTE), at(MIDNIGHT + 2 * MINUTE)).await.unwrap();
    assert_eq!(between.iter().map(|sample| sample.value).collect::<Vec<_>>(), [1.0, 1.0]);
}

#[tokio::test]
async fn a_month_is_read_from_roll_ups_and_the_last_minutes_from_values() {
    let folder = tempfile::tempdir().unwrap();
    let metrics = open(&folder);
    metrics.write(minutes(1, MIDNIGHT - 3 * 24 * HOUR, 60), Vec::new()).await.unwrap();
    metrics.tidy(at(MIDNIGHT)).await.unwrap();
    metrics.write(minutes(1, MIDNIGHT - MINUTE, 1), Vec::new()).await.unwrap();
    let week = track(&metrics, MIDNIGHT - 7 * 24 * HOUR, MIDNIGHT, MIDNIGHT).await;
    let (mean, peak) = (week.points[0].value, week.points[0].peak);
    assert!(mean > 0.0 && peak >= mean, "{:?}", week.points);
    assert_eq!(
        week.points.last().unwrap().at.0 / HOUR,
        (MIDNIGHT - MINUTE) / HOUR,
        "what is not rolled up yet"
    );
    let total: f64 = week.points.iter().map(|point| point.peak).fold(0.0, f64::max);
    assert_eq!(total, 59.0, "the peak survives the means");
}

#[tokio::test]
async fn each_resolution_is_forgotten_at_its_own_time() {
    let folder = tempfile::tempdir().unwrap();
    let metrics = open(&folder);
    let old = MIDNIGHT - 40 * 24 * HOUR;
    metrics.write(minutes(1, old, 60), Vec::new()).await.unwrap();
    metrics.tidy(at(old + 2 * HOUR)).await.unwrap();
    metrics.tidy(at(MIDNIGHT)).await.unwrap();
    let in_hours = track(&metrics, old - HOUR, old + 2 * HOUR, MIDNIGHT).await;
    assert_eq!(in_hours.points.len(), 1, "the hour is still there: {:?}", in_hours.points);
    assert_eq!(in_hours.points[0].peak, 59.0);
    let as_if_young = track(&metrics, old - HOUR, old + 2 * HOUR, old + 2 * HOUR).await;
    assert_eq!(as_if_young.points, [], "and the values are gone");
    metrics.tidy(at(MIDNIGHT + 800 * 24 * HOUR)).await.unwrap();
    assert_eq!(track(&metrics, old - HOUR, old + 2 * HOUR, MIDNIGHT).await.points, []);
}

#[tokio::test]
async fn what_was_last_seen_is_there_after_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let vitals = Arc::new(Vitals { reach: Reach::Up, reach_since: Some(at(5)), ..Vitals::default() });
    open(&folder).write(Vec::new(), vec![(DeviceId(3), vitals.clone())]).await.unwrap();
    assert_eq!(open(&folder).board().await.unwrap().of(DeviceId(3)), Some(vitals.as_ref()));
}

#[tokio::test]
async fn a_damaged_file_is_set_aside_whole_and_a_new_one_begins() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("metrics.db");
    std::fs::write(
        &file,
        "this is no database at all, and it is longer than a header of one hundred bytes ........",
    )
    .unwrap();
    let (metrics, aside) = Metrics::open(folder.path(), Keep::default(), at(MIDNIGHT)).unwrap();
    let aside = aside.expect("somebody is told");
    assert_eq!(aside.path.file_name().unwrap(), "metrics.db.damaged-20231115-000000");
    assert!(std::fs::read_to_string(&aside.path).unwrap().starts_with("this is no database"));
    metrics.write(minutes(1, MIDNIGHT, 3), Vec::new()).await.unwrap();
    assert_eq!(track(&metrics, MIDNIGHT, MIDNIGHT + HOUR, MIDNIGHT + HOUR).await.points.len(), 3);

    let error = StoreError::Damaged { why: "seen in the middle".to_owned() };
    let again = metrics.begin_anew(error.clone(), at(MIDNIGHT)).await.unwrap().unwrap();
    assert_eq!(metrics.begin_anew(error, at(MIDNIGHT + 9_000)).await.unwrap(), None, "the same damage");
    assert_eq!(again.path.file_name().unwrap(), "metrics.db.damaged-20231115-000000-2");
    metrics.write(minutes(1, MIDNIGHT, 4), Vec::new()).await.unwrap();
    assert_eq!(track(&metrics, MIDNIGHT, MIDNIGHT + HOUR, MIDNIGHT + HOUR).await.points.len(), 4);
}
