"""The whole system with a real Flink, started once for a file of tests as a user starts it."""

import pathlib
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "deploy"), str(TESTS / "support")]

from system import System  # noqa: E402


@pytest.fixture(scope="module")
def system():
    place = System()
    try:
        place.start_all("--demo", "3000")
        yield place
    finally:
        place.remove()
