"""Writes and the records they were made to, as a history tells them. Pure; used by checker.py."""

import bisect
import math

UPDATES = ("patch", "put")
NEVER = math.inf


class Write:
    """One write with all its attempts, in order of time."""

    def __init__(self, attempts):
        self.attempts = attempts
        self.op, self.name, self.client = attempts[0].op, attempts[0].name, attempts[0].client
        acknowledged = [call for call in attempts if call.acknowledged]
        self.acknowledged = bool(acknowledged)
        first = min(acknowledged, key=lambda call: call.end) if acknowledged else attempts[0]
        self.record, self.version = first.record, first.version
        self.start = min((call.start for call in attempts if not call.refused), default=NEVER)
        self.end = first.end if acknowledged else NEVER
        self.possible = self.start < NEVER


class Timeline:
    """All writes to one record."""

    def __init__(self, record):
        self.record = record
        self.creation = None
        self.updates, self.deletions = [], []

    def close(self):
        """Makes it ready for questions."""
        made = ([self.creation] if self.creation else []) + [write for write in self.updates if write.acknowledged]
        made.sort(key=lambda write: write.end)
        self.ends = [write.end for write in made]
        self.highest = []
        for write in made:
            self.highest.append(max(write.version, self.highest[-1] if self.highest else 0))
        self.starts = sorted(write.start for write in self.updates if write.possible)
        self.by_version = {write.version: write.name for write in made}

    def known(self, basis):
        """The version that a read based on this write must show at least; 0: none."""
        before = bisect.bisect_left(self.ends, basis.start)
        version = self.highest[before - 1] if before else 0
        return max(version, basis.version) if basis.record == self.record and basis.op != "delete" else version

    def created_before(self, basis):
        return self.creation is not None and (self.creation is basis or self.creation.end < basis.start)

    def deleted_before(self, basis):
        return any(deletion is basis or deletion.end < basis.start for deletion in self.deletions)

    def may_be_deleted(self, time, other_than=None):
        return any(deletion.start < time for deletion in self.deletions if deletion is not other_than)

    def most_updates(self, time):
        """How many updates can have taken effect by then."""
        return bisect.bisect_left(self.starts, time)
