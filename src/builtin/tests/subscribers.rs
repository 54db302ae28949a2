//! Who hears of alerts without being in a chat: asked first, seldom, in their hours, and not shown to everybody.

use super::*;
use crate::builtin::{came, came_of, carry_out, leave};
use crate::monitor::Step;

const DAY: u64 = 86_400;

/// Mail, and a service whose users send a code.
fn bench() -> Bench {
    let mut bench = Bench::well();
    let fits: fn(&str) -> bool =
        |typed| typed.contains('@') && !typed.ends_with('@') && !typed.contains(char::is_whitespace);
    let door =
        |name: &str, join, fits| Door { name: name.to_owned(), join, fits, example: "ann@example.net" };
    let all = vec![
        door("desk", Join::Here, |_: &str| true),
        door("mail", Join::Mailed, fits),
        door("far", Join::Sent, |typed: &str| typed.len() == 4),
    ];
    bench.facts.doors = Arc::new(Doors { all, domains: Vec::new() });
    bench.work(|work| work.add_person("bob", "operator", &Reader::default(), &[], Timestamp(0)).map(drop));
    let people = bench.work(|work| work.people());
    bench.facts.people = Arc::new(people);
    bench
}

fn mail(address: &str) -> Destination {
    Destination { channel: "mail".to_owned(), address: address.to_owned() }
}

fn by(external: &str) -> Identity {
    Identity { channel: "desk".to_owned(), external: external.to_owned() }
}

/// Somebody else asks.
fn as_person(bench: &mut Bench, name: &str) {
    bench.facts.asker = bench.facts.people.iter().find(|person| person.name == name).cloned();
}

fn later(bench: &mut Bench, seconds: u64) {
    bench.facts.now.wall = bench.facts.now.wall.plus(Duration::from_secs(seconds));
}

/// What waits for a mail address, without being sent.
fn waits_for(bench: &Bench, address: &str) -> Vec<(String, String)> {
    let (place, now) = (mail(address), bench.facts.now.wall);
    let due = bench.work(move |work| work.due(now, 99));
    let here = due.into_iter().filter(|message| message.place == place);
    here.map(|message| (message.slot.0, plain(&message.document))).collect()
}

