# SPDX-License-Identifier: Apache-2.0
"""okuru-notify killed at random moments, and on a disk without room."""
import random
import time
from collections import Counter

import pytest
from mail_relay import RelayServer, ids
from notify import Notify, mails_in, read_mail, shipped, smtp_route, storage, to
from waiting import wait_for

AHEAD = 8  # mails that may be under way at once: WAY_DEPTH_MAIL in way.h


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_any_moment_no_notice_is_lost_or_doubled(build, tmp_path, ledger, maildir, seed):
    chance = random.Random(seed)
    notices = [shipped(ledger, f"S-{i}") for i in range(120)]
    with Notify(build, tmp_path, ledger, f"maildir: {maildir}\n") as notify:
        for _ in range(30):
            time.sleep(chance.uniform(0.0, 0.04))
            notify.kill()
            read_mail(maildir)
            notify.start()
        wait_for("all outcomes", lambda: len(notify.outcomes()) >= len(notices), 60)
        notify.stop()
        told = Counter(d["notice"] for t, d in notify.outcomes() if t == "notice.accepted")
    arrived = Counter(m["Message-ID"].split("@")[0].strip("<") for m in mails_in(maildir, "new", "cur"))
    assert told == Counter(notices)
    assert arrived == Counter(notices)


def test_killed_while_sending_by_smtp_doubles_at_most_what_was_under_way(build, tmp_path, ledger, relay):
    chance = random.Random(3)
    notices = [to(ledger, f"S-{i}", f"c{i}") for i in range(60)]
    kills = 10
    with RelayServer(relay) as server, Notify(build, tmp_path, ledger, smtp_route(server.port)) as notify:
        for _ in range(kills):
            time.sleep(chance.uniform(0.02, 0.1))
            notify.kill()
            notify.start()
        wait_for("all outcomes", lambda: len(notify.outcomes()) >= len(notices), 60)
        notify.stop()
        told = Counter(d["notice"] for _, d in notify.outcomes())
    copies = Counter(ids(relay.taken))
    assert told == Counter(notices)
    assert set(copies) == set(notices)
    assert sum(copies.values()) - len(notices) <= kills * AHEAD


@pytest.fixture
def disk(tmp_path):
    """What notify's own storage does; the ledger's is well."""
    return tmp_path / "disk"


def no_room(notify) -> bool:
    return b"the disk is full" in notify.errors.read_bytes()


def test_without_room_nothing_goes_and_with_room_all_does(build, tmp_path, ledger, maildir, disk):
    with Notify(build, tmp_path, ledger, f"maildir: {maildir}\n", storage(disk)) as notify:
        first = shipped(ledger, "S-1")
        notify.outcome_of(first)
        disk.write_text("full")
        notices = [shipped(ledger, f"S-{i}") for i in range(2, 5)]
        wait_for("its complaint", lambda: no_room(notify))
        time.sleep(2.5)
        assert notify.process.poll() is None, "it ended; a bench without it tells no customer"
        assert len(mails_in(maildir)) == 1 and len(notify.outcomes()) == 1
        assert notify.errors.read_bytes().count(b"the disk is full") == 1, "said again and again"
        disk.write_text("")
        for notice in notices:
            assert notify.outcome_of(notice)[0] == "notice.accepted"
        notify.stop()
    assert len(mails_in(maildir)) == 4


def test_an_answer_that_found_no_room_is_written_when_there_is(build, tmp_path, ledger, relay, disk):
    with RelayServer(relay) as server, Notify(build, tmp_path, ledger, smtp_route(server.port, timeout="20s"), storage(disk)) as notify:
        notice = to(ledger, "S-1", "silent")
        wait_for("the mail", lambda: relay.seen)
        disk.write_text("full")
        relay.release.set()
        wait_for("its complaint", lambda: no_room(notify))
        assert relay.taken and notify.state(notice)[0] == "sending" and notify.process.poll() is None
        disk.write_text("")
        assert notify.outcome_of(notice)[0] == "notice.accepted"
        other = to(ledger, "S-2", "hanako")
        assert notify.outcome_of(other)[0] == "notice.accepted"
        notify.stop()
    assert Counter(ids(relay.taken)) == Counter([notice, other])
