# SPDX-License-Identifier: Apache-2.0
"""A relay in a few lines that is as quick as a test needs it, notes each mail by the name that it goes by, and can be told where to stop.

    with Sink() as sink:                        # on a port of its own; close() and open() are the line that goes and comes
        sink.stop_at("after-data")              # the next client that comes so far gets no answer ...
        sink.reached.wait(20)
        sink.go_on()                            # ... before this
    sink.taken                                  # [(name, bytes)] of each mail that was taken, answered or not

The stages, in order: "connect" (before the greeting), "mail", "rcpt", "data" (before each one's answer), "dot" (the mail is whole, and
neither taken nor answered), "taken" (taken, not answered), "answered" (the 250 is on its way)."""
from __future__ import annotations

import contextlib
import re
import socket
import socketserver
import threading
import time
from collections import Counter

STAGES = ("connect", "mail", "rcpt", "data", "dot", "taken", "answered")
MESSAGE_ID = re.compile(rb"^Message-ID: <([^@>]+)@", re.M)


class Gone(Exception):
    """The line, as this end makes it go."""


class Session(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self) -> None:
        self.server.sink.sessions.add(self.connection)
        with contextlib.suppress(Gone, OSError, ValueError):
            self.talk()
        self.server.sink.sessions.discard(self.connection)

    def talk(self) -> None:
        sink = self.server.sink
        sink.connections += 1
        sink.pause("connect")
        self.say("220 sink")
        for line in self.rfile:
            word = line[:4].upper()
            if word in (b"MAIL", b"RCPT"):
                sink.pause(word.decode().lower())
            if word == b"QUIT":
                self.say("221 bye")
                return
            if word == b"DATA":
                sink.pause("data")
                self.say("354 go on")
                self.take_mail()
                continue
            if word == b"RCPT" and sink.refuse_recipient:
                self.say(sink.refuse_recipient)
                continue
            self.say("250 sink" if word in (b"EHLO", b"HELO", b"MAIL", b"RCPT", b"RSET", b"NOOP") else "502 what?")

    def take_mail(self) -> None:
        sink, lines = self.server.sink, []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line[1:] if line[:1] == b"." else line)
        else:
            raise Gone
        text = b"".join(lines)
        sink.pause("dot")
        if sink.slow_s:
            time.sleep(sink.slow_s)
        answer = sink.take(text)
        sink.pause("taken")
        self.say(answer)
        sink.pause("answered")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64


class Sink:
    def __init__(self, port: int = 0):
        self.port = port
        self.server = None
        self.taken: list[tuple[str, bytes]] = []
        self.copies: Counter[str] = Counter()
        self.drops = lambda name, nth: False  # is the nth copy (from 1) taken without ever a 250?
        self.connections = 0
        self.refuse_recipient = ""  # what is said to each recipient instead of 250
        self.refuse = ""  # what is said to a whole mail instead of 250
        self.slow_s = 0.0  # what it takes to take a mail
        self.swallows = lambda name: False  # is it answered 250 and forgotten?
        self.reached = threading.Event()
        self.may_go_on = threading.Event()
        self.stage, self.gone = None, False
        self.sessions: set[socket.socket] = set()

    def open(self) -> "Sink":
        self.server = Server(("127.0.0.1", self.port), Session)
        self.server.sink = self
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def close(self) -> None:
        if not self.server:
            return
        self.go_on()
        self.server.shutdown()
        self.server.server_close()
        self.server = None
        for connection in list(self.sessions):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    __enter__ = open

    def __exit__(self, *_):
        self.close()

    def stop_at(self, stage: str) -> None:
        assert stage in STAGES
        self.reached.clear()
        self.may_go_on.clear()
        self.stage = stage

    def go_on(self, gone: bool = False) -> None:
        """@gone: who waits goes on by losing its line, and with it what it had not taken yet."""
        self.stage, self.gone = None, gone
        self.may_go_on.set()

    def pause(self, stage: str) -> None:
        """The first that comes here waits; its client may have died by then, and nobody hears the answer."""
        if self.stage != stage:
            return
        self.stage = None
        self.reached.set()
        if not self.may_go_on.wait(60) or self.gone:
            raise Gone

    def take(self, text: bytes) -> str:
        if self.refuse:
            return self.refuse
        found = MESSAGE_ID.search(text)
        name = found[1].decode() if found else ""
        if not self.swallows(name):
            self.copies[name] += 1
            self.taken.append((name, text))
        if self.drops(name, self.copies[name]):
            raise Gone
        return "250 taken"

    def names(self) -> list[str]:
        return [name for name, _ in self.taken]

    def delivered(self) -> list[str]:
        """What lies in boxes behind a relay that knows a Message-ID again."""
        return list(dict.fromkeys(self.names()))