/// The code of the mail that waits, which is taken as sent.
fn code_in_mail(bench: &Bench, address: &str) -> String {
    let (place, now) = (mail(address), bench.facts.now.wall);
    let words = bench.work(move |work| {
        let message = work.due(now, 99)?.into_iter().find(|message| message.place == place).unwrap();
        work.attempt(message.id, now)?;
        work.delivered(message.id, &Receipt { parts: Vec::new() }, now)?;
        Ok(plain(&message.document))
    });
    words.split("/confirm ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
}

/// A code is typed by somebody.
fn types(bench: &Bench, code: &str, who: &str) -> String {
    let (facts, code, by) = (bench.facts.clone(), code.to_owned(), by(who));
    let came = bench.work(move |work| came(&code, &by, Some("Ann N."), &facts, work));
    came.document.map_or("silence".to_owned(), |document| plain(&document))
}

/// R3 is busy, as the monitor tells it; the places that hear of it.
fn told(bench: &Bench, number: i64) -> Vec<String> {
    let mut alert = alert(number, bench.id("R3"), Metric::Cpu, Severity::Warning, 91.0);
    alert.key.object = number.to_string();
    bench.alert(&alert);
    let (facts, at) = (bench.facts.clone(), bench.facts.now.wall);
    let notice = Some(Notice { kind: NoticeKind::Firing, alert: alert.clone(), at });
    let step = Step { alert: Some(alert), ended: None, transitions: Vec::new(), notice };
    bench.work(move |work| {
        carry_out(step, &facts, work)?;
        let places = work.told(IncidentId(number))?;
        Ok(places.iter().map(ToString::to_string).collect())
    })
}

#[test]
fn words_in_any_order_mean_the_same() {
    let bench = bench();
    for line in [
        "/subscribe mail Ann@Example.net site:hanoi severity>=critical hours=07:00-22:00 days=mon-fri",
        "/subscribe site:hanoi ann@example.net mon-fri critical 07:00-22:00",
        "/subscribe hours=07:00-22:00 site:hanoi mail critical ANN@example.net mon-fri",
        "/subscribe critical mail hours 07:00-22:00 ann@example.net days mon,tue-fri site:hanoi",
    ] {
        let shown = bench.ask(line);
        let what = "Then it hears of alerts of site:hanoi, critical only, 07:00-22:00 mon-fri.";
        assert!(shown.contains("ann@example.net") && shown.contains(what), "{line}: {shown}");
    }
    let held = bench.work(|work| work.subscriptions());
    assert_eq!(held.len(), 1, "{held:#?}");
    let held = bench.ask("/subscribe critical 22:00-07:00 sat,sun R1, R2");
    assert!(held.starts_with("✅ This chat hears of critical alerts of r1,r2 (2 routers)"), "{held}");
    assert!(held.contains("Only 22:00-07:00 sat-sun (UTC)."), "{held}");
}

#[test]
fn what_nobody_understands_is_said_with_what_would_fit() {
    let bench = bench();
    for (line, said) in [
        ("/subscribe mial ann@example.net", "\"mial\" means here. Did you mean mail? Nothing was done."),
        ("/subscribe critcal", "\"critcal\" means here. Did you mean critical? Nothing was done."),
        ("/subscribe R1 hours=7-22", "\"7-22\" are no hours: write 07:00-22:00"),
        ("/subscribe days monday", "\"monday\" are no days: write mon-fri"),
        ("/subscribe severity=red", "\"red\" is no severity: write warning or critical"),
        ("/subscribe mail", "Which address? Write it behind the channel: /subscribe mail ann@example.net"),
        ("/subscribe mail ann@ example.net", "\"ann@\" is no address that I could write to"),
        ("/subscribe desk kitchen", "A chat in desk subscribes itself"),
        ("/subscribe far 8f3a", "In far nobody can be named"),
        ("/subscribe R1 R2", "I don't know what \"R2\" means here"),
        ("/subscribe colour=red", "I don't know what \"colour=red\" means here"),
        ("/subscribe #4", "#4 is a subscription already"),
        ("/subscribe R11", "There is no router R11. Did you mean R1?"),
        ("/unsubscribe mail", "Who in mail? Write the address"),
        ("/unsubscribe critical", "Say only whom"),
        ("/confirm", "/confirm needs"),
        ("/confirm mail", "Send /confirm with the code from the mail"),
    ] {
        let shown = bench.ask(line);
        assert!(shown.contains(said), "{line}: {shown}");
    }
    let held = bench.work(|work| work.subscriptions());
    assert_eq!(held, []);
}

#[test]
fn an_address_gets_one_mail_and_nothing_else_before_it_says_yes() {
    let mut bench = bench();
    bench.check(
        "/subscribe mail ann@example.net",
        expect![[r"
            ⏸ I sent a code to ann@example.net. Nothing else goes there before it says yes.
               Type the code in any chat with me: /confirm CODE. It works for a day.
               Then it hears of alerts of all, warnings and worse.
        "]],
    );
    assert_eq!(told(&bench, 1), Vec::<String>::new());
    let waiting = waits_for(&bench, "ann@example.net");
    assert_eq!(waiting.len(), 1, "{waiting:#?}");
    assert!(waiting[0].1.starts_with("Do you want to hear of alerts of routers at this address?\n"));
    assert!(waiting[0].1.contains("alice asked for it: all, warnings and worse."));
    let code = code_in_mail(&bench, "ann@example.net");
    as_person(&mut bench, "bob");
    assert_eq!(
        types(&bench, &code.to_lowercase().replace('-', " "), "bob"),
        "✅ mail:a…@example.net hears of alerts from now on\n   all, warnings and worse\n"
    );
    assert_eq!(
        types(&bench, &code, "bob").lines().next(),
        Some(
            "⛔ This code does not work. A code lives for a day and works once: whoever subscribed you can have another one sent."
        )
    );
    assert_eq!(told(&bench, 2), ["mail:ann@example.net"]);
    // An address that said yes is asked no second time.
    as_person(&mut bench, "alice");
    bench.check(
        "/subscribe ann@example.net site:hanoi critical",
        expect![[r"
            ✅ ann@example.net hears of alerts of site:hanoi, critical only
               Until somebody sends /unsubscribe #2. Who hears what: /subscribers
        "]],
    );
    let listed = bench.ask("/subscribers");
    assert!(
        listed.contains("#1 ann@example.net: all, warnings and worse, by alice since 14:02; last told 14:02"),
        "{listed}"
    );
}

#[test]
fn nobody_is_bombed_with_codes() {
    let mut bench = bench();
    bench.ask("/subscribe mail ann@example.net");
    let again = bench.ask("/subscribe mail ANN@example.net critical");
    assert!(again.starts_with("⏸ ann@example.net has a code since 14:02"), "{again}");
    assert_eq!(waits_for(&bench, "ann@example.net").len(), 1);
    for _ in 0..2 {
        later(&mut bench, 301);
        assert!(bench.ask("/subscribe mail ann@example.net").starts_with("⏸ I sent a code"));
    }
    later(&mut bench, 301);
    as_person(&mut bench, "bob");
    let refused = bench.ask("/subscribe mail ann@example.net");
    assert!(refused.starts_with("⛔ ann@example.net got 3 codes within a day"), "{refused}");
    for number in 0..20 {
        let shown = bench.ask(&format!("/subscribe mail u{number}@example.net"));
        assert!(shown.starts_with("⏸ I sent a code"), "{number}: {shown}");
    }
    for line in ["/subscribe mail another@example.net", "/subscribe far"] {
        let refused = bench.ask(line);
        assert!(refused.starts_with("⛔ You asked for 20 codes within a day"), "{refused}");
    }
    later(&mut bench, DAY);
    assert!(bench.ask("/subscribe mail ann@example.net").starts_with("⏸ I sent a code"));
}

#[test]
fn a_code_dies_after_a_day_and_five_wrong_ones_shut_for_an_hour() {
    let mut bench = bench();
    bench.ask("/subscribe mail ann@example.net");
    let code = code_in_mail(&bench, "ann@example.net");
    let kept = rusqlite::Connection::open(bench.folder.path().join("patchbay.db")).unwrap();
    let kept: String = kept.query_row("SELECT code FROM confirmations", [], |row| row.get(0)).unwrap();
    assert_eq!((kept.len(), kept.contains(&code)), (64, false));
    for _ in 0..4 {
        assert!(types(&bench, "AAAA-AAAA", "mallory").starts_with("⛔ This code does not work"));
    }
    let shut = types(&bench, "AAAA-AAAA", "mallory");
    assert!(shut.starts_with("⛔ After five codes that do not work I try none until 15:02"), "{shut}");
    assert!(types(&bench, &code, "mallory").starts_with("⛔ After five"));
    assert_eq!(types(&bench, &code, "mallory"), "silence");
    later(&mut bench, 3_600);
    assert!(types(&bench, &code, "mallory").starts_with("✅"));

    bench.ask("/subscribe mail late@example.net");
    let code = code_in_mail(&bench, "late@example.net");
    later(&mut bench, DAY);
    assert!(types(&bench, &code, "ann").starts_with("⛔ This code does not work"));
}

#[test]
fn an_admin_says_yes_for_an_address_and_nobody_else_does() {
    let mut bench = bench();
    bench.ask("/subscribe mail ann@example.net");
    as_person(&mut bench, "bob");
    assert!(bench.ask("/confirm mail ann@example.net").starts_with("⛔ Only an admin says yes"));
    as_person(&mut bench, "alice");
    assert!(bench.ask("/confirm nobody@example.net").starts_with("❓ Nothing waits for a yes"));
    assert!(bench.ask("/confirm ann@example.net").starts_with("✅ ann@example.net hears of alerts"));
    assert_eq!(told(&bench, 1), ["mail:ann@example.net"]);
}

#[test]
fn hours_and_days_are_those_of_the_place() {
    let mut bench = bench();
    bench.facts.zone = chrono_tz::Asia::Ho_Chi_Minh;
    // Monday, 14:02 UTC is 21:02 there.
    bench.ask("/subscribe 07:00-22:00 mon-fri");
    assert_eq!(told(&bench, 1), ["desk:room"]);
    later(&mut bench, 3_600);
    assert_eq!(told(&bench, 2), Vec::<String>::new(), "22:02");
    later(&mut bench, 9 * 3_600);
    assert_eq!(told(&bench, 3), ["desk:room"], "Tuesday 07:02");
    later(&mut bench, 4 * DAY);
    assert_eq!(told(&bench, 4), Vec::<String>::new(), "Saturday 07:02");
    bench.work(|work| {
        let utc = Reader::default();
        let place = Destination { channel: "desk".to_owned(), address: "room".to_owned() };
        work.ensure_chat(&place, None, &utc, Timestamp(0))?;
        work.set_chat_reader(&place, &utc)
    });
    later(&mut bench, 2 * DAY);
    assert_eq!(told(&bench, 5), Vec::<String>::new(), "Monday 00:02 UTC");
}

#[test]
fn only_those_who_may_know_an_address_see_it_and_end_it() {
    let mut bench = bench();
    let grant = Grant {
        id: GrantId(9),
        name: "all operate".to_owned(),
        subject: person::Subject::Everyone,
        command: "@operator".to_owned(),
        selector: Selector::all(),
        chat: "*".to_owned(),
        effect: Effect::Allow,
    };
    bench.facts.policy = Arc::new(Policy { grants: vec![grant] });
    as_person(&mut bench, "bob");
    bench.ask("/subscribe mail ann@example.net");
    let bobs = bench.ask("/subscribers");
    assert!(bobs.contains("#1 ann@example.net: all, warnings and worse, by bob since"), "{bobs}");
    bench.work(|work| work.unsubscribe(&mail("ann@example.net"), None, NOW).map(drop));
    // As alice asked for it, bob sees where it is and no more.
    bench.work(|work| {
        let wish =
            Wish { selector: Selector::all(), severity: Severity::Warning, hours: None, days: Vec::new() };
        work.subscribe(&Subscription {
            id: SubscriptionId(0),
            place: mail("carol@example.net"),
            wish,
            author: PersonId(1),
            since: NOW,
            confirmed_at: Some(NOW),
        })?;
        let id = work.post(
            &Outbound {
                slot: Slot("alert/7".to_owned()),
                place: mail("carol@example.net"),
                thread: None,
                reply_to: None,
                class: Class::Alert,
                only: None,
                document: Document::line(Sign::Critical, Text::verbatim("R3 is busy"), Ending::Well),
                not_before: None,
                expires: None,
            },
            NOW,
        )?;
        work.dead(id, "the mail server does not take mail for this address (550)", NOW)
    });
    for line in ["/subscribers", "/dlq", "/unsubscribe #2", "/subscribers test #2"] {
        let shown = bench.ask(line);
        assert!(!shown.contains("carol@"), "{line}: {shown}");
    }
    assert!(bench.ask("/subscribers").contains("#2 mail:c…@example.net: all"));
    assert!(bench.ask("/dlq").contains("mail:c…@example.net"));
    assert!(bench.ask("/unsubscribe mail carol@example.net").starts_with("⛔ You subscribed nothing for"));
    as_person(&mut bench, "alice");
    assert!(bench.ask("/unsubscribe mail carol@example.net all").starts_with("✅ 1 subscription of carol@"));
}

#[test]
fn whoever_sends_a_code_from_there_joins_and_leaves_by_a_word() {
    let mut bench = bench();
    let shown = bench.ask("/subscribe far site:danang warnings");
    let code = shown.lines().next().unwrap().rsplit(' ').next().unwrap().to_owned();
    assert!(shown.starts_with("Send this code to me in far, in a chat with me alone: "), "{shown}");
    assert!(
        shown.contains("Whoever sends it hears of alerts of site:danang, warnings and worse."),
        "{shown}"
    );
    assert!(types(&bench, &code, "alice").starts_with("⛔ This code is for far: send it to me there"));
    bench.facts.asker = None;
    assert!(types(&bench, &code, "eve").starts_with("⛔ This code does not work"), "nobody is known here");
    bench.facts.place = Destination { channel: "far".to_owned(), address: "8f3a".to_owned() };
    bench.facts.private = false;
    assert!(types(&bench, &code, "eve").starts_with("⛔ This code is for far"), "others listen");
    bench.facts.private = true;
    assert_eq!(
        types(&bench, &code, "eve"),
        "✅ You hear of alerts here from now on\n   site:danang, warnings and worse\n   To hear no more, send: stop\n"
    );
    assert_eq!(told(&bench, 1), ["far:8f3a"]);
    let asked = bench.work(|work| work.due(NOW, 99));
    let said: Vec<String> = asked.iter().map(|message| plain(&message.document)).collect();
    let yes = "✅ far: Ann N. said yes, and hears of alerts from now on\n".to_owned();
    assert!(said.contains(&yes), "{said:#?}");
    let facts = bench.facts.clone();
    let left = bench.work(move |work| Ok((leave(&facts, work)?, leave(&facts, work)?)));
    assert!(left.0.is_some() && left.1.is_none());
    assert_eq!(told(&bench, 2), Vec::<String>::new());
}

#[test]
fn a_mailed_code_is_no_use_to_whom_nobody_knows() {
    let mut bench = bench();
    bench.ask("/subscribe mail ann@example.net");
    let code = code_in_mail(&bench, "ann@example.net");
    bench.facts.asker = None;
    bench.facts.place = Destination { channel: "far".to_owned(), address: "8f3a".to_owned() };
    assert!(types(&bench, &code, "eve").starts_with("⛔ This code does not work"));
}

#[test]
fn only_addresses_that_the_settings_allow_are_asked() {
    let mut bench = bench();
    let doors = Doors { domains: vec!["example.net".to_owned()], ..(*bench.facts.doors).clone() };
    bench.facts.doors = Arc::new(doors);
    let refused = bench.ask("/subscribe mail ann@example.org");
    assert!(refused.contains("the settings allow addresses at example.net only"), "{refused}");
    let refused = bench.ask("/subscribe mail ann@sub.example.net");
    assert!(refused.contains("only (subscribers.mail_domains)"), "{refused}");
    assert!(bench.ask("/subscribe mail ann@EXAMPLE.net").starts_with("⏸ I sent"));
}

#[test]
fn what_the_channel_says_is_shown() {
    let mut bench = bench();
    bench.ask("/subscribe mail ann@example.net");
    code_in_mail(&bench, "ann@example.net");
    let listed = |bench: &Bench| bench.ask("/subscribers").lines().last().unwrap().trim().to_owned();
    assert!(listed(&bench).ends_with("waits for a yes, code sent 14:02"), "{}", listed(&bench));
    bench.ask("/confirm ann@example.net");
    let place = mail("ann@example.net");
    bench.work(move |work| {
        let slot = Slot("alert/1".to_owned());
        came_of(&slot, &place, &crate::builtin::Try::Never("the user blocked it"), NOW, work)
    });
    assert!(
        listed(&bench).starts_with("⚠️ #1")
            && listed(&bench).ends_with("nothing arrives: the user blocked it")
    );
    bench.work(|work| {
        let (place, now) = (mail("ann@example.net"), NOW);
        work.note_reached(&place)?;
        work.note_window(&place, now.plus(Duration::from_secs(2 * DAY + 90)))
    });
    assert!(listed(&bench).ends_with("window ends in 2 d, last told 14:02"), "{}", listed(&bench));
    later(&mut bench, 3 * DAY);
    assert!(
        listed(&bench).contains("window ended Nov 25 14:03: nothing arrives until"),
        "{}",
        listed(&bench)
    );
}
