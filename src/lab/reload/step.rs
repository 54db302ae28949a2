//! The dialogue of `reload` in pieces: what the router says and asks before it goes. A test puts them together as it
//! needs; the texts are those of the collections of real dialogues, which differ by platform and release.

/// One piece of the dialogue. Texts stand as the router prints them, spaces at the end too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReloadStep {
    /// A line without a question.
    Say(String),
    /// The save question, where something is unsaved.
    SaveIfUnsaved,
    /// The save question, whatever is saved.
    Save,
    /// One key: carriage return or y goes on, any other cancels.
    Key(String),
    /// A line: yes or no, both go on; anything else is asked again.
    YesNo(String),
    /// A line: yes or no go on, anything else cancels.
    YesNoCancel(String),
    /// A line: only y goes on.
    YesElseCancel(String),
    /// The router says this and does not reload; an empty text is a bare prompt.
    Refuse(String),
    /// Nothing more is ever said in this session, and nothing happens.
    Silence,
    /// The connection is reset, and nothing happens.
    Reset,
}

pub(crate) const SAVE: &str = "System configuration has been modified. Save? [yes/no]: ";
const PROCEED: &str = "Proceed with reload? [confirm]";
const BOOT_VARIABLE: &str = "WARNING: Boot variable either does not exist or buffer is too small";
const ANYWAY: &str = "Do you wish to proceed with reload anyway[confirm]";
const STACK: &str = "Reload command is being issued on Active unit, this will reload the whole stack";

impl ReloadStep {
    /// A question that one key answers.
    pub fn key(text: &str) -> ReloadStep {
        ReloadStep::Key(text.to_owned())
    }

    pub fn say(text: &str) -> ReloadStep {
        ReloadStep::Say(text.to_owned())
    }

    /// What nearly every router asks.
    pub fn usual() -> Vec<ReloadStep> {
        vec![ReloadStep::SaveIfUnsaved, ReloadStep::key(PROCEED)]
    }

    /// The same after the warning that the router may not find what to boot.
    pub fn with_boot_warning() -> Vec<ReloadStep> {
        vec![
            ReloadStep::SaveIfUnsaved,
            ReloadStep::say(BOOT_VARIABLE),
            ReloadStep::key(ANYWAY),
            ReloadStep::key(PROCEED),
        ]
    }

    /// The same on the active unit of a stack.
    pub fn of_stack() -> Vec<ReloadStep> {
        vec![ReloadStep::SaveIfUnsaved, ReloadStep::say(STACK), ReloadStep::key(PROCEED)]
    }

    /// The text that waits for an answer, if this is a question.
    pub(crate) fn question(&self) -> Option<&str> {
        match self {
            ReloadStep::Save => Some(SAVE),
            ReloadStep::Key(text)
            | ReloadStep::YesNo(text)
            | ReloadStep::YesNoCancel(text)
            | ReloadStep::YesElseCancel(text) => Some(text),
            ReloadStep::Say(_)
            | ReloadStep::SaveIfUnsaved
            | ReloadStep::Refuse(_)
            | ReloadStep::Silence
            | ReloadStep::Reset => None,
        }
    }
}

/// What goes wrong when the running configuration is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaveTrouble {
    /// Another process holds the file.
    FileBusy,
    /// Another process writes the memory.
    MemoryInUse,
    /// It says that it builds the configuration, and never `[OK]`; nothing is saved.
    WithoutOk,
}

impl SaveTrouble {
    pub(crate) fn text(self) -> &'static str {
        match self {
            SaveTrouble::FileBusy => "startup-config file open failed (Device or resource busy)\n",
            SaveTrouble::MemoryInUse => "Non-Volatile memory is in use\n",
            SaveTrouble::WithoutOk => "Building configuration...\n",
        }
    }
}
