# SPDX-License-Identifier: Apache-2.0
"""What most tests of okuru-notify begin with: a ledger of one merchant whose clock is right, and where its mails go."""
import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "support"), str(Path(__file__).resolve().parent)]


@pytest.fixture
def ledger(build, tmp_path):
    from ledger import Ledger

    with Ledger(build, tmp_path / "ledger") as ledger:
        ledger.policy("acme")
        ledger.trust_clock()
        yield ledger


@pytest.fixture
def maildir(tmp_path):
    return tmp_path / "mail"


@pytest.fixture
def relay():
    from test_notify import Relay

    relay = Relay()
    yield relay
    relay.release.set()


@pytest.fixture
def by_smtp(build, tmp_path, ledger, relay):
    """notify, which has a relay alone."""
    from test_notify import Notify, RelayServer, smtp_route

    server = RelayServer(relay)
    server.start()
    try:
        with Notify(build, tmp_path, ledger, smtp_route(server.port, timeout="20s")) as notify:
            yield notify
            relay.release.set()
            notify.stop()
    finally:
        relay.release.set()
        server.stop()
