"""A real mail server (aiosmtpd) for tests/it/mail.rs, on three doors of the loopback.

Usage: mail.py CERTIFICATE KEY. The first line printed says where the doors are; then one JSON line
for each login and each mail. It ends when its standard input does.

  starttls  TLS by STARTTLS and a login are required
  implicit  TLS from the first byte, a login is required
  plain     neither TLS nor STARTTLS; a login would be taken in clear

What it does with a mail is in the address: refuse@ is refused with 550, later@ gets 451 at the first
try of a mail, drop@ is taken at the first try and the line is cut before the answer, slow@ waits.
"""

import asyncio
import base64
import email
import email.policy
import json
import logging
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

LOGIN = LoginPassword(b"patchbay", b"made-up-word")


def tell(**what):
    print(json.dumps(what), flush=True)


def part(one):
    """What a mail program would see of one leaf of the mail."""
    content = one.get_payload(decode=True)
    return {
        "type": one.get_content_type(),
        "cid": one.get("Content-ID"),
        "disposition": one.get_content_disposition(),
        "name": one.get_filename(),
        "text": one.get_content().replace("\r\n", "\n") if one.get_content_maintype() == "text" else None,
        "base64": base64.b64encode(content).decode(),
    }


class Handler:
    seen = set()

    def __init__(self, door):
        self.door = door

    def first_try(self, mail):
        first = mail["Message-ID"] not in self.seen
        self.seen.add(mail["Message-ID"])
        return first

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refuse@"):
            tell(refused=address)
            return "550 5.1.1 no such person here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        to = envelope.rcpt_tos[0]
        first = self.first_try(mail)
        if first and to.startswith("later@"):
            tell(put_off=mail["Message-ID"])
            return "451 4.7.1 try again"
        if to.startswith("slow@"):
            await asyncio.sleep(0.5)
        leaves = [one for one in mail.walk() if not one.is_multipart()]
        tell(
            door=self.door,
            to=envelope.rcpt_tos,
            tls=session.ssl is not None or self.door == "implicit",
            kind=mail.get_content_type(),
            headers={name.lower(): str(value) for name, value in mail.items()},
            defects=[str(defect) for one in mail.walk() for defect in one.defects],
            parts=[part(one) for one in leaves],
        )
        if first and to.startswith("drop@"):
            server.transport.abort()
        return "250 OK"


def authenticator(door):
    def check(server, session, envelope, mechanism, data):
        good = data == LOGIN
        tell(login=good, door=door, tls=session.ssl is not None or door == "implicit")
        return AuthResult(success=good)

    return check


async def main(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    doors = {
        "starttls": (None, dict(tls_context=context, require_starttls=True, auth_required=True)),
        "implicit": (context, dict(auth_required=True, auth_require_tls=False)),
        "plain": (None, dict(auth_require_tls=False)),
    }
    loop = asyncio.get_running_loop()
    ports, servers = {}, []
    for name, (at_once, settings) in doors.items():

        def door(name=name, settings=settings):
            return SMTP(Handler(name), hostname="localhost", authenticator=authenticator(name), loop=loop, **settings)

        server = await loop.create_server(door, "127.0.0.1", 0, ssl=at_once)
        ports[name] = server.sockets[0].getsockname()[1]
        servers.append(server)
    tell(**ports)
    await loop.run_in_executor(None, sys.stdin.read)


# What goes wrong with a client is told by the tests.
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
asyncio.run(main(*sys.argv[1:]))
