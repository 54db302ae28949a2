//! The conversation with one mail client: greeting, TLS, login, and one mail after the other.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::wire::{Gone, Wire};
use super::{Inner, Mail, MailFault, MailTls};
use crate::lab::door::Guest;

pub(crate) async fn connection(server: Arc<Inner>, guest: Guest) {
    let Guest { stream, fuse: _, inside: _inside } = guest;
    if converse(&server, Wire::plain(stream)).await.is_err() {
        tracing::debug!(server = ?server, "lab: a mail client was gone");
    }
}

async fn converse(server: &Inner, wire: Wire) -> Result<(), Gone> {
    let wire = match server.plan.tls {
        MailTls::StartTls => wire,
        MailTls::Implicit => wire.secure(&server.acceptor).await?,
    };
    let mut session = Session { server, wire, met: false, logged_in: false, envelope: None };
    for fault in server.faults() {
        if let MailFault::SlowGreeting(delay) = fault {
            tokio::time::sleep(delay).await;
        }
    }
    session.wire.say("220 mail.lab ESMTP Patchbay lab").await?;
    loop {
        let line = session.wire.line().await?;
        let line = String::from_utf8_lossy(&line).into_owned();
        let (verb, words) = line.split_once(' ').unwrap_or((&line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "QUIT" => return session.wire.say("221 2.0.0 bye").await,
            "STARTTLS" if session.may_secure() => session = session.secure().await?,
            verb => session.obey(verb, words.trim()).await?,
        }
    }
}

struct Session<'a> {
    server: &'a Inner,
    wire: Wire,
    met: bool,
    logged_in: bool,
    envelope: Option<Envelope>,
}

#[derive(Default)]
struct Envelope {
    from: String,
    to: Vec<String>,
}

