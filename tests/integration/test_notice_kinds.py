# SPDX-License-Identifier: Apache-2.0
"""The kinds beyond "shipped" and what waits at a counter: each arrives as a mail that says what it must, in both languages. Real programs."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

import shipments as goods  # noqa: E402
from compare import read_mail  # noqa: E402
from rig import wait_for  # noqa: E402
from store import HAT, SOCKS, STORE, Store  # noqa: E402
from story import store_wish  # noqa: E402

OWN = ("shipped", "partial-shipment", "pickup-ready", "handed-over", "returned", "return-accepted")
LANGUAGES = ("ja", "en")


class Kinds(Store):
    def open(self) -> "Kinds":
        super().open()
        self.policy()
        return self

    def policy(self, **changes) -> None:
        """Nobody waits for what could still be undone, but for what is named in delays."""
        delays = {kind: 1 for kind in OWN} | changes.pop("delays", {})
        policy, before = {**goods.policy(1), "store": STORE}, self.count("policy.changed")
        for merchant in policy["merchants"]:
            merchant |= {"notice_delay_s": delays, "return_answer_days": 7, **changes}
        self.rig.oms("policy", self.file("policy.json", policy))
        wait_for("the policy", lambda: self.count("policy.changed") > before)

    def wish(self, name: str, language: str = "ja", **owners) -> dict:
        order = store_wish(name, (SOCKS, 2), (HAT, 1))
        order["notices"] = {"shipped": "none", **{kind: "station" for kind in OWN[1:]}, **owners}
        order["contact"] |= {"language": language, "consent": {"transactional": True, "marketing": False}}
        self.push(order)
        return order

    def mails_of(self, order: dict, kind: str) -> list:
        """The mails about an order, by what became of the notices of that kind."""
        ids = {f["notice"] for f in self.facts("notice.accepted") if f["subject"] == order["shipment"] and f["kind"] == kind}
        return [m for m in map(read_mail, self.rig.mails()) if str(m["Message-ID"]).strip("<>").split("@")[0] in ids]

    def mail(self, order: dict, kind: str, nth: int = 0) -> str:
        wait_for(f"the mail {kind} of {order['shipment']}", lambda: len(self.mails_of(order, kind)) > nth, 30)
        mail = self.mails_of(order, kind)[nth]
        return f"{mail['Subject']}\n{mail.get_body(('plain',)).get_content()}"

    def ended(self, order: dict, kind: str, outcome: str) -> dict:
        def found():
            return [f for f in self.facts(f"notice.{outcome}") if f["subject"] == order["shipment"] and f["kind"] == kind]
        wait_for(f"notice.{outcome} of {kind}", found, 30)
        return found()[0]

    def hand_over(self, order: dict, *codes: str) -> None:
        self.scan(order["orders"][0], "proof")
        self.scan("OKURU-C-PROOF-DOCUMENT", "hand-over")
        for code in codes[:-1]:
            self.scan(code, "ok")
        self.scan(codes[-1], "ok", "collected")


@pytest.fixture
def store(build, tmp_path):
    store = Kinds(build, tmp_path).open()
    try:
        yield store
        store.rig.okuru("rebuild", "--check", "--config", str(store.rig.folder / "etc/station.yaml"))
    finally:
        store.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_collected_is_told_what_was_handed_over_each_time(store, language):
    order = store.wish("P-1", language)
    store.shelve(order)
    first, second = store.codes(order)
    store.hand_over(order, first)
    store.scan("OKURU-C-OK", "collected")
    text = store.mail(order, "handed-over")
    said = {"ja": ("お渡し", "青葉通り店", "まだお渡ししていない商品", "お心当たりのない場合"),
            "en": ("has been collected", "Aoba-dori store", "Not handed over yet", "not you")}[language]
    for words in (order["orders"][0], *said):
        assert words in text, words

    store.hand_over(order, second)
    text = store.mail(order, "handed-over", 1)
    assert said[2] not in text and getattr(SOCKS, language) in text and getattr(HAT, language) in text
    assert [f["generation"] for f in store.facts("notice.reserved") if f["kind"] == "handed-over"] == [0, 1]


def test_a_handover_that_was_taken_back_is_not_told(store):
    store.policy(delays={"handed-over": 5})
    order = store.wish("P-1")
    store.shelve(order)
    store.hand_over(order, *store.codes(order))
    store.scan("OKURU-C-UNDO", "undone")
    assert store.ended(order, "handed-over", "cancelled")["reason"] == "nothing-handed"
    assert not store.mails_of(order, "handed-over")
    # and the one that counts is told
    store.hand_over(order, *store.codes(order))
    assert order["orders"][0] in store.mail(order, "handed-over")


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_brought_something_back_is_told_that_it_is_here(store, language):
    order = store.wish("P-1", language)
    store.shelve(order)
    store.hand_over(order, *store.codes(order))
    store.scan("OKURU-C-TAKE-BACK", "gesture")
    store.scan(store.codes(order)[0], "returned")
    store.scan("OKURU-C-OK", "inspected")
    text = store.mail(order, "return-accepted")
    day = {"ja": "までにお知らせいたします", "en": "We tell you the result by"}[language]
    for words in (order["orders"][0], getattr(SOCKS, language), day):
        assert words in text, words
    assert getattr(HAT, language) not in text, "that is in the other box"
