"""The whole system with a real Flink, started once for all tests of a run as a user starts it."""

import pathlib
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / name) for name in ("deploy", "http", "support")]

from system import System  # noqa: E402


@pytest.fixture(scope="session")
def system():
    place = System()
    try:
        place.start_all("--demo", "3000")
        yield place
    finally:
        place.remove()
