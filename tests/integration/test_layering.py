# SPDX-License-Identifier: Apache-2.0
"""scripts/layering on small trees: what it must let pass, and that it can fail."""
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
CLEAN = {
    "CMakeLists.txt": "add_subdirectory(firmware/base)",
    "firmware/base/CMakeLists.txt": "okuru_library(base SOURCES str.c json.c PKG libcjson)",
    "firmware/base/str.h": "#pragma once\n#include <stddef.h>\n",
    "firmware/base/str.c": '#include "firmware/base/str.h"\n#include <string.h>\n',
    "firmware/base/json.c": "#include <cjson/cJSON.h>\n",
    "firmware/domain/CMakeLists.txt": "okuru_library(domain\n        SOURCES bay.c # the bay\n        LINKS base)",
    "firmware/domain/bay.h": '#pragma once\n#include "firmware/base/str.h"\n',
    "firmware/domain/bay.c": '#include "firmware/domain/bay.h"\n#include <string.h>\n',
    "firmware/store/CMakeLists.txt": "okuru_library(store SOURCES log.c LINKS base PKG sqlite3)",
    "firmware/store/log.c": '#include "store-migrations.h"\n'  # made by the build
                            "#include <sqlite3.h>\n#include <fcntl.h>\n",
    "firmware/ledger/CMakeLists.txt": "okuru_library(ledger SOURCES ledger.c LINKS domain store base)",
    "firmware/ledger/ledger.c": '#include "firmware/domain/bay.h"\n#include "firmware/base/str.h"\n',
    "firmware/station/CMakeLists.txt": "okuru_program(okuru-station SOURCES main.c LINKS ledger wedge drivers base)",
    "firmware/station/main.c": '#include "drivers/wedge/wedge.h"\n#include <systemd/sd-event.h>\n',
    "drivers/CMakeLists.txt": "okuru_library(drivers SOURCES port.c LINKS base)",
    "drivers/port.h": "#pragma once\n",
    "drivers/wedge/CMakeLists.txt": "okuru_library(wedge SOURCES wedge.c LINKS drivers base)",
    "drivers/wedge/wedge.h": '#pragma once\n#include "drivers/port.h"\n',
    "drivers/serial/CMakeLists.txt": "okuru_library(serial SOURCES serial.c LINKS drivers base)",
    "drivers/serial/serial.h": "#pragma once\n",
    "services/sync/CMakeLists.txt": "okuru_program(okuru-sync SOURCES main.c LINKS base)",
    "services/sync/main.c": '/* not #include "drivers/port.h" */\n#include <stdio.h>\n',
    "tests/unit/domain/CMakeLists.txt":
        "foreach(module IN ITEMS bay)\n  okuru_test(domain-${module} SOURCES ${module}-test.c LINKS domain)\nendforeach()",
    "tests/unit/domain/bay-test.c": '#include "firmware/domain/bay.h"\n#include <cmocka.h>\n#include <sqlite3.h>\n'
                                    '#include "firmware/base/str.h"\n#include "tests/unit/base/test.h"\n',
}


def layering(tmp_path, changes=None, added=None):
    for name, text in (CLEAN | (changes or {})).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name, text in (added or {}).items():
        with (tmp_path / name).open("a") as file:
            file.write(text)
    return subprocess.run([sys.executable, TOP / "scripts" / "layering", "--top", tmp_path],
                          check=False, capture_output=True, text=True)


