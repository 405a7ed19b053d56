# SPDX-License-Identifier: Apache-2.0
"""Mails that come back to okuru-notify: what servers write, made out to a notice, and the folder into which they come."""
import hashlib
import hmac
from pathlib import Path

import pytest
from notify import Notify
from waiting import wait_for

CORPUS = Path(__file__).resolve().parents[1] / "fuzz" / "corpus" / "dsn"
KEY = b"the key of bench-1's bounces"
OF_CORPUS = b"b+f7e160bd-7d31-5602-8ce2-0cecab9e8306.844cfaedad@bounce.example.jp"


def address_of(notice: str, key: bytes = KEY) -> bytes:
    tag = hmac.new(key, b"okuru bounce " + notice.encode(), hashlib.sha256).digest()[:5].hex()
    return f"b+{notice}.{tag}@bounce.example.jp".encode()


def bounce(name: str, notice: str, key: bytes = KEY) -> bytes:
    mail = (CORPUS / name).read_bytes()
    assert OF_CORPUS in mail
    return mail.replace(OF_CORPUS, address_of(notice, key))


def config(tmp_path: Path, maildir: Path, mailbox: str) -> str:
    key = tmp_path / "bounce.key"
    key.write_bytes(KEY + b"\n")
    key.chmod(0o600)
    return f"maildir: {maildir}\nbounce:\n  domain: bounce.example.jp\n  key_file: {key}\n  mailbox: {{{mailbox}, every: 100ms}}\n"


class Box:
    """The folder into which the site's relay puts what comes back."""

    def __init__(self, path: Path):
        self.path, self.n = path, 0

    def put(self, mail: bytes) -> None:
        self.n += 1
        wait_for("the folder", (self.path / "tmp").is_dir)
        (self.path / "tmp" / f"{self.n}.relay").write_bytes(mail)
        (self.path / "tmp" / f"{self.n}.relay").rename(self.path / "new" / f"{self.n}.relay")

    def wait_empty(self) -> None:
        wait_for("all of it read", lambda: not list((self.path / "new").iterdir()), 15)

    def wait_looks(self) -> None:
        """Until whatever lies there was looked at: mails of nobody, each later than it, were."""
        for _ in range(2):
            self.put((CORPUS / "foreign").read_bytes())
            wait_for("a look", lambda: any(name.startswith(f"{self.n}.relay") for name in self.left()))

    def left(self) -> list:
        return sorted(p.name for p in (self.path / "cur").iterdir())


@pytest.fixture
def box(tmp_path):
    return Box(tmp_path / "bounces")


@pytest.fixture
def notify(build, tmp_path, ledger, maildir, box):
    """One that reads the box."""
    with Notify(build, tmp_path, ledger, config(tmp_path, maildir, f"maildir: {box.path}")) as notify:
        yield notify
        if notify.process:
            notify.stop()
