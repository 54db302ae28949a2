//! The questions: who may answer them how, and what happens when nobody does.

use super::*;

#[tokio::test]
async fn only_a_carriage_return_or_y_confirms() {
    let (lab, router, mut person) = unsaved().await;
    for keys in ["n", "\n", " ", "x", "no\r"] {
        person.ask("reload", SAVE).await;
        person.ask("n", PROCEED).await;
        person.press(keys).await;
        let said = person.until("R1#").await.unwrap();
        assert!(said.starts_with("\r\nR1#"), "{keys:?} {said:?}");
        // What follows the key is typed at the prompt.
        assert_eq!(said.contains("R1#o\r\n"), keys == "no\r", "{said:?}");
    }
    // The line feed of a terminal that sends two ends is the answer to the next question.
    person.ask("reload", SAVE).await;
    person.press("no\r\n").await;
    assert_eq!(person.until("R1#").await.unwrap(), format!("no\r\n{PROCEED}\r\nR1#"));
    assert!(router.reloads().is_empty() && router.unsaved());
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn other_words_than_yes_and_no_are_asked_again() {
    let (lab, router, mut person) = unsaved().await;
    person.ask("reload", SAVE).await;
    for word in ["", "maybe", "yes please"] {
        let again = person.ask(word, SAVE).await;
        assert_eq!(again, format!("{word}\r\n% Please answer 'yes' or 'no'.\r\n{SAVE}"));
    }
    person.press("\x03").await;
    person.until("R1#").await.unwrap();
    assert!(router.reloads().is_empty() && router.unsaved());
    lab.stop().await.unwrap();
}

#[tokio::test]
async fn a_session_that_closes_at_a_question_has_answered_no() {
    let (lab, router, mut person) = unsaved().await;
    person.ask("reload", SAVE).await;
    drop(person);
    let mut person = Person::privileged(&router).await;
    person.ask("reload", SAVE).await;
    person.ask("yes", PROCEED).await;
    drop(person);
    let mut person = Person::privileged(&router).await;
    assert_eq!(person.ask("show reload", "R1#").await, "show reload\r\nNo reload is scheduled.\r\nR1#");
    assert!(router.reloads().is_empty() && !router.unsaved());
    lab.stop().await.unwrap();
}
