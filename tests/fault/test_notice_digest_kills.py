# SPDX-License-Identifier: Apache-2.0
"""okuru-notify dies at each step of sending a mail that carries several incidents: none is lost, each is told by one mail, and a second
copy is that mail."""
import email
import email.policy
import re
import sys
from collections import defaultdict
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests" / "support"))
from ledger import Ledger  # noqa: E402
from notify import M, Notify, smtp_route  # noqa: E402
from smtp_sink import Sink  # noqa: E402
from steps import Death  # noqa: E402
from test_notice_kills import Sending, die_at_each_step  # noqa: E402
from waiting import TimedOut, wait_for  # noqa: E402

ORDER = re.compile(r"A-(S-\d+-\d)")
DATA = {"cause": "大雪のため", "action": "別の便に積み替えます", "next_by": "2026-11-23T12:00:00+09:00"}
DEATHS_TRIED = 30
N = 3  # orders of one customer


@pytest.fixture
def ledger(build, tmp_path):
    with Ledger(build, tmp_path / "ledger") as ledger:
        ledger.policy(M)
        yield ledger


class Together(Sending):
    def __init__(self, build: Path, folder: Path, ledger: Ledger, sink: Sink):
        super().__init__(build, folder, ledger, "", None)
        self.notify, self.sink = Notify(build, folder, ledger, smtp_route(sink.port, timeout="20s"), gather="200ms"), sink
        self.together = 0  # runs in which all of them stood in one mail

    def has_ended(self, notices: list) -> bool:
        told = {data["notice"] for _, data in self.notify.outcomes()}
        return set(notices) <= told

    def run(self, death: Death) -> list[str]:
        self.n += 1
        self.steps.unlink(missing_ok=True)
        self.notify.environment = death.environment(self.build, self.steps)
        names = [f"S-{self.n}-{i}" for i in range(N)]
        for name in names:
            self.ledger.shipment(M, name, notices={"shipped": "none", "incident": "station"})
            self.ledger.contact(M, name, email=f"c{self.n}@example.jp", kinds=("incident",))
        notices = [self.ledger.reserve(M, name, kind="incident", data=DATA) for name in names]
        self.notify.start()
        # Rung for again and again: what has gathered long enough goes at the next look.
        wait_for("death or an end", lambda: self.is_dead() or self.has_ended(notices) or self.ledger.ring(), step=0.1)
        self.died = self.end(death)
        if self.died:
            self.notify.environment = {}
            self.notify.start()
        return self.wrong_of(names, notices)

    def wrong_of(self, names: list, notices: list) -> list[str]:
        try:
            wait_for("the outcomes", lambda: self.has_ended(notices) or self.notify.pass_time(61), 20, 0.05)
        except TimedOut:
            return ["lost: it never ended"]
        finally:
            if self.notify.process:
                self.notify.stop()
        became = sorted((data["notice"], kind) for kind, data in self.notify.outcomes() if data["notice"] in notices)
        out = [] if became == sorted((n, "notice.accepted") for n in notices) else [f"became {became}"]
        copies, of_order = defaultdict(list), defaultdict(set)
        for name, text in self.sink.taken:
            mail = email.message_from_bytes(text, policy=email.policy.default)
            orders = set(ORDER.findall(mail.get_body(("plain",)).get_content())) & set(names)
            if orders:
                copies[name].append(text)
            for order in orders:
                of_order[order].add(name)
        out += [f"{order} stands in {len(of_order[order])} mails" for order in names if len(of_order[order]) != 1]
        out += [f"{len(c)} copies, {len(set(c))} of them different" for c in copies.values() if len(c) > (2 if self.died else 1) or len(set(c)) > 1]
        self.together += len(copies) == 1
        return out


def test_killed_or_cut_off_at_each_step_several_orders_are_told_by_one_mail(build, tmp_path, ledger):
    with Sink() as sink:
        work = Together(build, tmp_path, ledger, sink)
        die_at_each_step(work, DEATHS_TRIED)
        assert work.together >= work.n // 2, (work.together, work.n)
