# SPDX-License-Identifier: Apache-2.0
"""cmake --install into a folder of its own: what lands where, with which mode, and whether systemd understands it."""
import re
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
PROGRAMS = ["okuru", "okuru-notify", "okuru-oms", "okuru-station", "okuru-sync", "okuru-web"]
UNITS = ["station", "sync", "notify", "web"]
WRITERS = ["station", "sync", "notify"]
VERSION = re.search(r"project\(okuru VERSION (\S+)", (TOP / "CMakeLists.txt").read_text()).group(1)


@pytest.fixture(scope="module")
def installed(build: Path, tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("root")
    subprocess.run(["cmake", "--install", build, "--prefix", "/usr"], env={"DESTDIR": str(root), "PATH": "/usr/bin:/bin"},
                   check=True, capture_output=True)
    return root


def unit_path(installed: Path, name: str) -> Path:
    (path,) = [p for p in installed.rglob(f"okuru-{name}.service")]
    return path


def test_every_program_is_there_and_says_the_projects_version(installed):
    assert sorted(p.name for p in (installed / "usr/bin").iterdir()) == PROGRAMS  # and no test tool
    for name in PROGRAMS:
        path = installed / "usr/bin" / name
        assert path.stat().st_mode & 0o7777 == 0o755
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, check=True)
        assert done.stdout == f"{name} {VERSION}\n"


def test_what_systemd_reads_is_where_it_looks(installed):
    for path in ("usr/lib/sysusers.d/okuru.conf", "usr/lib/tmpfiles.d/okuru.conf", "usr/share/doc/okuru/install.md", "usr/share/doc/okuru/packing.md",
                 "usr/share/doc/okuru/notices.md", "usr/share/doc/okuru/counter.md", "usr/share/polkit-1/rules.d/50-okuru-modem.rules",
                 "usr/share/doc/okuru/examples/station.example.yaml", "usr/share/doc/okuru/examples/board.example.yaml",
                 "usr/share/doc/okuru/examples/sync.example.yaml", "usr/share/doc/okuru/examples/notify.example.yaml",
                 "usr/share/doc/okuru/examples/web.example.yaml", "usr/share/doc/okuru/examples/web-network.example.conf"):
        assert (installed / path).stat().st_mode & 0o7777 == 0o644, path
    for name in [*UNITS, "oms"]:
        unit = unit_path(installed, name)
        assert str(unit.relative_to(installed)).removeprefix("usr/") == f"lib/systemd/system/okuru-{name}.service"
        assert unit.stat().st_mode & 0o7777 == 0o644


def test_nothing_is_installed_where_an_operator_writes(installed):
    assert not (installed / "etc").exists() and not (installed / "var").exists()


