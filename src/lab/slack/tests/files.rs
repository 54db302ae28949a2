//! Uploads by the two calls, and the addresses that come with what a person did.

use super::*;

async fn address(room: &Room, length: usize) -> (String, Value) {
    let answer =
        room.form("files.getUploadURLExternal", &json!({ "filename": "R1.cfg", "length": length })).await;
    (answer["upload_url"].as_str().unwrap().to_owned(), answer["file_id"].clone())
}

#[tokio::test]
async fn a_file_is_uploaded_raw_or_as_a_form_and_shared_in_a_thread() {
    let room = room(SlackPlan::default()).await;
    let parent = room.post("backup").await;
    let (raw, first) = address(&room, 5).await;
    assert_eq!(typed("POST", &raw, "content-type: text/plain\r\n", b"four").await.status, 400);
    let share = |id: &Value, channel: &str| json!({ "files": [{ "id": id, "title": "R1" }], "channel_id": channel, "thread_ts": parent, "initial_comment": "here" });
    assert_eq!(
        room.refused("files.completeUploadExternal", share(&first, &room.noc)).await,
        "file_not_found"
    );
    assert_eq!(typed("POST", &raw, "content-type: text/plain\r\n", b"12345").await.body, "OK - 5");
    let (form, second) = address(&room, 3).await;
    let body =
        b"--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nabc\r\n--b--\r\n";
    assert_eq!(
        typed("POST", &form, "content-type: multipart/form-data; boundary=b\r\n", body).await.status,
        200
    );
    let lobby = room.slack.add_channel("lobby", &[&room.anna]);
    assert_eq!(room.refused("files.completeUploadExternal", share(&first, &lobby)).await, "not_in_channel");
    let answer = room.ok("files.completeUploadExternal", share(&first, &room.noc)).await;
    assert_eq!((&answer["files"][0]["title"], answer["files"][0].get("shares")), (&json!("R1"), None));
    let message = room.slack.wait(&room.noc, |message| !message.files.is_empty()).await;
    assert_eq!((message.text.as_str(), &*message.files[0].bytes), ("here", b"12345".as_slice()));
    assert_eq!(message.thread.as_ref(), Some(&parent));
    let info = room.form("files.info", &json!({ "file": first })).await;
    assert_eq!(info["file"]["shares"]["public"][&room.noc][0]["ts"], message.ts);
    assert_eq!(
        room.refused("files.completeUploadExternal", share(&first, &room.noc)).await,
        "file_not_found"
    );
    // Shared with nobody: only stored.
    room.ok("files.completeUploadExternal", json!({ "files": [{ "id": second }] })).await;
    assert_eq!(
        room.slack.rendering(&room.noc),
        "patchbay: backup\n  | patchbay: here\n  | [file R1, 5 bytes]\n"
    );
    assert!(room.slack.page(&room.noc).contains("<b>R1</b> <span class=\"small\">5 bytes</span>"));
}

#[tokio::test]
async fn an_address_for_answers_takes_five_and_not_for_long() {
    let room = room(hurried()).await;
    let lobby = room.slack.add_channel("lobby", &[&room.anna]);
    let slash = room.slack.slash(&room.anna, &lobby, "/bw", "R1").unwrap();
    let address = slash.response_url.unwrap();
    let json = "content-type: application/json\r\n";
    let answer = |body: Value| {
        let address = address.clone();
        async move { typed("POST", &address, json, body.to_string().as_bytes()).await }
    };
    assert_eq!(answer(json!({ "text": "only you" })).await.body, "ok");
    assert_eq!(answer(json!({ "text": "all", "response_type": "in_channel" })).await.status, 200);
    assert_eq!(answer(json!({ "text": "x", "colour": "red" })).await.status, 400);
    let seen: Vec<(String, bool)> =
        room.slack.messages(&lobby).into_iter().map(|one| (one.text, one.only_for.is_some())).collect();
    assert!(seen.contains(&("only you".to_owned(), true)), "{seen:?}");
    assert!(seen.contains(&("all".to_owned(), false)), "{seen:?}");
    assert_eq!(answer(json!({ "text": "4" })).await.status, 200);
    assert_eq!(answer(json!({ "text": "5" })).await.status, 200);
    let used = answer(json!({ "text": "6" })).await;
    assert_eq!((used.status, used.json()["error"].as_str()), (404, Some("used_url")));
    let short = self::room(SlackPlan { response_life: Duration::ZERO, ..hurried() }).await;
    let slash = short.slack.slash(&short.anna, &short.noc, "/bw", "").unwrap();
    let late = typed("POST", &slash.response_url.unwrap(), json, b"{\"text\":\"late\"}").await;
    assert_eq!(late.json()["error"], "expired_url");
}
