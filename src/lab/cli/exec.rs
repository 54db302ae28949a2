//! The lines of user and privileged mode.

use super::dialogue::{self, End, Step};
use super::grammar::{self, Mistake};
use super::show::SHOWS;
use super::{Asking, Desk, pipe, reload, show};
use crate::lab::fault::Fault;

/// A command that changes the session or the router.
struct Act {
    words: &'static str,
    level: u8,
    run: fn(&mut Desk, &[String]) -> String,
}

const ACTS: &[Act] = &[
    Act { words: "enable", level: 0, run: enable },
    Act { words: "disable", level: 0, run: disable },
    Act { words: "exit", level: 0, run: exit },
    Act { words: "quit", level: 0, run: exit },
    Act { words: "logout", level: 0, run: exit },
    Act { words: "terminal length NUMBER", level: 0, run: length },
    Act { words: "terminal no length", level: 0, run: length },
    Act { words: "terminal width NUMBER", level: 0, run: width },
    Act { words: "terminal monitor", level: 15, run: monitor },
    Act { words: "terminal no monitor", level: 0, run: no_monitor },
    Act { words: "ping A.B.C.D", level: 0, run: ping },
    Act { words: "traceroute A.B.C.D", level: 0, run: traceroute },
    Act { words: "configure terminal", level: 15, run: configure },
    Act { words: "write", level: 15, run: save },
    Act { words: "write memory", level: 15, run: save },
    Act { words: "write terminal", level: 15, run: write_terminal },
    Act { words: "copy running-config startup-config", level: 15, run: copy },
    Act { words: "reload", level: 15, run: reload::now },
    Act { words: "reload reason LINE", level: 15, run: reload::now },
    Act { words: "reload in WORD", level: 15, run: reload::after },
    Act { words: "reload in WORD LINE", level: 15, run: reload::after },
    Act { words: "reload at WORD", level: 15, run: reload::at },
    Act { words: "reload at WORD LINE", level: 15, run: reload::at },
    Act { words: "reload cancel", level: 15, run: reload::cancel },
    Act { words: "clear logging", level: 15, run: clear_logging },
    Act { words: "clear counters", level: 15, run: nothing },
];

/// What a command authorization server says through the router.
pub(super) const REFUSED: &str = "Command authorization failed.\n\n";

pub(super) fn line(desk: &mut Desk, line: &str) -> String {
    if line.trim().is_empty() || line.trim_start().starts_with('!') {
        return String::new();
    }
    let prompt = desk.session.prompt(desk.state);
    let (command, piped) = pipe::split(line);
    let found = match grammar::find(patterns(desk.session.privilege), command) {
        Ok(found) => found,
        Err(mistake) => return refuse(&mistake, &prompt, line),
    };
    if refused(desk.faults, command, &found.full) {
        return REFUSED.to_owned();
    }
    let Some(at) = found.index.checked_sub(ACTS.len()) else {
        let act = ACTS.get(found.index).map(|act| act.run);
        return act.map(|run| run(desk, &found.arguments)).unwrap_or_default();
    };
    let Some(known) = SHOWS.get(at) else { return String::new() };
    let pipe = match piped.map(|(offset, pipe)| pipe::parse(pipe, offset, &prompt, line)).transpose() {
        Ok(pipe) => pipe,
        Err(text) => return text,
    };
    if known.words == "show switch" && desk.state.members < 2 {
        return Mistake::Invalid(command.rfind(char::is_whitespace).map_or(0, |space| space + 1))
            .text(&prompt, line);
    }
    if known.words.ends_with("INTERFACE") && !show::has_interface(desk.state, &found.arguments) {
        let offset =
            grammar::words(command).nth(known.words.split(' ').count() - 1).map_or(0, |(offset, _)| offset);
        return Mistake::Invalid(offset).text(&prompt, line);
    }
    let asked = show::Asked::new(desk, &found.arguments);
    let text = (known.text)(&asked);
    let text = pipe.map(|pipe| pipe.apply(&text)).unwrap_or(text);
    format!("{}{text}", timestamp(desk))
}

/// The full words of a line, for those who ask what it would do; the line itself when it means nothing.
pub(crate) fn full_words(line: &str, privilege: u8) -> String {
    let (command, _) = pipe::split(line);
    grammar::find(patterns(privilege), command).map_or_else(|_| command.trim().to_owned(), |found| found.full)
}

fn patterns(privilege: u8) -> impl Iterator<Item = (usize, &'static str)> {
    let acts = ACTS.iter().map(|act| (act.words, act.level));
    let all = acts.chain(SHOWS.iter().map(|show| (show.words, show.level))).enumerate();
    all.filter(move |(_, (_, level))| *level <= privilege).map(|(index, (words, _))| (index, words))
}