def settings(unit: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            found.setdefault(key, []).append(value)
    return found


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_gives_its_program_its_own_user_and_no_more(installed, name):
    unit = settings(unit_path(installed, name))
    assert unit["ExecStart"] == [f"/usr/bin/okuru-{name} --config /etc/okuru/{name}.yaml"]
    assert unit["User"] == [f"okuru-{name}"] and unit["Group"] == ["okuru"]
    assert unit["Type"] == ["notify"] and unit["WatchdogSec"] == ["10"]
    assert unit["Restart"] == ["always"] and unit["StartLimitIntervalSec"] == ["0"]
    assert unit["ProtectSystem"] == ["strict"] and unit["NoNewPrivileges"] == ["yes"] and unit["CapabilityBoundingSet"] == [""]
    written = unit.get("ReadWritePaths", [""])[0].split()
    assert written[:1] == ([f"/var/lib/okuru/{name}"] if name in WRITERS else []) and set(written[1:]) <= {"station": {"/run/okuru", "-/var/lib/okuru/slips"}, "sync": {"-/var/lib/okuru/pictures"}, "notify": {"-/var/lib/okuru/slips"}}.get(name, set())
    # a fact says how good its clock is: the station must be able to ask the kernel
    assert "ProtectClock" not in unit  # and test_units.py holds the filter against what is asked


def test_the_receivers_unit_keeps_it_away_from_a_station_on_the_same_machine(installed):
    unit = settings(unit_path(installed, "oms"))
    assert unit["ExecStart"] == ["/usr/bin/okuru-oms serve --config /etc/okuru/oms.yaml"]
    assert unit["User"] == unit["Group"] == unit["StateDirectory"] == unit["RuntimeDirectory"] == ["okuru-oms"]
    assert unit["StateDirectoryMode"] == unit["RuntimeDirectoryMode"] == ["0750"] and "ReadWritePaths" not in unit
    assert unit["Restart"] == ["always"] and unit["StartLimitIntervalSec"] == ["0"] and unit["WatchdogSec"] == ["10"]
    assert unit["ProtectSystem"] == ["strict"] and unit["NoNewPrivileges"] == ["yes"] and unit["CapabilityBoundingSet"] == [""]
    assert "-/var/lib/okuru" in unit["InaccessiblePaths"][0].split()


def test_the_receivers_example_is_a_config_that_it_takes(installed, tmp_path):
    text = (installed / "usr/share/doc/okuru/examples/oms.example.yaml").read_text()
    for number, (config, said) in enumerate(((text.replace("/var/lib/okuru-oms", str(tmp_path)), "nothing is there yet"),
                                             (text.replace("# stores:", "stores:").replace("#   aoba", "  aoba").replace("/var/lib/okuru-oms", str(tmp_path)),
                                              "nothing is there yet"),
                                             (text.replace("realm:", "relm:"), "relm"))):
        (tmp_path / f"{number}.yaml").write_text(config)
        done = subprocess.run([installed / "usr/bin/okuru-oms", "status", "--config", tmp_path / f"{number}.yaml"], capture_output=True, text=True, timeout=20)
        assert said in done.stderr, done.stderr


def test_only_the_station_has_no_network_and_devices(installed):
    units = {name: settings(unit_path(installed, name)) for name in UNITS}
    assert units["station"]["PrivateNetwork"] == ["yes"] and "PrivateNetwork" not in units["sync"]
    assert units["station"]["DevicePolicy"] == ["closed"] and "char-input r" in units["station"]["DeviceAllow"]
    assert units["sync"]["PrivateDevices"] == ["yes"] and units["notify"]["PrivateDevices"] == ["yes"]
    assert not any("seal.key" in value for value in units["sync"]["LoadCredential"])


def test_the_screens_reach_this_machine_and_open_nothing_sealed(installed):
    unit = settings(unit_path(installed, "web"))
    assert unit["IPAddressDeny"] == ["any"] and unit["IPAddressAllow"] == ["localhost"] and unit["PrivateDevices"] == ["yes"]
    assert "LoadCredential" not in unit and "/etc/okuru/seal.key" in unit["InaccessiblePaths"][0]


@pytest.mark.parametrize("name", ["web", "notify", "sync", "station", "oms"])
def test_a_unit_is_as_closed_as_was_promised(installed, name):
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", unit_path(installed, name)], capture_output=True, text=True, timeout=60)
    level = float(re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout).group(1))
    assert level <= {"station": 2.0, "web": 1.5}.get(name, 2.0), done.stdout[-400:]


def test_a_station_with_network_devices_reaches_those_and_no_others(installed):
    door = settings(installed / "usr/share/doc/okuru/examples/station-network.example.conf")
    assert door["PrivateNetwork"] == ["no"] and door["RestrictAddressFamilies"] == ["AF_INET AF_INET6"]
    assert door["IPAddressAllow"] and "IPAddressDeny" not in door, "the unit's own IPAddressDeny=any stays"
    assert settings(unit_path(installed, "station"))["IPAddressDeny"] == ["any"]


