//! The pair of tokens: renewed ahead of time, once at a time, and never used before it is kept.

use super::*;
use crate::lab::Point;
use chrono::TimeDelta;
use lab::Fault as Trouble;

const OAUTH: &str = "v4/oa/access_token";

struct Account {
    bench: Bench,
    ann: lab::Person,
}

impl Account {
    async fn new(plan: lab::Plan) -> Account {
        let bench = Bench::account(plan, "").await;
        let ann = bench.service.person("Ann");
        ann.follows(TimeDelta::zero());
        Account { bench, ann }
    }

    async fn send(&self, slot: &str) -> Result<Receipt, SendError> {
        self.bench.send(&message(self.ann.id(), slot, line(Sign::Done, slot))).await
    }

    fn renewals(&self) -> usize {
        self.bench.service.calls_of(OAUTH).len()
    }
}

#[tokio::test]
async fn a_token_that_is_not_taken_is_renewed_once_and_the_message_sent_once_more() {
    for plan in
        [lab::Plan::default(), lab::Plan { stale_as_401: true, life_as_text: false, ..lab::Plan::default() }]
    {
        let account = Account::new(plan).await;
        account.bench.service.expire();
        account.send("one").await.unwrap();
        assert_eq!((account.ann.received(), account.renewals()), (vec!["✅ one".to_owned()], 1));
        assert_eq!(account.bench.house.noted(), ["renewing", "kept lab-refresh-word-2"]);
        // A service that takes nothing that it gave just now costs no second pair.
        account.bench.service.expire();
        let SendError::Later { after, .. } = account.send("two").await.unwrap_err() else { panic!("no end") };
        assert_eq!((after.as_secs(), account.renewals()), (60, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_who_come_at_once_make_one_renewal() {
    let account = Arc::new(Account::new(lab::Plan::default()).await);
    account.bench.service.expire();
    let hold = account.bench.service.hold(Point::BeforeCall(OAUTH.to_owned()));
    #[expect(clippy::disallowed_methods, reason = "twenty at once")]
    let sends: Vec<_> = (0..20)
        .map(|at| {
            let account = account.clone();
            tokio::spawn(async move { account.send(&format!("slot {at}")).await })
        })
        .collect();
    soon("a renewal", hold.reached()).await;
    let stale = |count: usize| {
        let stale = account
            .bench
            .service
            .calls_of("v3.0/oa/message/cs")
            .iter()
            .filter(|call| call.code() == Some(-220))
            .count();
        stale >= count
    };
    soon("all of them", account.bench.service.call(|_| stale(20))).await;
    hold.release();
    for send in sends {
        send.await.unwrap().unwrap();
    }
    assert_eq!((account.renewals(), account.ann.received().len()), (1, 20));
}

#[tokio::test]
async fn it_is_renewed_ahead_of_time_and_what_there_is_holds_when_that_fails() {
    let account = Account::new(lab::Plan::default()).await;
    let (service, house) = (&account.bench.service, &account.bench.house);
    // Issued an hour ago for an hour and a minute: four fifths are over.
    house.seed(service.mint(), 60_000);
    service.fault(Trouble::Html(502).on(OAUTH)).await;
    account.send("one").await.unwrap();
    assert_eq!(account.renewals(), 1, "it was tried, and the message went with what there was");
    service.clear_faults().await;
    account.send("two").await.unwrap();
    assert_eq!(house.refresh(), "lab-refresh-word-3");
    account.send("three").await.unwrap();
    assert_eq!((account.renewals(), account.ann.received().len()), (2, 3));
}

#[tokio::test]
async fn a_pair_is_on_the_disk_before_it_is_used() {
    let account = Account::new(lab::Plan::default()).await;
    let (service, house) = (&account.bench.service, &account.bench.house);
    service.expire();
    house.full_after.store(true, SeqCst);
    let refused = account.send("one").await.unwrap_err().to_string();
    assert!(refused.ends_with("out of reach: the disk is full"), "{refused}");
    // The new pair is known to this process alone, and nobody calls with it.
    let with_new = service.calls_of("v3.0/oa/message/cs").iter().any(|call| call.code() == Some(0));
    assert!(!with_new && account.renewals() == 1);
    assert_eq!(house.refresh(), "lab-refresh-word-1");
    // When the disk takes it again it is kept, and no second renewal is made.
    house.full_after.store(false, SeqCst);
    account.send("one").await.unwrap();
    assert_eq!((house.refresh(), account.renewals()), ("lab-refresh-word-2".to_owned(), 1));
}

#[tokio::test]
async fn a_disk_that_takes_nothing_costs_no_pair() {
    let account = Account::new(lab::Plan::default()).await;
    account.bench.service.expire();
    account.bench.house.full_before.store(true, SeqCst);
    account.send("one").await.unwrap_err();
    assert_eq!(account.renewals(), 0);
    account.bench.house.full_before.store(false, SeqCst);
    account.send("one").await.unwrap();
}

#[tokio::test]
async fn a_renewal_comes_to_its_end_when_nobody_waits_for_it_any_more() {
    let account = Account::new(lab::Plan::default()).await;
    account.bench.service.expire();
    let hold = account.bench.service.hold(Point::AfterCall(OAUTH.to_owned()));
    tokio::select! {
        _ = account.send("one") => panic!("it waits"),
        () = soon("a renewal", hold.reached()) => {}
    }
    hold.release();
    account.send("one").await.unwrap();
    assert_eq!((account.bench.house.refresh(), account.renewals()), ("lab-refresh-word-2".to_owned(), 1));
}

#[tokio::test]
async fn a_refused_renewal_is_told_with_the_steps_and_new_tokens_mend_it() {
    let account = Account::new(lab::Plan::default()).await;
    let (service, house) = (&account.bench.service, &account.bench.house);
    service.revoke();
    let refused = account.send("one").await.unwrap_err();
    let SendError::Later { why, .. } = &refused else { panic!("{refused}") };
    assert_eq!(
        why,
        "the service refuses to renew the tokens of zl; get new ones and give them with: patchbay channel tokens zl"
    );
    let told = house.noted().pop().unwrap();
    assert!(
        told.starts_with("zl will fall silent: the service refuses to renew its tokens (-14020)."),
        "{told}"
    );
    assert!(told.ends_with("type on the bot's machine: patchbay channel tokens zl"), "{told}");
    // A dead pair is not offered at every message.
    account.send("two").await.unwrap_err();
    assert_eq!(account.renewals(), 1);
    house.seed(service.mint(), 3_600_000 * 24);
    account.send("one").await.unwrap();
}

#[tokio::test]
async fn without_a_first_pair_it_says_how_to_give_one() {
    let account = Account::new(lab::Plan::default()).await;
    *account.bench.house.pair.lock().unwrap() = None;
    let error = account.send("one").await.unwrap_err().to_string();
    assert!(error.ends_with("give it the first with: patchbay channel tokens zl"), "{error}");
    assert!(account.bench.house.noted()[0].starts_with("zl has no tokens yet"));
    // Also when nobody writes: the loop beside the messages looks.
    let (_, refresh) = account.bench.service.mint();
    account.bench.house.seed((String::new(), refresh), -1);
    account.bench.house.pair.lock().unwrap().as_mut().unwrap().access = None;
    let ears = account.bench.listens();
    soon("a renewal", account.bench.service.call(|call| call.method == OAUTH && call.answer.is_some())).await;
    ears.ends().await;
}
