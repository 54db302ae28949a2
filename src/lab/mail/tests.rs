//! The mail server from outside: a client that others wrote sends mails, and lines are typed by hand where it would
//! never say them.

use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::*;
use crate::lab::{Certificates, LabPlan};

type Mailer = AsyncSmtpTransport<Tokio1Executor>;

fn mailer(sink: &MailSink, password: &str, mechanism: Mechanism, trusted: &str) -> Mailer {
    let address = sink.address();
    let parameters = TlsParameters::builder(address.ip().to_string())
        .add_root_certificate(Certificate::from_pem(trusted.as_bytes()).unwrap())
        .build_rustls()
        .unwrap();
    let tls = match sink.plan().tls {
        MailTls::StartTls => Tls::Required(parameters),
        MailTls::Implicit => Tls::Wrapper(parameters),
    };
    Mailer::builder_dangerous(address.ip().to_string())
        .port(address.port())
        .tls(tls)
        .credentials(Credentials::new(sink.plan().user.clone(), password.to_owned()))
        .authentication(vec![mechanism])
        .timeout(Some(Duration::from_secs(20)))
        .build()
}

fn good(sink: &MailSink) -> Mailer {
    mailer(sink, &sink.plan().password, Mechanism::Plain, sink.certificate_pem())
}

fn letter(subject: &str, to: &[&str]) -> Message {
    let mut message = Message::builder().from("bot@lab.test".parse().unwrap()).subject(subject);
    for one in to {
        message = message.to(one.parse().unwrap());
    }
    message.header(ContentType::TEXT_PLAIN).body("one\r\n.two\r\n..\r\nthree".to_owned()).unwrap()
}

#[tokio::test]
async fn mails_arrive_over_both_kinds_of_tls_and_both_logins() {
    for (tls, mechanism) in [(MailTls::StartTls, Mechanism::Plain), (MailTls::Implicit, Mechanism::Login)] {
        let sink = MailSink::start(MailPlan { tls, ..MailPlan::default() }).await.unwrap();
        let mailer = mailer(&sink, "lab-mail-word", mechanism, sink.certificate_pem());
        let letter = letter("R3 CPU 94 % (Đà Nẵng)", &["a@lab.test", "b@lab.test"]);
        let (sent, mail) = tokio::join!(mailer.send(letter), sink.next(0));
        assert!(sent.unwrap().is_positive());
        assert_eq!(mail.from, "bot@lab.test");
        assert_eq!(mail.to, ["a@lab.test", "b@lab.test"]);
        assert_eq!(mail.subject, "R3 CPU 94 % (Đà Nẵng)");
        assert!(mail.raw.ends_with("\r\n\r\none\r\n.two\r\n..\r\nthree\r\n"), "{}", mail.raw);
        assert_eq!(sink.mails(), [mail]);
    }
}

#[tokio::test]
async fn a_wrong_password_or_an_unknown_certificate_sends_nothing() {
    let sink = MailSink::start(MailPlan::default()).await.unwrap();
    let refused = mailer(&sink, "wrong", Mechanism::Plain, sink.certificate_pem());
    let error = refused.send(letter("x", &["a@lab.test"])).await.unwrap_err();
    assert_eq!(error.status().map(u16::from), Some(535));
    assert_eq!(sink.refused_logins(), 1);
    let other = MailSink::start(MailPlan::default()).await.unwrap();
    let stranger = mailer(&sink, "lab-mail-word", Mechanism::Plain, other.certificate_pem());
    assert!(stranger.send(letter("x", &["a@lab.test"])).await.is_err());
    sink.fault(MailFault::NoStartTls).await;
    assert!(good(&sink).send(letter("x", &["a@lab.test"])).await.is_err());
    sink.clear_faults().await;
    sink.fault(MailFault::Unreachable).await;
    assert!(good(&sink).send(letter("x", &["a@lab.test"])).await.is_err());
    assert!(sink.mails().is_empty());
    sink.clear_faults().await;
    good(&sink).send(letter("x", &["a@lab.test"])).await.unwrap();
    assert_eq!(sink.mails().len(), 1);
}