def test_users_and_folders_are_understood_and_fit_the_units(installed, tmp_path):
    root = tmp_path / "root"
    for name in ("etc", "usr/lib", "var/lib", "run"):
        (root / name).mkdir(parents=True)
    subprocess.run(["systemd-sysusers", f"--root={root}", installed / "usr/lib/sysusers.d/okuru.conf"], check=True,
                   capture_output=True, timeout=60)
    passwd = {line.split(":")[0] for line in (root / "etc/passwd").read_text().splitlines()}
    group = {line.split(":")[0]: line.split(":")[3] for line in (root / "etc/group").read_text().splitlines()}
    assert "okuru-oms" in passwd and "okuru-oms" not in group["okuru"].split(",")
    for name in UNITS:
        assert f"okuru-{name}" in passwd and f"okuru-{name}" in group["okuru"].split(",")
    folders = {line.split()[1]: line.split()[2:5] for line in (installed / "usr/lib/tmpfiles.d/okuru.conf").read_text().splitlines()
               if line.startswith("d ")}
    for name in WRITERS:
        assert folders[f"/var/lib/okuru/{name}"] == ["0750", f"okuru-{name}", "okuru"]
    assert folders["/var/lib/okuru/pictures"] == ["0750", "okuru-sync", "okuru"]
    for part in ("", "/new", "/printed"):  # the one place that two programs write, and nobody else looks at
        assert folders["/var/lib/okuru/slips" + part] == ["2770", "okuru-notify", "okuru-slips"]
    assert sorted(group["okuru-slips"].split(",")) == ["okuru-notify", "okuru-station"]
    assert folders["/run/okuru"] == ["0750", "okuru-station", "okuru"]


@pytest.mark.parametrize("name, board", [("station", "board.example.yaml"), ("station", "demo.yaml"), ("station", "x86-usb.yaml"),
                                         ("station", "rpi-cm4.yaml"), ("sync", ""), ("notify", ""), ("web", "")])
def test_an_example_is_a_config_that_its_program_takes(installed, tmp_path, name, board):
    examples = installed / "usr/share/doc/okuru/examples"
    config = tmp_path / f"{name}.yaml"
    config.write_text((examples / f"{name}.example.yaml").read_text().replace("/etc/okuru/board.yaml", str(examples / board)))
    done = subprocess.run([installed / "usr/bin" / f"okuru-{name}", "--config", config, "--check-config"], capture_output=True,
                          text=True, timeout=20)
    assert done.returncode == 0, done.stderr


def package_of(library: Path) -> str | None:
    """Debian's own files are listed under /lib or under /usr/lib, which are the same folder. None: not Debian's."""
    real = str(library.resolve())
    for name in (real, real.removeprefix("/usr")):
        done = subprocess.run(["dpkg-query", "-S", name], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return done.stdout.partition(":")[0]
    return None


def test_the_guide_names_the_package_of_each_library_that_a_program_is_linked_with(installed):
    needed, found = set(), {}
    for name in PROGRAMS:
        path = installed / "usr/bin" / name
        told = subprocess.run(["objdump", "-p", path], capture_output=True, text=True, check=True).stdout
        needed |= set(re.findall(r"^ +NEEDED +(\S+)$", told, re.MULTILINE))
        for library, where in re.findall(r"^\s*(\S+) => (/\S+)", subprocess.run(["ldd", path], capture_output=True, text=True, check=True).stdout, re.MULTILINE):
            found[library] = Path(where)
    packages = {package_of(found[library]) for library in needed if library in found} - {"libc6", "libgcc-s1", "libasan8", "libubsan1", None}
    (line,) = re.findall(r"^apt-get install ((?:.*\\\n)*.*)$", (TOP / "firmware/docs/guides/install.md").read_text(encoding="utf-8"), re.MULTILINE)
    named = {word for word in line.split() if word.startswith("lib")}
    assert packages and named == packages
