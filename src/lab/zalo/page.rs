//! A chat as a page of HTML in the dress of the app: for people who want to look at what the bot says.

use super::world::Message;

const STYLE: &str = "body{margin:0;background:#e2e9f1;font:15px/1.4 system-ui,sans-serif;color:#081c36}\
    header{position:sticky;top:0;background:#0068ff;color:#fff;padding:12px 16px;font-weight:600}\
    main{max-width:760px;margin:0 auto;padding:12px}\
    .m{display:flex;margin:8px 0}.m.own{justify-content:flex-end}\
    .b{background:#fff;border-radius:10px;padding:9px 12px;max-width:84%;box-shadow:0 1px 1px #0002;\
    white-space:pre-wrap;overflow-wrap:anywhere}.own .b{background:#dbebff}\
    .t{color:#7589a3;font-size:11px;margin-top:3px}";

pub(crate) fn page(title: &str, messages: &[Message]) -> String {
    let title = escaped(title);
    let body: String = messages.iter().map(one).collect();
    format!(
        "<!doctype html>\n<html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>{title}</title>\n<style>{STYLE}</style>\n<header>{title}</header>\n<main>\n{body}</main></html>\n"
    )
}

fn one(message: &Message) -> String {
    let own = if message.from_bot { "" } else { " own" };
    let (text, at) = (escaped(&message.text), message.at.format("%H:%M"));
    format!("<div class=\"m{own}\"><div class=b>{text}<div class=t>{at}</div></div></div>\n")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
