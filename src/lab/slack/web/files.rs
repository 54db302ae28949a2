//! Uploads by the two calls: an address is asked for, the bytes go there, and the second call shares what arrived.

use serde_json::{Value, json};

use crate::lab::calls::{Call, Param};
use crate::lab::slack::Inner;
use crate::lab::slack::arguments::Arguments;
use crate::lab::slack::blocks::check_blocks;
use crate::lab::slack::form;
use crate::lab::slack::form::merge;
use crate::lab::slack::message::SlackFile;
use crate::lab::slack::refusal::{Answered, Refusal};
use crate::lab::slack::world::{Draft, Upload, World};

pub(crate) fn address(inner: &Inner, arguments: &Arguments) -> Answered {
    let length = arguments.number("length").unwrap_or_default();
    if length == 0 {
        return Err(Refusal::because(
            "invalid_arguments",
            ["must be greater than 0 [json-pointer:/length]".to_owned()],
        ));
    }
    let name = arguments.needed("filename")?.to_owned();
    let ticket = inner.courier.id();
    let id = inner.change(|world| {
        let id = world.id("F");
        let file = SlackFile { id: id.clone(), title: name.clone(), name, bytes: Vec::new().into() };
        let upload = Upload { ticket: ticket.clone(), length, file, arrived: false, shared_in: Vec::new() };
        world.files.insert(id.clone(), upload);
        id
    });
    Ok(json!({
        "upload_url": format!("http://{}/upload/v1/{ticket}", inner.web.address),
        "file_id": id,
    }))
}

/// The bytes, as they are or as the one part of a form that is a file.
pub(crate) fn take(inner: &Inner, path: &str, call: &Call) -> Result<String, (u16, &'static str)> {
    let ticket = path.strip_prefix("v1/").unwrap_or_default();
    let part = call.params.iter().find_map(|(_, param)| match param {
        Param::File(file) => Some(file.bytes.clone()),
        _ => None,
    });
    let bytes = part.unwrap_or_else(|| call.body.clone());
    inner.change(|world| {
        let wanted = |upload: &&mut Upload| upload.ticket == ticket && upload.shared_in.is_empty();
        let upload = world.files.values_mut().find(wanted).ok_or((404, "file_not_found"))?;
        if u64::try_from(bytes.len()) != Ok(upload.length) {
            return Err((400, "length_mismatch"));
        }
        upload.file.bytes = bytes.to_vec().into();
        upload.arrived = true;
        Ok(format!("OK - {}", bytes.len()))
    })
}

/// Ids and titles of what shall be shared; all of it must have arrived.
fn wanted(world: &World, arguments: &Arguments) -> Result<Vec<SlackFile>, Refusal> {
    let list = arguments.list("files").map(Vec::as_slice).unwrap_or_default();
    if list.is_empty() {
        return Err(Refusal::because(
            "invalid_arguments",
            ["must provide at least 1 items [json-pointer:/files]".to_owned()],
        ));
    }
    let mut files = Vec::new();
    for (number, item) in list.iter().enumerate() {
        let known = |key: &String| ["id", "title", "highlight_type"].contains(&key.as_str());
        let id = item
            .get("id")
            .and_then(Value::as_str)
            .filter(|_| item.as_object().is_some_and(|item| item.keys().all(known)));
        let reason = || format!("must be an object with id and title [json-pointer:/files/{number}]");
        let id = id.ok_or_else(|| Refusal::because("invalid_arguments", [reason()]))?;
        let upload = world.files.get(id).filter(|upload| upload.arrived && upload.shared_in.is_empty());
        let mut file = upload.ok_or_else(|| Refusal::new("file_not_found"))?.file.clone();
        if let Some(title) = item.get("title").and_then(Value::as_str) {
            title.clone_into(&mut file.title);
        }
        files.push(file);
    }
    Ok(files)
}

pub(crate) fn complete(inner: &Inner, arguments: &Arguments) -> Answered {
    let (messages, body) = inner.change(|world| {
        let files = wanted(world, arguments)?;
        let mut places: Vec<String> = arguments.text("channel_id").map(str::to_owned).into_iter().collect();
        places.extend(arguments.words("channels"));
        let places =
            places.iter().map(|place| world.writable(place)).collect::<Result<Vec<String>, Refusal>>()?;
        if let Some(blocks) = arguments.get("blocks") {
            check_blocks(blocks)?;
        }
        let mut messages = Vec::new();
        for place in &places {
            let draft = Draft {
                text: arguments.text("initial_comment").unwrap_or_default().to_owned(),
                blocks: arguments.list("blocks").cloned().unwrap_or_default(),
                thread: arguments.text("thread_ts").map(str::to_owned),
                files: files.clone(),
                ..Draft::of_app()
            };
            messages.extend(world.say(place, draft));
        }
        // The service works on: it answers before it knows where the file stands.
        let body: Vec<Value> = files.iter().map(|file| form::file(world, file)).collect();
        for file in &files {
            let Some(upload) = world.files.get_mut(&file.id) else { continue };
            upload.file.title.clone_from(&file.title);
            upload.shared_in =
                messages.iter().map(|message| (message.channel.clone(), message.ts.clone())).collect();
        }
        Ok((messages, body))
    })?;
    for message in &messages {
        inner.tell(message);
    }
    Ok(json!({ "files": body }))
}

pub(crate) fn info(inner: &Inner, arguments: &Arguments) -> Answered {
    inner.read(|world| {
        let id = arguments.needed("file")?;
        let upload = world.files.get(id).filter(|upload| upload.arrived);
        let upload = upload.ok_or_else(|| Refusal::new("file_not_found"))?;
        let mut body = form::file(world, &upload.file);
        if let Some(body) = body.as_object_mut() {
            merge(body, json!({ "shares": form::shares(world, id) }));
        }
        Ok(json!({ "file": body, "comments": [], "response_metadata": { "next_cursor": "" } }))
    })
}
