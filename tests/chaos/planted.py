"""Faults planted in a copy of the sources, to show that the checker finds them: a patch, and a schedule that makes
it matter. Used by run.py."""

import dataclasses
import pathlib
import shutil
import subprocess

from cluster import CHECKOUT

FOLDER = pathlib.Path(__file__).parent / "planted"
NOT_COPIED = shutil.ignore_patterns(".git", ".cache", ".run", ".venv", "build", "node_modules", "out", "__pycache__")


@dataclasses.dataclass(frozen=True)
class Planted:
    """`faults` make it show; the checker must tell one of `kinds`."""

    faults: tuple
    kinds: frozenset
    options: dict = dataclasses.field(default_factory=dict)  # of run.py, where the usual ones would hide it


VIRTUAL = {"addresses": "virtual", "rate": 30, "writers": 1, "readers": 8}
PLANTED = {
    # A call that is sent again after its service or its node has died is carried out again.
    "no-idempotency-row": Planted(
        ("kill-records", "kill-primary", "kill-records", "kill-records"), frozenset({"doubled", "replay", "lost"})
    ),
    # A reader gets whatever a standby has.
    "position-ignored": Planted(("lag-standbys", "lag-standbys"), frozenset({"stale"})),
    # The check of an address is taken for one of the server behind every connection to it. With many writes all reads
    # go to the primary, whose position alone is new enough.
    "connection-trusted": Planted(("lag-standby",) * 6, frozenset({"stale"}), VIRTUAL),
}


def build(name, tree, say):
    """Builds records-service from a patched copy of the checkout, the folder `tree`; gives the programs by name."""
    say(f"building records-service with {name} planted ...")
    shutil.copytree(CHECKOUT, tree, ignore=NOT_COPIED, symlinks=True)
    for command in (
        ["patch", "-p1", "--input", FOLDER / f"{name}.patch"],
        ["cmake", "--preset", "ci"],
        ["cmake", "--build", "--preset", "ci", "--parallel", "1", "--target", "records-service"],
    ):
        done = subprocess.run(command, cwd=tree, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(map(str, command))}: {done.stdout[-3000:]}{done.stderr[-3000:]}")
    return {"records-service": tree / "build" / "ci" / "bin" / "records-service"}
