#!/usr/bin/env python3
"""Draws what bench.py has written: requests a second and p99 of every system, one picture a workload.

    plots.py FOLDER    FOLDER: that of results.json, where the pictures go too

Needs matplotlib, which nothing else here does: pip install matplotlib==3.9.2
"""

import json
import pathlib
import re
import sys

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402


def draw(key, table, folder):
    names = [name for name, row in table.items() if row["rps"] > 0]
    figure, (rate, late) = pyplot.subplots(1, 2, figsize=(9, 0.45 * len(names) + 1.2), sharey=True)
    low = [table[name]["rps"] - table[name]["rps_low"] for name in names]
    high = [table[name]["rps_high"] - table[name]["rps"] for name in names]
    colours = ["tab:blue" if name == "ours" else "tab:gray" for name in names]
    bars = rate.barh(names, [table[name]["rps"] for name in names], xerr=[low, high], color=colours)
    rate.bar_label(bars, fmt="%.0f", padding=4)
    rate.set_xlabel("requests a second")
    rate.margins(x=0.25)
    rate.invert_yaxis()
    bars = late.barh(names, [table[name]["p99_ms"] for name in names], color=colours)
    late.bar_label(bars, fmt="%.1f", padding=4)
    late.set_xlabel("p99, ms")
    late.margins(x=0.25)
    figure.suptitle(key)
    figure.tight_layout()
    figure.savefig(folder / (re.sub(r"[^A-Za-z0-9]+", "-", key).strip("-") + ".svg"))
    pyplot.close(figure)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    for key, table in json.loads((folder / "results.json").read_text())["results"].items():
        draw(key, table, folder)


if __name__ == "__main__":
    main()
