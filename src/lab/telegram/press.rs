//! A press of a button, and what the person who pressed it got to see.

use tokio::sync::watch;

/// What the bot answered to a press.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pressed {
    /// The words that popped up; none for a silent answer.
    pub toast: Option<String>,
    /// It had to be clicked away.
    pub alert: bool,
    pub url: Option<String>,
}

/// A press that the bot may answer or not.
#[derive(Debug)]
pub struct Press {
    /// The id of the callback query.
    pub id: String,
    pub(crate) answer: watch::Receiver<Option<Pressed>>,
}

impl Press {
    /// Waits for the answer. A bot that never gives one makes this wait for ever: give it a deadline.
    pub async fn answered(&self) -> Pressed {
        let mut answer = self.answer.clone();
        match answer.wait_for(Option::is_some).await.ok().and_then(|answer| answer.clone()) {
            Some(answer) => answer,
            None => std::future::pending().await,
        }
    }

    /// The answer, if there is one by now.
    pub fn answer(&self) -> Option<Pressed> {
        self.answer.borrow().clone()
    }
}

/// There is no such button, or no such message. Says what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absent(pub(crate) String);

impl std::fmt::Display for Absent {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(&self.0)
    }
}

impl std::error::Error for Absent {}
