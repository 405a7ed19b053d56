# SPDX-License-Identifier: Apache-2.0
"""Inside the test machine: its kernel's modules, udev, and a station on a bench. Outside, every case is skipped and says why."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(TOP / "tests" / "support"))
sys.path.insert(0, str(Path(__file__).parent))

MODULES = ("configfs", "libcomposite", "usb_f_hid", "usb_f_acm", "usbhid", "hid_generic", "evdev", "cdc_acm", "uinput", "gpio_sim")
N_BUSES = 4


def pytest_collection_modifyitems(items):
    if not os.environ.get("OKURU_VM_GUEST"):
        reason = os.environ.get("OKURU_VM_MISSING") or "wants the test machine: scripts/vm test"
        for item in items:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def build() -> Path:
    return Path(os.environ["OKURU_BUILD"])


@pytest.fixture(scope="session")
def machine():
    """The kernel's parts are loaded and udev runs, as on a box."""
    subprocess.run(["modprobe", "dummy_hcd", f"num={N_BUSES}"], check=True)
    subprocess.run(["modprobe", "--all", *MODULES], check=True)
    if not Path("/sys/kernel/config/usb_gadget").exists():
        subprocess.run(["mount", "-t", "configfs", "configfs", "/sys/kernel/config"], check=True)
    subprocess.run(["systemd-sysusers", TOP / "services/units/okuru.sysusers"], check=True)
    shutil.copy(TOP / "services/units/60-okuru.rules", "/etc/udev/rules.d/")
    subprocess.run(["/lib/systemd/systemd-udevd", "--daemon"], check=True, capture_output=True)
    subprocess.run(["udevadm", "trigger", "--subsystem-match=input", "--subsystem-match=tty", "--subsystem-match=gpio"], check=True)
    subprocess.run(["udevadm", "settle"], check=True)
