#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Takes services/sync/contract/examples out of a real run of all programs (story.py): one message of each kind, pretty, with ids
and times made stable so that the next taking changes only what has changed.

    take-examples.py [--build build/dev]"""
import argparse
import json
import re
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import contract
import goods_pictures
from rig import Rig
from story import Recorder, Story

FOLDER = contract.FOLDER / "examples"
BOOTED, BEGINS = (datetime.fromisoformat(f"2026-11-21T{hour}:00:00.000+09:00") for hour in ("08", "14"))
TIME = re.compile(r"\b20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}(?:Z|[+-][0-9]{2}:[0-9]{2})")  # programs write milliseconds
UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
HEX = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{32})(?![0-9a-f])")


def name_of(topic: str, message: dict) -> str | None:
    """Which example a message could be; None: none."""
    leaf = topic.split("/", 5)[5]
    if leaf in ("up/fact", "up/trace", "down"):
        return ("command/" if leaf == "down" else "fact/") + message["type"].removeprefix("jp.okuru.")
    if leaf == "taken" and "source" not in message:
        return "taken.first"
    if leaf == "status" and not message["online"]:
        return "status.offline"
    if "picture" in message:
        return f"{leaf}.picture"
    return None if leaf == "applied" and message["upto"] == 0 else leaf


def choose(messages: list[tuple[str, bytes]]) -> dict[str, dict]:
    """Of each kind the first that is as the contract says; of marks the highest."""
    found: dict = {}
    for topic, payload in messages:
        if contract.check(topic, payload):
            continue
        message = json.loads(payload)
        name = name_of(topic, message)
        if name in ("applied", "taken"):
            found[name] = max(found.get(name, message), message, key=lambda m: (m["source"].endswith(":fact"), m["upto"]))
        found.setdefault(name, message)
    found.pop(None, None)
    return dict(sorted(found.items()))


def make_stable(found: dict[str, dict]) -> dict[str, dict]:
    """Small numbers for ids, and times in their order: a second between two of the run, whole minutes for what is far from it."""
    text = json.dumps(found, ensure_ascii=False)
    known: dict[str, str] = {}
    moments = sorted({datetime.fromisoformat(t) for t in TIME.findall(text)})
    first = min(datetime.fromisoformat(message["time"]) for message in found.values() if "time" in message)
    run = [moment for moment in moments if abs(moment - first) < timedelta(minutes=10)]

    pictures = {goods_pictures.picture(name) for name in goods_pictures.GOODS}

    def uuid(match) -> str:
        n, version = len(known), match[0][14]
        return known.setdefault(match[0], f"{'019aa4e0' if version == '7' else '5c0ffee0'}-{n:04x}-{version}000-8000-{n:012x}")

    def hex_id(match) -> str:
        if match[0] in pictures:  # they are the same in each run, and right
            return match[0]
        return known.setdefault(match[0], f"{len(known):02x}" * (len(match[0]) // 2))

    def time(match) -> str:
        moment = datetime.fromisoformat(match[0])
        if moment in run:
            told = BEGINS + timedelta(seconds=run.index(moment))
        elif moment < first:
            told = BOOTED
        else:
            told = (moment - first + BEGINS).astimezone(BEGINS.tzinfo).replace(second=0, microsecond=0)
        return told.isoformat(timespec="milliseconds")

    stable = json.loads(HEX.sub(hex_id, UUID.sub(uuid, TIME.sub(time, text))))
    for message in stable.values():
        if "mono" in message:
            message["mono"] = str((datetime.fromisoformat(message["time"]) - BOOTED) // timedelta(microseconds=1))
    return stable


def record(build: Path) -> list[tuple[str, bytes]]:
    folder = Path(tempfile.mkdtemp(prefix="okuru-examples-"))
    rig = Rig(build, folder, counters=1)
    rig.broker.start()
    recorder = Recorder(rig.broker)
    try:
        Story(rig).tell()
    finally:
        for name in ("station", "notify", "sync", "oms"):
            rig.stop(name)
        recorder.close()
        rig.stop_all()
    shutil.rmtree(folder)
    return recorder.messages


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=contract.TOP / "build" / "dev")
    build = parser.parse_args().build.resolve()
    examples = make_stable(choose(record(build)))
    shutil.rmtree(FOLDER, ignore_errors=True)
    for name, message in examples.items():
        path = FOLDER / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(message, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(f"{len(examples)} examples in {FOLDER}")


if __name__ == "__main__":
    main()
