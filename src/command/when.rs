//! A moment in the past as people type it, read in the asker's time zone. The date alone means its
//! first minute; a time of day that is still to come today was yesterday's.

use crate::model::invocation::When;
use crate::model::time::read_span;
use crate::model::{Text, Timestamp, VersionId};
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::Tz;

/// What moments are read against.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    pub now: Timestamp,
    pub zone: Tz,
}

/// `14:02`, `yesterday 14:02`, `2026-11-20`, `2026-11-20 14:02`, `3h ago`, `#12`.
pub fn read(typed: &str, clock: Clock) -> Result<When, Text> {
    let words: Vec<String> = typed.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "at").collect();
    if let [number] = words.as_slice()
        && let Some(version) = number.strip_prefix('#')
    {
        let number = version.parse::<i64>().ok().filter(|number| *number > 0);
        return number
            .map(|number| When::Version(VersionId(number)))
            .ok_or_else(|| text!("command.not_a_version", typed = typed));
    }
    let at = moment(&words, clock).ok_or_else(|| text!("command.not_a_moment", typed = typed))?;
    match at <= clock.now {
        true => Ok(When::At(at)),
        false => Err(text!("command.moment_ahead", typed = typed)),
    }
}

fn moment(words: &[&str], clock: Clock) -> Option<Timestamp> {
    let today = clock.now.utc().with_timezone(&clock.zone).date_naive();
    let yesterday = today.checked_sub_days(Days::new(1))?;
    match words {
        ["now"] => Some(clock.now),
        ["today"] => local(today, NaiveTime::MIN, clock.zone),
        ["yesterday"] => local(yesterday, NaiveTime::MIN, clock.zone),
        ["today", time] => local(today, time_of_day(time)?, clock.zone),
        ["yesterday", time] => local(yesterday, time_of_day(time)?, clock.zone),
        [span @ .., "ago"] => Some(clock.now.minus(read_span(&span.concat())?)),
        [one] => match time_of_day(one) {
            Some(time) => last_time(time, today, yesterday, clock),
            None => one_word(one, clock),
        },
        [day, time] => local(date(day)?, time_of_day(time)?, clock.zone),
        _ => None,
    }
}

/// `2026-11-20`, `2026-11-20t14:02`, and a bare `3h`, which can only mean `3h ago` here.
fn one_word(word: &str, clock: Clock) -> Option<Timestamp> {
    if let Some((day, time)) = word.split_once('t').filter(|(day, _)| date(day).is_some()) {
        return local(date(day)?, time_of_day(time)?, clock.zone);
    }
    match date(word) {
        Some(day) => local(day, NaiveTime::MIN, clock.zone),
        None => Some(clock.now.minus(read_span(word)?)),
    }
}

fn last_time(time: NaiveTime, today: NaiveDate, yesterday: NaiveDate, clock: Clock) -> Option<Timestamp> {
    let at = local(today, time, clock.zone)?;
    match at <= clock.now {
        true => Some(at),
        false => local(yesterday, time, clock.zone),
    }
}

fn time_of_day(typed: &str) -> Option<NaiveTime> {
    let plain = typed.len() <= 8 && typed.chars().all(|c| c.is_ascii_digit() || c == ':');
    let read = |form| NaiveTime::parse_from_str(typed, form).ok();
    plain.then(|| read("%H:%M").or_else(|| read("%H:%M:%S")))?
}

fn date(typed: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(typed, "%Y-%m-%d").ok().filter(|date| (1970..10_000).contains(&date.year()))
}

/// Where clocks are set back the earlier of two; where they are set forward the first minute after.
fn local(day: NaiveDate, time: NaiveTime, zone: Tz) -> Option<Timestamp> {
    let wanted = day.and_time(time);
    let found = |at: NaiveDateTime| -> Option<DateTime<Tz>> { zone.from_local_datetime(&at).earliest() };
    let at = found(wanted).or_else(|| found(wanted.checked_add_signed(chrono::TimeDelta::hours(1))?))?;
    Some(Timestamp(at.timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Utc;
    use proptest::prelude::*;

    fn clock() -> Clock {
        // Monday 2026-11-23, 12:00 UTC: 19:00 in Hanoi.
        let now = Utc.with_ymd_and_hms(2026, 11, 23, 12, 0, 0).unwrap();
        Clock { now: now.into(), zone: chrono_tz::Asia::Ho_Chi_Minh }
    }

    fn check(typed: &str, expected: &str) {
        let got = match read(typed, clock()) {
            Ok(When::At(at)) => at.utc().format("%Y-%m-%d %H:%M:%S").to_string(),
            Ok(When::Version(version)) => version.to_string(),
            Err(text) => text.key,
        };
        assert_eq!(got, expected, "{typed}");
    }

    #[test]
    fn moments_are_read_in_the_asker_s_zone() {
        check("14:02", "2026-11-23 07:02:00");
        check("20:30", "2026-11-22 13:30:00");
        check("9:05", "2026-11-23 02:05:00");
        check("yesterday 14:02", "2026-11-22 07:02:00");
        check("Yesterday", "2026-11-21 17:00:00");
        check("2026-11-20", "2026-11-19 17:00:00");
        check("2026-11-20 14:02", "2026-11-20 07:02:00");
        check("2026-11-20T14:02", "2026-11-20 07:02:00");
        check("3h ago", "2026-11-23 09:00:00");
        check("3 h ago", "2026-11-23 09:00:00");
        check("3h", "2026-11-23 09:00:00");
        check("#12", "#12");
    }

    #[test]
    fn what_is_no_moment_in_the_past_is_refused() {
        check("today 23:00", "command.moment_ahead");
        check("2027-01-01", "command.moment_ahead");
        for typed in ["", "25:00", "soon", "2026-13-01", "12", "14:02 yesterday tea", "ago", "99999999-01-01"]
        {
            check(typed, "command.not_a_moment");
        }
        check("#x", "command.not_a_version");
        check("#0", "command.not_a_version");
    }

    #[test]
    fn a_time_that_clocks_skipped_is_the_first_after_it() {
        let clock = Clock { zone: chrono_tz::Europe::Berlin, ..clock() };
        // On 2026-03-29 Berlin went from 02:00 to 03:00.
        let Ok(When::At(at)) = read("2026-03-29 02:30", clock) else { panic!("no moment") };
        assert_eq!(at.utc().format("%H:%M").to_string(), "01:30");
    }

    proptest! {
        #[test]
        fn no_string_is_a_panic(typed in any::<String>(), dated in "[0-9:tTago #-]{0,20}") {
            let _ = read(&typed, clock());
            let _ = read(&dated, clock());
        }
    }
}