#[tokio::test]
async fn the_labs_ca_signs_for_the_mail_server() {
    let plan = LabPlan { certificates: Certificates::SignedByLab, ..LabPlan::one("R1") };
    let lab = Lab::start(plan).await.unwrap();
    let sink = MailSink::start(MailPlan::default().signed_by(&lab)).await.unwrap();
    assert_eq!(Some(sink.certificate_pem()), lab.ca_pem());
    good(&sink).send(letter("x", &["a@lab.test"])).await.unwrap();
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn recipients_are_refused_for_ever_or_once() {
    let sink = MailSink::start(MailPlan::default()).await.unwrap();
    sink.fault(MailFault::RefuseRecipient("gone@lab.test".to_owned())).await;
    sink.fault(MailFault::RefuseOnce("busy@lab.test".to_owned())).await;
    for (to, status) in [
        ("gone@lab.test", Some(550)),
        ("gone@lab.test", Some(550)),
        ("busy@lab.test", Some(451)),
        ("busy@lab.test", None),
    ] {
        let sent = good(&sink).send(letter("x", &[to])).await;
        assert_eq!(sent.err().and_then(|error| error.status().map(u16::from)), status, "{to}");
    }
    assert_eq!(sink.mails().len(), 1);
}

#[tokio::test]
async fn the_answer_to_the_dot_is_withheld_or_lost() {
    let sink = MailSink::start(MailPlan::default()).await.unwrap();
    let hold = sink.hold();
    let client = good(&sink);
    let sending = tokio::spawn(async move { client.send(letter("held", &["a@lab.test"])).await });
    hold.reached().await;
    assert_eq!(sink.mails().len(), 1);
    assert!(!sending.is_finished());
    hold.release();
    sending.await.unwrap().unwrap();
    sink.fault(MailFault::DropAfterDot).await;
    assert!(good(&sink).send(letter("lost", &["a@lab.test"])).await.is_err());
    assert_eq!(sink.next(1).await.subject, "lost");
    sink.clear_faults().await;
    sink.fault(MailFault::SlowGreeting(Duration::from_millis(200))).await;
    let begin = std::time::Instant::now();
    good(&sink).send(letter("slow", &["a@lab.test"])).await.unwrap();
    assert!(begin.elapsed() >= Duration::from_millis(200));
}

/// Types lines in clear and reads the answers; each answer is its last line.
async fn typed(sink: &MailSink, lines: &[&str]) -> Vec<String> {
    let mut stream = BufReader::new(TcpStream::connect(sink.address()).await.unwrap());
    let mut answers = Vec::new();
    for line in [""].iter().chain(lines) {
        if !line.is_empty() {
            stream.write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
        }
        let mut answer = String::new();
        loop {
            let mut said = String::new();
            if stream.read_line(&mut said).await.unwrap_or(0) == 0 {
                answers.push("gone".to_owned());
                return answers;
            }
            answer.push_str(&said);
            if said.get(3..4) == Some(" ") {
                break;
            }
        }
        answers.push(answer);
    }
    answers
}

#[tokio::test]
async fn nothing_is_taken_in_clear() {
    let sink = MailSink::start(MailPlan { size_limit: 100, ..MailPlan::default() }).await.unwrap();
    let lines = [
        "EHLO me",
        "AUTH PLAIN AHBhdGNoYmF5AGxhYi1tYWlsLXdvcmQ=",
        "MAIL FROM:<a@b>",
        "RCPT TO:<a@b>",
        "DATA",
        "NOOP",
        "RSET",
        "VRFY x",
        "HELO me",
        "QUIT",
    ];
    let answers = typed(&sink, &lines).await;
    let codes: Vec<&str> = answers.iter().map(|answer| answer.get(..3).unwrap()).collect();
    assert_eq!(codes, ["220", "250", "538", "530", "503", "503", "250", "250", "502", "250", "221"]);
    let hello = &answers[1];
    assert!(hello.contains("STARTTLS") && hello.contains("SIZE 100") && !hello.contains("AUTH"), "{hello}");
    // What stands behind STARTTLS in clear would count as said inside: CVE-2011-0411.
    let injected = typed(&sink, &["EHLO me", "STARTTLS\r\nRSET", "NOOP"]).await;
    assert_eq!(injected.last().map(String::as_str), Some("gone"));
    let large =
        good(&sink).send(letter("a subject that makes it longer than it may be", &["a@lab.test"])).await;
    assert_eq!(large.unwrap_err().status().map(u16::from), Some(552));
    assert!(sink.mails().is_empty());
}
