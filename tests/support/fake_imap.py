# SPDX-License-Identifier: Apache-2.0
"""An IMAP server on loopback for one mailbox, as RFC 3501 wants it: what was marked as deleted is gone with EXPUNGE, and not before. Offers
what fake_pop3.py does."""
import base64
import re
import ssl

from fake_pop3 import Pop3


class Imap(Pop3):
    SCHEME, READ, DELETE, GONE, LOGIN = "imap", "FETCH", "\\DELETED", "EXPUNGE", "LOGIN"

    def __init__(self, *a, **k):
        super().__init__(*a, **k)
        self.uids, self.flags, self.first = {}, {}, 2
        self.ghosts = []  # numbers of mails that another took away after they were listed

    def put(self, uid: str, mail: bytes) -> None:
        super().put(uid, mail)
        self.uids[uid] = self.first
        self.flags[uid] = set()
        self.first += 1

    def by_uid(self, uid: int):
        return next((name for name, n in self.uids.items() if n == uid and name in self.mails), None)

    def session(self, sock) -> None:
        with self.lock:
            self.sessions += 1
        lines = sock.makefile("rb")
        selected = False
        say = lambda text: sock.sendall(text.encode() + b"\r\n")  # noqa: E731
        say("* OK ready")
        while line := lines.readline():
            tag, _, rest = line.decode("latin-1").strip().partition(" ")
            verb, _, rest = rest.partition(" ")
            verb = verb.upper()
            if verb == "UID":
                verb, _, rest = rest.partition(" ")
                verb = verb.upper()
            mark = re.search(r"\((\\\w+)\)", rest) if verb == "STORE" else None
            self.said.append(mark[1].upper() if mark else "LOGIN" if verb == "AUTHENTICATE" else verb)
            if self.said[-1] == self.stall_at and (verb != "EXPUNGE" or any("\\Deleted" in f for f in self.flags.values())):
                self.released.wait(120)
                return
            if verb == "CAPABILITY":
                is_safe = isinstance(sock, ssl.SSLSocket)
                say("* CAPABILITY IMAP4rev1" + (" AUTH=PLAIN SASL-IR" if is_safe else " STARTTLS LOGINDISABLED" if self.starttls else ""))
            elif verb == "STARTTLS":
                say(f"{tag} OK")
                sock = self.context.wrap_socket(sock, server_side=True)
                lines = sock.makefile("rb")
                continue
            elif verb in ("LOGIN", "AUTHENTICATE"):
                words = [w.strip('"') for w in rest.split(" ")]
                if verb == "AUTHENTICATE":
                    words = base64.b64decode(words[1]).decode().split("\0")[1:]
                if words != [self.user, self.password]:
                    say(f"{tag} NO [AUTHENTICATIONFAILED] no")
                    continue
            elif verb == "SELECT":
                selected = True
                say(f"* {len(self.mails)} EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 7]")
            elif not selected and verb != "LOGOUT":
                say(f"{tag} BAD select first")
                continue
            elif verb == "SEARCH":
                assert rest == "UNDELETED UNFLAGGED"
                found = [str(self.uids[name]) for name in self.mails if not self.flags[name] & {"\\Deleted", "\\Flagged"}]
                say(" ".join(["* SEARCH", *map(str, self.ghosts), *found]))
            elif verb == "FETCH":
                uid, what = rest.split(" ", 1)
                part = re.fullmatch(r"BODY\[\]<0\.(\d+)>", what)
                name = self.by_uid(int(uid))
                if name and part:
                    text = self.mails[name][:int(part[1])]
                    sock.sendall(f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(text)}}}\r\n".encode())
                    if name == self.die_of:
                        return
                    sock.sendall(text + b")\r\n")
            elif verb == "STORE" and mark and (name := self.by_uid(int(rest.split(" ")[0]))):
                self.flags[name].add(mark[1])
            elif verb == "EXPUNGE":
                with self.lock:
                    for name in [n for n in self.mails if "\\Deleted" in self.flags[n]]:
                        del self.mails[name]
                        say("* 1 EXPUNGE")
            elif verb == "LOGOUT":
                say(f"* BYE\r\n{tag} OK")
                return
            else:
                say(f"{tag} BAD")
                continue
            say(f"{tag} OK done")
