"""A bot made with python-telegram-bot, unchanged, for tests/it/peers_telegram.rs.

Usage: telegram_ptb.py BASE_URL TOKEN. One JSON line when it polls and one for each thing worth telling. It ends
when its standard input does.

  /hello   an answer in HTML with two buttons; "Edit" edits it, "Alert" only answers
  /file    a document          /photo   a picture with a caption
  /album   two documents       /menu    its menu of commands
  other words come back as they are; a document comes back with its size

Told to wait (429), it waits as long as it was told and sends again.
"""

import asyncio
import json
import logging
import struct
import sys
import zlib

from telegram import BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaDocument, InputFile
from telegram.error import RetryAfter
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, MessageHandler, filters
from telegram.request import HTTPXRequest


def tell(**what):
    print(json.dumps(what), flush=True)


def png(side):
    """A grey square."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x80" * side) * side
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


async def obeying(send):
    """Sends until the service does not say when to come again."""
    while True:
        try:
            return await send()
        except RetryAfter as told:
            seconds = told.retry_after
            seconds = seconds if isinstance(seconds, int) else seconds.total_seconds()
            tell(retry_after=int(seconds))
            await asyncio.sleep(seconds)


KEYS = InlineKeyboardMarkup(
    [[InlineKeyboardButton("Edit", callback_data="edit"), InlineKeyboardButton("Alert", callback_data="alert")]]
)


async def hello(update, context):
    message = update.effective_message
    text = f"<b>hello</b> {update.effective_user.first_name}"
    await obeying(lambda: message.reply_html(text, reply_markup=KEYS, do_quote=True))


async def press(update, context):
    query = update.callback_query
    if query.data == "edit":
        await query.answer("edited")
        await query.edit_message_text("<i>edited</i>", parse_mode="HTML")
    else:
        await query.answer("look here", show_alert=True)


async def file(update, context):
    await update.effective_message.reply_document(b"hostname R1", filename="R1.cfg", caption="the file")


async def photo(update, context):
    await update.effective_message.reply_photo(png(16), caption="<u>square</u>", parse_mode="HTML")


async def album(update, context):
    parts = [
        InputMediaDocument(InputFile(b"one", filename="1.txt", attach=True)),
        InputMediaDocument(InputFile(b"two", filename="2.txt", attach=True)),
    ]
    await update.effective_message.reply_media_group(parts)


async def menu(update, context):
    await context.bot.set_my_commands([BotCommand("hello", "says hello")])
    await update.effective_message.reply_text("menu set")


async def received(update, context):
    document = update.effective_message.document
    there = await document.get_file()
    content = await there.download_as_bytearray()
    await update.effective_message.reply_text(f"{document.file_name}: {bytes(content).decode()}")


async def echo(update, context):
    await obeying(lambda: update.effective_message.reply_text(update.effective_message.text))


async def wrong(update, context):
    tell(wrong=repr(context.error))


async def main(base, token):
    request = {"httpx_kwargs": {"trust_env": False}}
    builder = Application.builder().token(token).base_url(f"{base}/bot").base_file_url(f"{base}/file/bot")
    builder = builder.request(HTTPXRequest(**request)).get_updates_request(HTTPXRequest(**request))
    application = builder.build()
    for name, answer in {"hello": hello, "file": file, "photo": photo, "album": album, "menu": menu}.items():
        application.add_handler(CommandHandler(name, answer))
    application.add_handler(CallbackQueryHandler(press))
    application.add_handler(MessageHandler(filters.Document.ALL, received))
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.add_error_handler(wrong)
    async with application:
        await application.start()
        await application.updater.start_polling(timeout=5)
        tell(ready=application.bot.username)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        await application.updater.stop()
        await application.stop()
    tell(ended=True)


# What goes wrong with the service is told by the tests.
logging.disable(logging.CRITICAL)
asyncio.run(main(*sys.argv[1:]))
