//! A terminal at a question: the line or the one key that answers it, the holds before and after, and the sessions
//! that end in the middle of it.

use super::Terminal;
use crate::lab::cli::dialogue::Struck;
use crate::lab::connections::End;
use crate::lab::fault::Point;
use crate::lab::tty::Gone;

impl Terminal {
    /// One key, not echoed; the router goes to the next line for it.
    pub(super) async fn read_key(&mut self, question: &str) -> Result<String, Gone> {
        let key = self.next_byte(question).await?;
        self.tty.say("\n");
        Ok(char::from(key).to_string())
    }

    /// The answer to the question that waits.
    pub(super) async fn settle(&mut self, question: &str, answer: &str) -> Result<(), Gone> {
        self.pause(|point| matches!(point, Point::AtQuestion(words) if question.starts_with(words.as_str())))
            .await?;
        let faults = self.router.faults();
        let text = self.interpret(answer, &faults);
        self.router.note_answer(question, answer, &self.session.user);
        self.keep();
        self.router.power_changed();
        self.pause(
            |point| matches!(point, Point::AfterQuestion(words) if question.starts_with(words.as_str())),
        )
        .await?;
        self.print("", "", &text, &faults).await?;
        self.strike().await
    }

    /// Ends the session as the dialogue says.
    pub(super) async fn strike(&mut self) -> Result<(), Gone> {
        match self.session.struck {
            None => Ok(()),
            Some(Struck::Silent) => loop {
                self.flush().await?;
                self.tty.receive().await?;
            },
            Some(Struck::Reset) => {
                self.flush().await?;
                self.router.inner.door.connections.end_one(self.number, End::Reset);
                Err(Gone)
            }
        }
    }
}