/// A single unknown word is taken for the name of a host, as `no ip domain lookup` has it.
fn refuse(mistake: &Mistake, prompt: &str, line: &str) -> String {
    match mistake {
        Mistake::Invalid(_) if grammar::words(line).count() == 1 => "% Bad IP address or host name\n\
             % Unknown command or computer name, or unable to find computer address\n"
            .to_owned(),
        mistake => mistake.text(prompt, line),
    }
}

pub(super) fn refused(faults: &[Fault], typed: &str, full: &str) -> bool {
    faults.iter().any(|fault| match fault {
        Fault::AuthorizationFailed(prefix) => {
            full.starts_with(prefix.as_str()) || typed.starts_with(prefix.as_str())
        }
        Fault::PagingRefused => full.starts_with("terminal length"),
        _ => false,
    })
}

fn timestamp(desk: &Desk) -> String {
    if !desk.faults.contains(&Fault::ExecPromptTimestamp) {
        return String::new();
    }
    let clock = desk.state.clock(desk.now).format("%H:%M:%S%.3f UTC %a %b %-d %Y");
    format!("Load for five secs: 1%/0%; one minute: 1%; five minutes: 1%\nTime source is NTP, {clock}\n\n")
}

fn enable(desk: &mut Desk, _: &[String]) -> String {
    if desk.session.privilege < 15 {
        desk.session.asking = Some(Asking::EnablePassword { refused: 0 });
    }
    String::new()
}

pub(super) fn enable_password(desk: &mut Desk, line: &str, refused: u8) -> String {
    let right = line == desk.state.credentials.enable && !desk.faults.contains(&Fault::EnableRefused);
    if right {
        desk.session.privilege = 15;
        return String::new();
    }
    if refused < 2 {
        desk.session.asking = Some(Asking::EnablePassword { refused: refused + 1 });
        return String::new();
    }
    "% Bad secrets\n\n".to_owned()
}

fn disable(desk: &mut Desk, _: &[String]) -> String {
    desk.session.privilege = 1;
    String::new()
}

fn exit(desk: &mut Desk, _: &[String]) -> String {
    desk.session.closed = true;
    String::new()
}

fn length(desk: &mut Desk, arguments: &[String]) -> String {
    match arguments.first().map_or(Ok(24), |number| number.parse::<u16>()) {
        Ok(length) if length <= 512 => desk.session.length = length,
        _ => return "% Invalid input: length is 0 to 512\n".to_owned(),
    }
    String::new()
}

fn width(desk: &mut Desk, arguments: &[String]) -> String {
    match arguments.first().map_or(Ok(80), |number| number.parse::<u16>()) {
        Ok(width) if width <= 512 => desk.session.width = width,
        _ => return "% Invalid input: width is 0 to 512\n".to_owned(),
    }
    String::new()
}

fn nothing(_: &mut Desk, _: &[String]) -> String {
    String::new()
}

fn monitor(desk: &mut Desk, _: &[String]) -> String {
    desk.session.monitor = true;
    String::new()
}

fn no_monitor(desk: &mut Desk, _: &[String]) -> String {
    desk.session.monitor = false;
    String::new()
}

fn configure(desk: &mut Desk, _: &[String]) -> String {
    desk.session.editing = Some(Vec::new());
    desk.session.touched = false;
    "Enter configuration commands, one per line.  End with CNTL/Z.\n".to_owned()
}

fn save(desk: &mut Desk, _: &[String]) -> String {
    let steps = dialogue::saving(desk);
    dialogue::begin(desk, steps, End::Nothing)
}

fn copy(desk: &mut Desk, _: &[String]) -> String {
    let steps = [Step::Destination].into_iter().chain(dialogue::saving(desk)).collect();
    dialogue::begin(desk, steps, End::Nothing)
}

fn write_terminal(desk: &mut Desk, _: &[String]) -> String {
    show::running_configuration(&show::Asked::new(desk, &[]))
}

fn clear_logging(desk: &mut Desk, _: &[String]) -> String {
    desk.state.log.clear();
    desk.state.unkept = true;
    String::new()
}

fn ping(desk: &mut Desk, arguments: &[String]) -> String {
    let address = arguments.first().map_or("", String::as_str);
    let known = show::reachable(desk.state, address);
    let (marks, rate) = if known {
        ("!!!!!", "100 percent (5/5), round-trip min/avg/max = 1/1/2 ms")
    } else {
        (".....", "0 percent (0/5)")
    };
    format!(
        "Type escape sequence to abort.\nSending 5, 100-byte ICMP Echos to {address}, timeout is 2 seconds:\n\
         {marks}\nSuccess rate is {rate}\n"
    )
}

fn traceroute(_: &mut Desk, arguments: &[String]) -> String {
    let address = arguments.first().map_or("", String::as_str);
    format!(
        "Type escape sequence to abort.\nTracing the route to {address}\n\
         VRF info: (vrf in name/id, vrf out name/id)\n  1 {address} 1 msec 1 msec 2 msec\n"
    )
}
