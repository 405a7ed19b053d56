# SPDX-License-Identifier: Apache-2.0
"""The station's control socket as far as a service hears it: that there are new facts. For tests that write a ledger without a station."""
import contextlib
import socket
import threading
from pathlib import Path


class Bell:
    """Whoever follows hears each ring; nobody has to."""

    def __init__(self, path: Path):
        path.unlink(missing_ok=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.lock = threading.Lock()
        self.followers: list[socket.socket] = []
        threading.Thread(target=self.take_followers, daemon=True).start()

    def take_followers(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                peer, _ = self.listener.accept()
                with self.lock:
                    self.followers.append(peer)

    def ring(self) -> None:
        with self.lock:
            self.followers = [peer for peer in self.followers if rung(peer)]

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)  # ends the accept, too
        self.listener.close()
        with self.lock:
            for peer in self.followers:
                peer.close()
            self.followers = []


def rung(peer: socket.socket) -> bool:
    """False when nobody is there any more."""
    try:
        with contextlib.suppress(BlockingIOError):
            while said := peer.recv(4096, socket.MSG_DONTWAIT):  # "follow", "poke": nobody here wants to know
                del said
            peer.close()
            return False
        with contextlib.suppress(BlockingIOError):  # it has not read hundreds of rings: another one changes nothing
            peer.send(b'{"bell":1}\n', socket.MSG_NOSIGNAL | socket.MSG_DONTWAIT)
    except OSError:
        peer.close()
        return False
    return True
