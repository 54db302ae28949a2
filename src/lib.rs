//! Patchbay: chat-ops for people who run Cisco IOS XE routers. This page is the map of the house.
//!
//! Two front doors (chat, clock), one corridor each, one back door (the outbox). Values walk forward and
//! nobody calls back; every arrow is a function of values and `now`:
//!
//! ```text
//! Update -> Request -> Invocation -> Resolved -> Authorized -> Job -> Plan -> Outcome -> TaskResult -> Document -> Outbound
//! channel   flow       command       command     command       store  builtin device     builtin       builtin     store
//! tick -> Probe -> Plan -> Outcome -> [Observed], [Sample] -> Step -> [Transition], [Notice] -> Outbound
//! flow    probe    probe   device     probe                   monitor monitor                   builtin, store
//! Outbound -> Channel -> Receipt      (flow::deliver, the only place that sends)
//! ```
//!
//! | rooms, lowest first | what they hold | may use |
//! | --- | --- | --- |
//! | [`model`] | the words: values that walk | std, serde, time |
//! | [`probe`], [`chart`] | what routers are asked on the clock and what it means; pictures; pure | model |
//! | [`command`] | text in, permission proven; pure | model |
//! | [`procedure`] | long work as state machines: the reboot; pure | model, probe |
//! | [`monitor`] | rules, the life of an alert, what is told of it; pure | model |
//! | [`device`], [`store`], [`archive`], [`channel`] | the edges: SSH and RESTCONF, SQL, git, chats | model; never each other |
//! | [`builtin`] | what commands answer, one file each | the above, of `store` the transaction |
//! | [`flow`] | the corridors: loops of one screen | all above |
//! | [`settings`], [`lab`] | the bot's own files; simulated routers | model |
//! | [`app`], [`cli`], [`embedded`], [`texts`] | the wiring, and what is typed in a shell | all |
//!
//! `tests/it/laws.rs` reads the `use` lines and keeps these walls.
//!
//! # Invariants, each with the tests that guard it
//!
//! 1. Nothing changes a router without an `Authorized` made for exactly that step, now.
//!    Tests: `what_only_some_may_say_is_said_only_there`, `what_changes_something_must_be_fresh`.
//! 2. Clear text leaves [`device`] only through `redact`; a raw configuration leaves only as `Sealed`. Over RESTCONF
//!    only numbers of state may be asked, never configuration. Tests: `nothing_secret_leaves_the_floor`,
//!    `only_the_device_floor_and_the_raw_export_open_seals`, `only_the_numbers_of_state_may_be_asked_over_restconf`.
//! 3. Only `flow::deliver` sends messages. An instant answer goes with the acknowledgement and never carries
//!    a result. Test: `what_only_some_may_say_is_said_only_there`.
//! 4. Only [`flow`] and the edges read clocks; the rest is given `Now`.
//!    Test: `what_only_some_may_say_is_said_only_there`.
//! 5. No name of a service or platform outside its own file, its registry line, data and tests.
//!    Test: `services_and_platforms_are_named_only_at_home`.
//! 6. A disruptive step is stored before it is sent and is never sent twice; found half sent after a crash, it
//!    is watched or told as unclear and not repeated. Idempotent steps (show, save) may repeat.
//!    Tests: `a_reload_is_sent_once_for_each_agreement_and_every_window_closes`,
//!    `a_kill_before_the_last_key_is_a_reload_that_did_not_happen`,
//!    `a_kill_after_the_last_key_is_a_reload_that_is_found_out`, `what_was_being_sent_when_it_crashed_is_unclear`, `a_save_that_was_perhaps_sent_is_sent_again`,
//!    `only_known_keys_are_typed`.
//! 7. All SQL is in [`store`]; a service's wire format stays in its channel; models of routers stay in
//!    `probe/` and `device/platform/`. Test: `all_sql_is_in_the_store`.
//! 8. Parsing and presenting never fail the process: strange output becomes `Refused` or a raw block.
//!    Tests: `no_line_is_a_panic`, `no_file_is_a_panic`, `any_bytes_are_cleaned_without_a_panic`,
//!    `any_text_is_redacted_without_a_panic_and_a_second_time_changes_nothing`, `any_width_and_any_text_gives_lines`,
//!    `any_bytes_are_read_without_a_panic`, `any_points_are_drawn_without_a_panic`.
//! 9. An update is committed under its unique key before it is acknowledged.
//!    Tests: `a_second_delivery_is_a_repeat_also_when_the_first_is_done`,
//!    `what_is_not_stored_is_tried_again_under_its_key_and_then_told`.
//! 10. Deny by default, fail closed: no person or no grant, nothing runs, and the refusal names the rule.
//!     Tests: `no_rule_is_a_no`, `a_stranger_gets_nothing`, `deny_wins`.
//! 11. The lab shares no code with [`device`] and [`channel`]: one mistake made on both sides would hide itself.
//!     Test: `the_lab_and_the_edges_share_no_code`.
//! 12. Danger is computed, not believed: a command file that sends more than its risk allows is refused.
//!     Tests: `a_file_that_understates_its_danger_is_refused`,
//!     `a_value_never_makes_a_line_more_dangerous_than_its_file_says`, `danger_is_computed_from_the_line`.
//! 13. An alert is told whole: no end without its beginning at that destination, no beginning without an
//!     end, nobody rung twice within a repeat interval but for a reason; and what holds a notice back never
//!     changes the alert. Tests: `every_history_is_told_whole_and_without_noise`,
//!     `what_holds_notices_back_never_changes_the_life`.
#![cfg_attr(test, allow(clippy::disallowed_methods, clippy::string_slice, reason = "tests may"))]
#[macro_use]
pub mod model;
pub mod app;
pub mod archive;
pub mod builtin;
pub mod channel;
pub mod chart;
pub mod cli;
pub mod command;
pub mod device;
pub mod embedded;
pub mod flow;
pub mod lab;
pub mod monitor;
pub mod probe;
pub mod procedure;
pub mod settings;
pub mod store;
pub mod texts;
