# SPDX-License-Identifier: Apache-2.0
"""A POP3 server on loopback for one mailbox, as RFC 1939 wants it: what was deleted is gone with QUIT, and not before."""
import socketserver
import ssl
import threading


class Pop3:
    SCHEME, READ, DELETE, GONE, LOGIN = "pop3", "RETR", "DELE", "QUIT", "PASS"

    def __init__(self, tls: tuple = (), starttls: bool = False, user: str = "bounces", password: str = "sesame"):
        """@tls: paths of certificate and key."""
        self.mails, self.user, self.password, self.starttls = {}, user, password, starttls
        self.said, self.sessions, self.lock = [], 0, threading.Lock()
        self.stall_at = None  # a verb: say nothing more when it comes
        self.die_of = None  # the UID of a mail that is never sent whole
        self.released = threading.Event()
        self.context = None
        if tls:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*map(str, tls))
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                outer.serve(self.request)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def put(self, uid: str, mail: bytes) -> None:
        with self.lock:
            self.mails[uid] = mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    def serve(self, sock) -> None:
        try:
            self.session(self.context.wrap_socket(sock, server_side=True) if self.context and not self.starttls else sock)
        except (OSError, ssl.SSLError, ValueError):
            pass

    def session(self, sock) -> None:
        with self.lock:
            self.sessions += 1
            mails = list(self.mails.items())
        gone, named, lines = set(), "", sock.makefile("rb")
        say = lambda text: sock.sendall(text.encode() + b"\r\n")  # noqa: E731
        say("+OK ready")
        while line := lines.readline():
            verb, _, rest = line.decode("latin-1").strip().partition(" ")
            verb = verb.upper()
            self.said.append(verb)
            if verb == self.stall_at and (verb != "QUIT" or gone):
                self.released.wait(120)
                return
            if verb == "CAPA":
                say("+OK\r\nUSER\r\nUIDL" + ("\r\nSTLS" if self.starttls and not isinstance(sock, ssl.SSLSocket) else "") + "\r\n.")
            elif verb == "STLS":
                say("+OK")
                sock = self.context.wrap_socket(sock, server_side=True)
                lines = sock.makefile("rb")
            elif verb == "USER":
                named = rest
                say("+OK")
            elif verb == "PASS":
                if (named, rest) != (self.user, self.password):
                    say("-ERR no")
                    return
                say("+OK")
            elif verb == "UIDL":
                say("+OK")
                for i, (uid, _) in enumerate(mails, 1):
                    if i not in gone:
                        say(f"{i} {uid}")
                say(".")
            elif verb == "RETR" and 1 <= int(rest) <= len(mails) and int(rest) not in gone:
                say("+OK")
                if mails[int(rest) - 1][0] == self.die_of:
                    return
                body = mails[int(rest) - 1][1]
                sock.sendall(b"\r\n".join(b"." + x if x.startswith(b".") else x for x in body.split(b"\r\n")))
                say("\r\n.")
            elif verb == "DELE" and 1 <= int(rest) <= len(mails) and int(rest) not in gone:
                gone.add(int(rest))
                say("+OK")
            elif verb == "QUIT":
                with self.lock:
                    for i in gone:
                        self.mails.pop(mails[i - 1][0], None)
                say("+OK")
                return
            else:
                say("-ERR")