def test_a_clean_tree_passes(tmp_path):
    done = layering(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


FINDINGS = [
    # file, line added to it, what the finding says
    ("firmware/domain/bay.c", '#include "drivers/port.h"', "firmware/domain does not link drivers"),
    ("drivers/wedge/wedge.h", '#include "firmware/domain/bay.h"', "does not link firmware/domain"),
    ("drivers/wedge/wedge.h", '#include "drivers/serial/serial.h"', "does not link drivers/serial"),
    ("services/sync/main.c", '#include "firmware/domain/bay.h"', "does not link firmware/domain"),
    ("firmware/base/str.c", '#include "firmware/domain/bay.h"', "does not link firmware/domain"),
    # linked by what it links, but not by itself
    ("firmware/station/main.c", '#include "firmware/domain/bay.h"', "does not link firmware/domain"),
    ("tests/unit/domain/bay-test.c", '#include "firmware/store/log.h"', "does not link firmware/store"),
    ("firmware/base/str.c", '#include "str.h"', "by its path from the top"),
    ("firmware/ledger/ledger.c", "#include <sqlite3.h>", "<sqlite3.h> belongs in firmware/store only"),
    ("firmware/station/main.c", "#include <yaml.h>", "<yaml.h> belongs in firmware/base only"),
    ("drivers/serial/serial.h", "#include <libevdev/libevdev.h>", "belongs in drivers/wedge only"),
    ("services/sync/main.c", "#include <mosquitto.h>", "belongs in services/link only"),
    ("services/sync/main.c", "#include <curl/curl.h>", "belongs in services/notify/channel only"),
    ("firmware/base/str.c", "#include <cmocka.h>", "belongs in tests only"),
    ("firmware/base/str.c", "#include <left/pad.h>", "of no library we know"),
    ("firmware/domain/bay.c", "#include <fcntl.h>", "is pure and must not include <fcntl.h>"),
    ("firmware/domain/bay.c", "#include <sys/socket.h>", "is pure"),
    ("firmware/domain/bay.c", "#include <sqlite3.h>", "is pure"),
    ("firmware/domain/bay.c", "#include <systemd/sd-event.h>", "is pure"),
    ("firmware/domain/bay.c", "long now(void) { return time(NULL); }", "must not call time()"),
    ("firmware/domain/bay.c", "int now(void) { return clock_gettime(0, 0); }", "must not call clock_gettime()"),
    ("firmware/domain/bay.c", "int f(void) { log_error(\"no\"); }", "must not call log_error()"),
]


@pytest.mark.parametrize("name,line,says", FINDINGS, ids=[f"{f[0]} {f[1]}" for f in FINDINGS])
def test_an_include_against_the_rules_is_found(tmp_path, name, line, says):
    done = layering(tmp_path, added={name: line + "\n"})
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 1
    assert done.stdout.startswith(f"{name}:{len(CLEAN[name].splitlines()) + 1}: ")
    assert says in done.stdout


LINKS = [
    # CMakeLists.txt, its new text, what the finding says
    ("firmware/base/CMakeLists.txt", "okuru_library(base SOURCES str.c LINKS domain)", "must not link domain"),
    ("firmware/domain/CMakeLists.txt", "okuru_library(domain SOURCES bay.c LINKS base store)", "must not link store"),
    ("drivers/wedge/CMakeLists.txt", "okuru_library(wedge SOURCES a.c\n LINKS drivers base serial)", "must not link serial"),
    ("drivers/wedge/CMakeLists.txt", "okuru_library(wedge SOURCES a.c LINKS drivers base domain)", "must not link domain"),
    ("services/sync/CMakeLists.txt", "okuru_program(okuru-sync SOURCES main.c LINKS ledger)", "must not link ledger"),
    ("services/sync/CMakeLists.txt", "okuru_program(okuru-sync SOURCES main.c LINKS nowhere)", "no okuru_library() here makes"),
]


@pytest.mark.parametrize("name,text,says", LINKS, ids=[f[1] for f in LINKS])
def test_a_link_against_the_arrows_is_found(tmp_path, name, text, says):
    done = layering(tmp_path, changes={name: text})
    assert done.returncode == 1
    assert f"{name}:{len(text.splitlines())}: " in done.stdout
    assert says in done.stdout


def test_services_do_not_link_each_other(tmp_path):
    done = layering(tmp_path, changes={
        "services/notify/CMakeLists.txt": "okuru_library(mail SOURCES mail.c LINKS base)",
        "services/sync/CMakeLists.txt": "okuru_program(okuru-sync SOURCES main.c LINKS mail base)"})
    assert done.returncode == 1 and "services/sync must not link mail of services/notify" in done.stdout


def test_headers_before_their_code_follow_the_arrows(tmp_path):
    early = {"firmware/views/views.h": '#include "firmware/domain/bay.h"\n'}
    assert layering(tmp_path, changes=early).returncode == 0
    done = layering(tmp_path, added={"firmware/views/views.h": '#include "firmware/ledger/ledger.h"\n'})
    assert done.returncode == 1 and "firmware/views/views.h:2: " in done.stdout


def test_gpiod_is_for_one_file(tmp_path):
    gpio = {"drivers/gpio/CMakeLists.txt": "okuru_library(gpio SOURCES a.c LINKS drivers)", "drivers/gpio/a.c": "#include <gpiod.h>\n"}
    assert layering(tmp_path, changes=gpio).returncode == 0
    done = layering(tmp_path, changes=gpio | {"drivers/gpio/b.c": "#include <gpiod.h>\n"})
    assert done.returncode == 1 and "<gpiod.h> is for one file" in done.stdout
    both = {"drivers/gpio/CMakeLists.txt": gpio["drivers/gpio/CMakeLists.txt"],
            "drivers/gpio/a-v1.c": "#include <gpiod.h>\n", "drivers/gpio/a-v2.c": "#include <gpiod.h>\n"}
    assert layering(tmp_path / "both", changes=both).returncode == 0


def test_links_hidden_in_a_variable_are_an_error(tmp_path):
    done = layering(tmp_path, changes={"firmware/domain/CMakeLists.txt": "okuru_library(domain SOURCES bay.c LINKS ${all})"})
    assert done.returncode == 2 and "must be spelled out" in done.stderr
