# SPDX-License-Identifier: Apache-2.0
"""The leader's floor at one station shows how the others of the site are: by what they tell, and by what they do not tell any more."""
import pytest

import contract
from rig import Rig
from scene import Scene
from waiting import wait_for
from web import Client

OTHER = "pack-02"


@pytest.fixture(scope="module")
def site(build, tmp_path_factory):
    here = Scene(build, tmp_path_factory.mktemp("here"), benches=1, clock_moves=True).open()
    here.rig.broker.allow(f"dc1/{OTHER}")
    here.other = Rig(build, tmp_path_factory.mktemp("other"), broker=here.rig.broker, station=OTHER, environment={"OKURU_TEST_CLOCK_QUALITY": "synced"})
    here.address = here.rig.start_web()
    yield here
    here.other.stop_all()
    here.close()


def row(chromium) -> tuple[str, str]:
    """Light and words of the other station's line; "" where there is none."""
    return tuple(chromium.js("""const e = [...document.querySelectorAll('.stations li')].find(e => e.querySelector('b').textContent === arguments[0]);
                                return e ? [e.className, e.innerText] : ['', '']""", OTHER))


def open_floor(site, chromium, language: str) -> None:
    chromium.open(f"{site.address}/floor?lang={language}")
    wait_for("the form or the floor", lambda: chromium.js("return document.querySelector('form') !== null"))
    if chromium.js("return document.querySelector('form.sign') !== null"):
        chromium.js("const i = document.querySelector('.sign input'); i.value = 'L002'; i.form.requestSubmit()")
    chromium.wait_ready()


def test_the_floor_tells_how_the_other_station_is(site, chromium):
    open_floor(site, chromium, "ja")
    assert row(chromium) == ("", ""), "nobody else has ever been heard"
    site.other.start("station")
    wait_for("its bench", lambda: site.other.try_status() is not None)
    site.other.start("sync")
    wait_for("it is well", lambda: row(chromium)[0] == "green", timeout=30)
    assert "稼働中" in row(chromium)[1]
    site.other.kill("station")
    wait_for("its station is away", lambda: row(chromium)[0] == "red" and "応答なし" in row(chromium)[1], timeout=30)
    chromium.wait_text(".todo", OTHER)
    site.other.start("station")
    wait_for("it is well again", lambda: row(chromium)[0] == "green", timeout=30)
    chromium.assert_calm("401 (Unauthorized)")


def test_what_the_api_says_of_it_is_as_described(site, chromium):
    leader = Client(site.address)
    assert leader.enter("L002")[0] == 200
    (other,) = leader.get("/api/v1/floor")[1]["stations"]
    assert other["station"] == OTHER and other["now"]
    assert other["health"]["storage"] == "fine" and other["health"]["down"] == 0 and other["health"]["ill"] == 0
    assert not contract.errors("peer", {"v": 1, "ledger": "0" * 32, "upto": 0, "health": other["health"]})


def test_who_is_not_heard_any_more_is_to_do_with_its_time(site, chromium):
    """The same inbox, five minutes later by this station's clock."""
    open_floor(site, chromium, "en")
    assert row(chromium)[0] == "green", "the control"
    site.other.kill("sync")
    site.move_clock(300)
    wait_for("it is not heard", lambda: row(chromium)[0] == "red" and "not heard" in row(chromium)[1], timeout=30)
    assert any(unit in row(chromium)[1] for unit in (" s", " min")), "and since when"
    chromium.wait_text(".todo", f"Station {OTHER} needs help")
    chromium.wait_text(".todo", "look at its power")
