# SPDX-License-Identifier: Apache-2.0
"""What most tests of okuru-notify begin with: a ledger of one merchant whose clock is right, and where its mails go."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from ledger import Ledger  # noqa: E402
from mail_relay import Relay, RelayServer  # noqa: E402
from notify import M, Notify, smtp_route  # noqa: E402


@pytest.fixture
def ledger(build, tmp_path):
    with Ledger(build, tmp_path / "ledger") as ledger:
        ledger.policy(M)
        ledger.trust_clock()
        yield ledger


@pytest.fixture
def maildir(tmp_path):
    return tmp_path / "mail"


@pytest.fixture
def notify(build, tmp_path, ledger, maildir):
    with Notify(build, tmp_path, ledger, f"maildir: {maildir}\n") as notify:
        yield notify
        notify.stop()


@pytest.fixture
def relay():
    relay = Relay()
    yield relay
    relay.release.set()


@pytest.fixture
def answer_timeout():
    """How long by_smtp waits for an answer of the relay."""
    return "20s"


@pytest.fixture
def by_smtp(build, tmp_path, ledger, relay, answer_timeout):
    """notify, which has a relay alone."""
    with RelayServer(relay) as server, Notify(build, tmp_path, ledger, smtp_route(server.port, timeout=answer_timeout)) as notify:
        yield notify
        relay.release.set()
        notify.stop()