impl Session<'_> {
    fn may_secure(&self) -> bool {
        !self.wire.secret && !self.server.has(&MailFault::NoStartTls)
    }

    /// What was said before TLS is forgotten (RFC 3207, 4.2).
    async fn secure(mut self) -> Result<Self, Gone> {
        self.wire.say("220 2.0.0 go ahead").await?;
        let wire = self.wire.secure(&self.server.acceptor).await?;
        Ok(Session { wire, met: false, logged_in: false, envelope: None, ..self })
    }

    async fn obey(&mut self, verb: &str, words: &str) -> Result<(), Gone> {
        match verb {
            "EHLO" => self.hello(words).await,
            "HELO" => {
                (self.met, self.envelope) = (true, None);
                self.wire.say("250 mail.lab").await
            }
            "NOOP" => self.wire.say("250 2.0.0 ok").await,
            "RSET" => {
                self.envelope = None;
                self.wire.say("250 2.0.0 ok").await
            }
            "AUTH" => self.log_in(words).await,
            "MAIL" => self.mail(words).await,
            "RCPT" => self.recipient(words).await,
            "DATA" => self.data().await,
            _ => self.wire.say("502 5.5.1 unknown command").await,
        }
    }

    async fn hello(&mut self, name: &str) -> Result<(), Gone> {
        if name.is_empty() {
            return self.wire.say("501 5.5.4 EHLO needs a name").await;
        }
        (self.met, self.envelope) = (true, None);
        let mut lines = vec!["mail.lab".to_owned(), "8BITMIME".to_owned(), "ENHANCEDSTATUSCODES".to_owned()];
        lines.push(format!("SIZE {}", self.server.plan.size_limit));
        if self.may_secure() {
            lines.push("STARTTLS".to_owned());
        }
        if self.wire.secret {
            lines.push("AUTH PLAIN LOGIN".to_owned());
        }
        let last = lines.len() - 1;
        let said = lines.iter().enumerate().map(|(number, line)| {
            let more = if number < last { '-' } else { ' ' };
            format!("250{more}{line}")
        });
        self.wire.say(&said.collect::<Vec<_>>().join("\r\n")).await
    }

    async fn log_in(&mut self, words: &str) -> Result<(), Gone> {
        if !self.wire.secret {
            return self.wire.say("538 5.7.11 not without TLS").await;
        }
        if !self.met || self.logged_in || self.envelope.is_some() {
            return self.wire.say("503 5.5.1 not now").await;
        }
        let (mechanism, first) = words.split_once(' ').unwrap_or((words, ""));
        let said = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => self.plain(first).await?,
            "LOGIN" => self.login(first).await?,
            _ => return self.wire.say("504 5.5.4 PLAIN or LOGIN").await,
        };
        let plan = &self.server.plan;
        let right = said.is_some_and(|(user, password)| user == plan.user && password == plan.password);
        if !right || self.server.has(&MailFault::WrongPassword) {
            self.server.refused_logins.send_modify(|count| *count += 1);
            return self.wire.say("535 5.7.8 wrong name or password").await;
        }
        self.logged_in = true;
        self.wire.say("235 2.7.0 welcome").await
    }

    /// RFC 4616: whom to act as (ourselves), the name and the password, with NUL between them.
    async fn plain(&mut self, first: &str) -> Result<Option<(String, String)>, Gone> {
        let text = self.challenge("", first).await?;
        let mut parts = text.as_deref().unwrap_or_default().split('\0');
        let (_, user, password) = (parts.next(), parts.next(), parts.next());
        Ok(user.zip(password).map(|(user, password)| (user.to_owned(), password.to_owned())))
    }

    async fn login(&mut self, first: &str) -> Result<Option<(String, String)>, Gone> {
        let user = self.challenge("Username:", first).await?;
        let password = self.challenge("Password:", "").await?;
        Ok(user.zip(password))
    }

    /// What the client answers, decoded; it may have said so with the command.
    async fn challenge(&mut self, question: &str, first: &str) -> Result<Option<String>, Gone> {
        let answer = if first.is_empty() {
            self.wire.say(&format!("334 {}", STANDARD.encode(question))).await?;
            String::from_utf8_lossy(&self.wire.line().await?).into_owned()
        } else {
            first.to_owned()
        };
        Ok(STANDARD.decode(answer).ok().and_then(|bytes| String::from_utf8(bytes).ok()))
    }

    async fn mail(&mut self, words: &str) -> Result<(), Gone> {
        if !self.wire.secret {
            return self.wire.say("530 5.7.0 STARTTLS first").await;
        }
        if !self.logged_in {
            return self.wire.say("530 5.7.0 log in first").await;
        }
        if self.envelope.is_some() {
            return self.wire.say("503 5.5.1 one mail at a time").await;
        }
        let Some((from, parameters)) = path(words, "FROM:") else {
            return self.wire.say("501 5.5.4 MAIL FROM:<address>").await;
        };
        let size = parameters.iter().find_map(|word| word.strip_prefix("SIZE=")?.parse::<usize>().ok());
        if size.is_some_and(|size| size > self.server.plan.size_limit) {
            return self.wire.say("552 5.3.4 too large").await;
        }
        self.envelope = Some(Envelope { from, to: Vec::new() });
        self.wire.say("250 2.1.0 ok").await
    }

    async fn recipient(&mut self, words: &str) -> Result<(), Gone> {
        let Some(envelope) = &mut self.envelope else {
            return self.wire.say("503 5.5.1 MAIL first").await;
        };
        let Some((to, _)) = path(words, "TO:").filter(|(to, _)| to.contains('@')) else {
            return self.wire.say("501 5.5.4 RCPT TO:<address>").await;
        };
        if self.server.has(&MailFault::RefuseRecipient(to.clone())) {
            return self.wire.say(&format!("550 5.1.1 <{to}> is not known here")).await;
        }
        if self.server.spend(&MailFault::RefuseOnce(to.clone())) {
            return self.wire.say(&format!("451 4.3.0 <{to}> later, please")).await;
        }
        envelope.to.push(to);
        self.wire.say("250 2.1.5 ok").await
    }

    async fn data(&mut self) -> Result<(), Gone> {
        let Some(envelope) = self.envelope.take_if(|envelope| !envelope.to.is_empty()) else {
            return self.wire.say("503 5.5.1 nobody to send to").await;
        };
        self.wire.say("354 end with a dot on a line of its own").await?;
        let Some(raw) = self.body().await? else { return self.wire.say("552 5.3.4 too large").await };
        let mail = Mail::new(envelope.from, envelope.to, raw);
        self.server.mails.send_modify(|mails| mails.push(mail));
        if self.server.has(&MailFault::DropAfterDot) {
            return Err(Gone);
        }
        self.server.pause().await;
        self.wire.say("250 2.0.0 taken").await
    }

    /// Up to the dot; none is a mail above the limit, which is read to its end all the same.
    async fn body(&mut self) -> Result<Option<String>, Gone> {
        let mut raw = Vec::new();
        let mut size = 0;
        loop {
            let line = self.wire.line().await?;
            if line == b"." {
                break;
            }
            let line = line.strip_prefix(b".").unwrap_or(&line);
            size += line.len() + 2;
            if size <= self.server.plan.size_limit {
                raw.extend_from_slice(line);
                raw.extend_from_slice(b"\r\n");
            }
        }
        let whole = size <= self.server.plan.size_limit;
        Ok(whole.then(|| String::from_utf8_lossy(&raw).into_owned()))
    }
}

/// `FROM:<address> WORD=...`: the address, and the parameters in capitals.
fn path(words: &str, before: &str) -> Option<(String, Vec<String>)> {
    let (head, rest) = words.split_at_checked(before.len())?;
    let (address, parameters) = rest.trim_start().strip_prefix('<')?.split_once('>')?;
    let parameters = parameters.split_whitespace().map(str::to_ascii_uppercase).collect();
    head.eq_ignore_ascii_case(before).then(|| (address.to_owned(), parameters))
}
