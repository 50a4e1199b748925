"""Which faults a run carries out, and in which order. Used by run.py."""

import os

import database_faults  # noqa: F401  enters its faults, as the next two do
import network_faults  # noqa: F401
import service_faults  # noqa: F401
from faults import FAULTS

SHORT = ("kill-primary", "switchover", "kill-records", "lag-standbys", "cut-primary")


def possible(names, services, gateways):
    """The faults of these names, and why each of the others is left out."""
    chosen, left_out = [], {}
    for name in names:
        fault = FAULTS[name]
        if fault.services > services or fault.gateways > gateways:
            left_out[name] = f"needs {fault.services} services and {fault.gateways} gateways of a kind"
        elif fault.small_disks and os.geteuid() != 0:
            left_out[name] = "needs root, to mount a small file system"
        else:
            chosen.append(fault)
    return chosen, left_out


def rounds(faults, rng):
    """Without end: each fault as often as it says, in an order of its own every round."""
    while True:
        deck = [fault for fault in faults for _ in range(fault.often)]
        rng.shuffle(deck)
        yield from deck
