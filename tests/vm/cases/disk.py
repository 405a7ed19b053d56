# SPDX-License-Identifier: Apache-2.0
"""A disk that hangs when told to: ext4 on the device mapper, on a disk in memory. What is written meanwhile waits in the kernel."""
import gc
import subprocess
from pathlib import Path

from rig import wait_for

NAME = "okuru-slow"


def run(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, f"{words}: {done.stderr}"


class Disk:
    def __init__(self, folder: Path, mib: int = 64):
        """Mounted at @folder."""
        self.folder = folder
        run("modprobe", "--all", "dm-mod", "ext4")
        run("modprobe", "brd", "rd_nr=1", f"rd_size={mib * 1024}")
        # udev does not wait for a device of which it has no rule.
        run("dmsetup", "create", "--noudevsync", "--noudevrules", "--verifyudev", NAME, "--table", f"0 {mib * 2048} linear /dev/ram0 0")
        run("mkfs.ext4", "-q", f"/dev/mapper/{NAME}")
        folder.mkdir(parents=True, exist_ok=True)
        run("mount", "-t", "ext4", f"/dev/mapper/{NAME}", str(folder))

    def hang(self) -> None:
        """Whoever waits for the disk from now on, waits; nothing is flushed before, and no error is told."""
        run("dmsetup", "suspend", "--noudevsync", "--noflush", "--nolockfs", NAME)

    def go_on(self) -> None:
        run("dmsetup", "resume", "--noudevsync", NAME)

    def remove(self) -> None:
        self.go_on()
        gc.collect()  # a ledger that was read is open until then
        wait_for("nobody to use it", lambda: subprocess.run(["umount", str(self.folder)], capture_output=True).returncode == 0)
        run("dmsetup", "remove", "--noudevsync", NAME)
        run("modprobe", "-r", "brd")
