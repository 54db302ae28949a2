//! `patchbay grant`: the rules. Deny wins over allow; where no rule matches, the answer is no.

use super::beside::Beside;
use super::print::{say, table};
use crate::model::person::Subject;
use crate::model::{Effect, Grant, GrantId, Selector};
use anyhow::bail;
use clap::Subcommand;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Add a rule: patchbay grant add "core needs admin" --deny --role operator --command reboot --devices tag:core
    Add {
        /// What refusals call it
        name: String,
        /// The person it speaks of
        #[arg(long, conflicts_with = "role")]
        person: Option<String>,
        /// The role it speaks of; everybody when neither is given
        #[arg(long)]
        role: Option<String>,
        /// A command or pattern (backup, show*, device.add), or @viewer, @operator, @admin
        #[arg(long)]
        command: String,
        /// Which routers: R1, site:hanoi, tag:edge, all
        #[arg(long, default_value = "all")]
        devices: String,
        /// Which chats, as channel:address with * for anything
        #[arg(long, default_value = "*")]
        chat: String,
        /// Forbid instead of allow
        #[arg(long)]
        deny: bool,
    },
    /// List the rules
    List,
    /// Remove a rule by its number
    Remove { number: i64 },
}

pub fn run(beside: &Beside, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Add { name, person, role, command, devices, chat, deny } => {
            let subject = match (person, role) {
                (Some(name), _) => Subject::Person(super::person::find(beside, &name)?.id),
                (None, Some(role)) => Subject::Role(role),
                (None, None) => Subject::Everyone,
            };
            let selector: Selector = devices.parse().map_err(|why| anyhow::anyhow!("--devices: {why}"))?;
            let unknown = selector.unknown(&beside.inventory()?);
            let effect = if deny { Effect::Deny } else { Effect::Allow };
            let grant = Grant { id: GrantId(0), name, subject, command, selector, chat, effect };
            let id = beside.change("grant", move |work| work.add_grant(&grant))?;
            say(&format!("rule {} is added", id.0));
            if !unknown.is_empty() {
                say(&format!("note: no router is named by {} today", unknown.join(", ")));
            }
        }
        Command::List => list(beside)?,
        Command::Remove { number } => {
            if !beside.change("grant", move |work| work.remove_grant(GrantId(number)))? {
                bail!("there is no rule {number}; patchbay grant list shows all");
            }
            say(&format!("rule {number} is removed"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(beside: &Beside) -> anyhow::Result<()> {
    let (policy, people) = beside.read(|view| Ok((view.policy()?, view.people()?)))?;
    let whom = |subject: &Subject| match subject {
        Subject::Person(id) => people
            .iter()
            .find(|person| person.id == *id)
            .map_or_else(|| format!("person {}", id.0), |person| person.name.clone()),
        Subject::Role(role) => format!("role {role}"),
        Subject::Everyone => "everybody".to_owned(),
    };
    let rows: Vec<Vec<String>> = policy
        .grants
        .iter()
        .map(|grant| {
            let effect = match grant.effect {
                Effect::Allow => "allow",
                Effect::Deny => "deny",
            };
            vec![
                grant.id.0.to_string(),
                effect.to_owned(),
                whom(&grant.subject),
                grant.command.clone(),
                grant.selector.to_string(),
                grant.chat.clone(),
                grant.name.clone(),
            ]
        })
        .collect();
    table(&["no", "effect", "who", "command", "devices", "chat", "name"], &rows);
    Ok(())
}
