# SPDX-License-Identifier: Apache-2.0
"""A relay (aiosmtpd) that does what a recipient's name says. Quicker, and stopped at a stage: smtp_sink.py."""
import asyncio
import email
import email.policy
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from ports import free_port


class Relay:
    """aiosmtpd with a word for what it does: each recipient's local part names it, "ok" for the rest."""

    def __init__(self):
        self.taken = []     # (to, bytes) of what was answered 250
        self.seen = []      # (to, bytes) of each text that arrived whole
        self.senders = []   # of the envelopes
        self.asked = []     # each RCPT
        self.logins = []
        self.greylisted = set()
        self.release = threading.Event()

    async def handle_RCPT(self, server, session, envelope, address, options):
        word = address.split("@")[0].strip('"')
        self.asked.append(address)
        if word == "unknown":
            return "550 5.1.1 no such user"
        if word == "busy" and address not in self.greylisted:
            self.greylisted.add(address)
            return "451 4.7.1 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        to, text = envelope.rcpt_tos[0], envelope.original_content
        self.seen.append((to, text))
        self.senders.append(envelope.mail_from)
        word = to.split("@")[0]
        first = sum(1 for t, _ in self.seen if t == to) == 1
        if word == "spam":
            return "554 5.7.1 no"
        if word == "full":
            return "452 4.3.1 no room" if first else self.take(to, text)
        if word in ("silent", "mute", "pending", "late-unknown") and (first or word == "mute"):
            while not self.release.is_set():
                await asyncio.sleep(0.05)
        if word == "pending":
            return "452 4.3.1 no room" if first else self.take(to, text)
        if word == "late-unknown":
            return "550 5.1.1 no such user"
        if word == "gone" and first:
            self.take(to, text)  # taken, and the line died before we could say so
            server.transport.abort()
            return "250 OK"
        return self.take(to, text)

    def take(self, to, text):
        self.taken.append((to, text))
        return "250 OK"

    def authenticate(self, server, session, envelope, mechanism, data):
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"secret word")


class RelayServer(Controller):
    def __init__(self, relay, port=0, **smtp):
        self.smtp = smtp
        super().__init__(relay, hostname="127.0.0.1", port=port or free_port())

    def factory(self):
        return SMTP(self.handler, enable_SMTPUTF8=False, **self.smtp)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.handler.release.set()
        if self._thread:  # it was not stopped before
            self.stop()


def ids(texts) -> list:
    return [email.message_from_bytes(t, policy=email.policy.default)["Message-ID"].split("@")[0].strip("<") for _, t in texts]
