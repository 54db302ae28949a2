//! Messages on their way out, to a bot's person and to an account's.

use super::*;
use crate::lab::Point;
use chrono::TimeDelta;
use lab::Fault as Trouble;

const CS: &str = "v3.0/oa/message/cs";

fn why(sent: Result<Receipt, SendError>) -> String {
    sent.unwrap_err().to_string()
}

#[tokio::test]
async fn a_bot_writes_to_whoever_wrote_to_it() {
    let bench = Bench::bot().await;
    let ann = bench.service.person("Ann");
    let hello = message(ann.id(), "a", line(Sign::Done, "R1 is well"));
    let refused = why(bench.send(&hello).await);
    assert!(refused.starts_with("never: the service refused it: Forbidden"), "{refused}");
    assert_eq!(bench.house.noted(), [format!("{} zalo.not_started", ann.id())]);
    ann.starts();
    let receipt = bench.send(&hello).await.unwrap();
    assert!(receipt.parts[0].0.starts_with("end:m"), "{receipt:?}");
    assert_eq!(ann.received(), ["✅ R1 is well"]);
    let nobody = why(bench.send(&message("4719999999", "b", line(Sign::Done, "x"))).await);
    assert_eq!(nobody, "never: the service refused it: Bad Request: chat not found (400)");
}

#[tokio::test]
async fn only_first_versions_and_ends_are_sent_and_no_progress() {
    let bench = Bench::bot().await;
    let ann = bench.service.person("Ann");
    ann.starts();
    let version = async |class, slot: &str, document: Document, parts: &Receipt| {
        let parts = parts.parts.clone();
        bench.send(&Message { class, parts, ..message(ann.id(), slot, document) }).await.unwrap()
    };
    let none = Receipt { parts: Vec::new() };
    let open = |words: &str| Document::open(Sign::Running, said(words));
    // Work: only its end.
    let parts = version(Class::Progress, "job", open("27 of 40"), &none).await;
    let parts = version(Class::Result, "job", line(Sign::Done, "40 of 40"), &parts).await;
    version(Class::Result, "job", line(Sign::Done, "40 of 40, once more"), &parts).await;
    // A question: as it is asked, and how it ended.
    let parts = version(Class::Result, "ask", open("which?"), &none).await;
    let parts = version(Class::Result, "ask", open("which? page 2"), &parts).await;
    version(Class::Result, "ask", line(Sign::Held, "expired"), &parts).await;
    // An alert: once; its end is a message of its own.
    let parts = version(Class::Critical, "alert/1", open("R1 CPU 95 %"), &none).await;
    let parts = version(Class::Alert, "alert/1", open("R1 CPU 96 %"), &parts).await;
    version(Class::Alert, "alert/1", line(Sign::Done, "R1 CPU back to 5 %"), &parts).await;
    version(Class::Alert, "alert/1/2", line(Sign::Done, "R1 CPU back to 5 %"), &none).await;
    let expected = ["✅ 40 of 40", "⏳ which?", "⏸ expired", "⏳ R1 CPU 95 %", "✅ R1 CPU back to 5 %"];
    assert_eq!(ann.received(), expected);
}

#[tokio::test]
async fn a_try_that_breaks_off_goes_on_where_it_was_and_says_when_it_may_be_the_second() {
    let bench = Bench::bot().await;
    let ann = bench.service.person("Ann");
    ann.starts();
    let long = (0..30).map(|at| said(&format!("line {at} {}", "x".repeat(90))));
    let long = long.fold(line(Sign::None, "first"), Document::with_detail);
    let message = message(ann.id(), "a", long);
    // The second of two texts meets trouble.
    let hold = bench.service.hold(Point::AfterCall("sendMessage".to_owned()));
    let (sent, ()) = tokio::join!(bench.send(&message), async {
        soon("the first", hold.reached()).await;
        bench.service.fault(Trouble::Html(502).on("sendMessage").times(1)).await;
        hold.release();
    });
    assert!(why(sent).starts_with("not now: the service answered 502"));
    assert_eq!(ann.received().len(), 1);
    let receipt = bench.send(&message).await.unwrap();
    assert_eq!((receipt.parts.len(), ann.received().len()), (2, 2), "the first is not sent again");
    // One that was done without an answer is marked.
    bench.service.fault(Trouble::CutAfter.on("sendMessage").times(1)).await;
    let other =
        Message { slot: Slot("b".to_owned()), ..super::message(ann.id(), "b", line(Sign::None, "x")) };
    assert_eq!(why(bench.send(&other).await), "not now: the service broke the line off");
    bench.send(&other).await.unwrap();
    assert_eq!(ann.received()[2..], ["x", "(repeat) x"]);
}

