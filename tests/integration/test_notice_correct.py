# SPDX-License-Identifier: Apache-2.0
"""The words of an incident, corrected at the site before a leader's yes: who did, what is read, what goes, and what the office hears."""
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/support"))

from compare import read_mail  # noqa: E402
from rig import RigError, wait_for  # noqa: E402
from store import SOCKS, Store  # noqa: E402

SAYS = {"cause": {"ja": "配送車両が故障したため", "en": "the carrier's van broke down"}, "action": "代わりの車両で本日発送いたします", "next_by": "2026-11-22T18:30:00+09:00"}


class Told(Store):
    def copy_of(self, notice: str) -> str:
        """The mail that carried it: its own, or one of several."""
        (fact,) = [f for f in self.facts("notice.accepted") if f["notice"] == notice]
        return fact.get("copy", notice)


@pytest.fixture(scope="module")
def store(build, tmp_path_factory):
    s = Told(build, tmp_path_factory.mktemp("store")).open()
    s.rule(approval=["incident"])
    yield s
    s.close()


def ask(store, name: str, language: str = "ja") -> str:
    return store.tell_incident(name, (SOCKS, 2), says=SAYS, language=language)


def okuru(store, *words: str) -> str:
    return store.rig.okuru(*words, "--config", str(store.rig.folder / "etc/station.yaml"))


def text_of(store, notice: str) -> str:
    try:
        return okuru(store, "notices", "text", notice)
    except RigError:
        return ""  # not written yet


@pytest.mark.parametrize("language, words, cause, was, due", [
    ("ja", ("--cause", "大雪で道路が閉じているため", "--cause-en", "snow"), "大雪で道路が閉じているため", SAYS["cause"]["ja"], "9時15分"),
    ("en", ("--cause-en", "snow has closed the road"), "snow has closed the road", SAYS["cause"]["en"], "9:15")], ids=["ja", "en"])
def test_a_corrected_apology_is_read_and_goes_and_the_other_one_does_not(store, language, words, cause, was, due):
    name = f"C-{language}"
    notice = ask(store, name, language)
    wait_for("the office's words", lambda: was in text_of(store, notice))
    okuru(store, "notices", "correct", notice, *words, "--next-by", "2027-11-23T09:15:00+09:00")
    wait_for("the new words", lambda: cause in text_of(store, notice))
    said = text_of(store, notice)
    assert was not in said and SAYS["action"] in said and due in said
    (fact,) = [f for f in store.facts("notice.corrected") if f["subject"] == name]
    assert fact["actor"].startswith("uid:")

    okuru(store, "notices", "approve", notice)
    store.told({"shipment": name})
    (mail,) = [m.get_body(("plain",)).get_content() for m in map(read_mail, store.rig.mails()) if str(m["Message-ID"]).strip("<>").split("@")[0] == store.copy_of(notice)]
    assert cause in mail and was not in mail and due in mail
    with pytest.raises(RigError):
        okuru(store, "notices", "correct", notice, "--action", "もう遅い")
    wait_for("the office has heard of it", lambda: '"jp.okuru.notice.corrected"' in store.rig.oms("facts", "--json") and cause in store.rig.oms("facts", "--json"))


def test_what_cannot_be_said_is_refused_and_changes_nothing(store):
    notice = ask(store, "C-9")
    for words in (("--next-by", "tomorrow"), ("--next-by", "2026-01-01T00:00"), ("--action", "長" * 501), ("--cause", "雪"), ()):
        with pytest.raises(RigError):
            okuru(store, "notices", "correct", notice, *words)
    with pytest.raises(RigError):
        okuru(store, "notices", "correct", "5c0ffee0-0001-5000-8000-000000000001", "--cause", "x")
    assert not [f for f in store.facts("notice.corrected") if f["subject"] == "C-9"]
    okuru(store, "notices", "correct", notice, "--cause", "長" * 500, "--cause-en", "x" * 500, "--action", "手" * 500)
    wait_for("the longest", lambda: "長" * 20 in text_of(store, notice).replace("\n", ""))
    okuru(store, "notices", "refuse", notice)
