#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the JSON lines of tests/bench/README.md as a table. Exit code: 0, or 1 when a line is not of that shape."""
import json
import sys

KEYS = ["name", "value", "unit", "limit", "ratio", "goal", "ok"]


def cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
    return str(value)


def main() -> int:
    rows, broken = [KEYS], 0
    for line in sys.stdin:
        try:
            figure = json.loads(line)
            rows.append([cell(figure[key]) for key in KEYS])
        except (ValueError, KeyError, TypeError) as error:
            print(f"not a figure ({error!r}): {line.rstrip()}")
            broken += 1
    widths = [max(len(row[i]) for row in rows) for i in range(len(KEYS))]
    for row in rows:
        print("  ".join(text.rjust(width) if i in (1, 3, 4) else text.ljust(width)
                        for i, (text, width) in enumerate(zip(row, widths))).rstrip())
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