#[tokio::test]
async fn no_error_holds_the_token() {
    let bench = Bench::bot().await;
    let (ann, token) = (bench.service.person("Ann"), bench.service.plan().token);
    ann.starts();
    let quotes = format!("Bad Request at /bot{token}/sendMessage");
    for trouble in [
        Trouble::Html(502),
        Trouble::CutBefore,
        Trouble::CutAfter,
        Trouble::Refuse(400, quotes.clone()),
        Trouble::Refuse(403, quotes.clone()),
        Trouble::Refuse(500, quotes.clone()),
        Trouble::Refuse(400, format!("{}{quotes}", "x".repeat(175))),
    ] {
        bench.service.fault(trouble.clone().on("sendMessage").times(1)).await;
        let error = why(bench.send(&message(ann.id(), "a", line(Sign::None, "x"))).await);
        assert!(!error.contains("lab-zalo"), "{trouble:?}: {error}");
    }
    bench.service.fault(Trouble::Unreachable).await;
    let error = why(bench.send(&message(ann.id(), "a", line(Sign::None, "x"))).await);
    assert!(error.starts_with("not now: the service "), "{error}");
}

#[tokio::test]
async fn an_account_writes_within_the_window_and_to_groups() {
    let bench = Bench::account(lab::Plan::default(), "").await;
    let ann = bench.service.person("Ann");
    ann.follows(TimeDelta::days(5));
    bench.send(&message(ann.id(), "a", line(Sign::Done, "one"))).await.unwrap();
    assert_eq!(ann.received(), ["✅ one"]);
    let ears = bench.listens();
    // Asked beside the messages: until when that goes on.
    soon(
        "the window",
        bench.service.call(|call| call.method == "v3.0/oa/quota/message" && call.answer.is_some()),
    )
    .await;
    ears.ends().await;
    assert_eq!(bench.house.noted(), [format!("{} open for 2.0 d", ann.id())]);
    bench.service.group("f414c8f76fa586fbdfb4");
    let group = message("group:f414c8f76fa586fbdfb4", "b", line(Sign::None, "to [@all]"));
    bench.send(&group).await.unwrap();
    assert_eq!(bench.service.said("f414c8f76fa586fbdfb4")[0].text, "to @all]");
}

#[tokio::test]
async fn each_refusal_of_the_account_has_its_end() {
    let plan = lab::Plan { per_minute: 9, ..lab::Plan::default() };
    let bench = Bench::account(plan, "").await;
    let ann = bench.service.person("Ann");
    let one = message(ann.id(), "a", line(Sign::Done, "one"));
    let sent = async || why(bench.send(&one).await);
    assert_eq!(sent().await, "never: the service refused it: User has not followed OA (-213)");
    ann.follows(TimeDelta::days(8));
    assert!(sent().await.ends_with("in the past 7 days (-230)"));
    ann.follows(TimeDelta::days(46));
    assert!(sent().await.ends_with("45 days (-227)"));
    ann.follows(TimeDelta::zero());
    bench.service.set_quota(Some(0));
    let SendError::Later { after, why: full } = bench.send(&one).await.unwrap_err() else {
        panic!("it is no end")
    };
    assert_eq!((after.as_secs(), full.contains("-211")), (3_600, true));
    bench.service.set_quota(None);
    ann.restricts();
    assert!(sent().await.ends_with("(-244)"));
    let id = ann.id();
    let noted = ["not_following", "window_over", "inactive", "restricted"];
    assert_eq!(bench.house.noted(), noted.map(|key| format!("{id} zalo.{key}")));
    bench.service.fault(Trouble::Refuse(-234, "night".to_owned()).on(CS).times(1)).await;
    assert_eq!(sent().await, "never: the service refused it: night (-234)");
    // Too many in a minute: nobody sends before the next one.
    for _ in 0..20 {
        if let Err(SendError::Later { after, .. }) = bench.send(&one).await {
            assert!((Duration::from_secs(1)..=Duration::from_secs(61)).contains(&after), "{after:?}");
            let other = message("4710000099", "b", line(Sign::None, "x"));
            assert!(bench.door.deliver.turn(&other) > Duration::ZERO);
            return;
        }
    }
    panic!("it was never too fast");
}
