"""Whether a history and the database at its end agree with what was promised. Pure: called by run.py and by
test_checker.py.

Promised: an acknowledged write is there exactly once and for good; nothing is there that was not asked for; the
versions of a record grow in the order in which its writes happened; a repeated key gets the first answer; a read shows
at least the write it is based on, and what had been acknowledged before that write began.

Not promised, so counted apart: that a read shows nothing which a failover may still undo. A standby that is not the
synchronous one can have a write that nobody has acknowledged yet and that its successor never got.
"""

import collections
import dataclasses

from timeline import NEVER, UPDATES, Timeline, Write

KINDS = {
    "lost": "acknowledged writes that are not there",
    "doubled": "writes that took effect twice",
    "phantom": "records or contents that nobody asked for",
    "stale": "reads older than the write they are based on",
    "order": "versions out of order",
    "undeleted": "acknowledged deletions that are back",
    "replay": "repeated keys with another answer than the first",
    "unexpected": "answers that no fault excuses",
}

NOTES = {"undone": "reads of a write that was not acknowledged yet, and that a failover then undid"}


@dataclasses.dataclass(frozen=True)
class Violation:
    """Of a promise, or (its kind is one of NOTES) what is only worth knowing."""

    kind: str
    text: str
    at: float = 0.0


@dataclasses.dataclass(frozen=True)
class Row:
    """A record as it is in the database at the end."""

    id: int
    title: str
    mark: str
    version: int


class Checker:
    def __init__(self, calls, rows):
        self.violations = []
        self.rows = None if rows is None else {row.id: row for row in rows}
        self.calls = sorted(calls, key=lambda call: call.start)
        attempts = collections.defaultdict(list)
        for call in self.calls:
            if call.is_write:
                attempts[call.name].append(call)
        self.writes = {name: Write(group) for name, group in attempts.items()}
        self.timelines = {}
        for write in self.writes.values():
            self.place(write)
        for timeline in self.timelines.values():
            timeline.close()
        self.holders = collections.defaultdict(set)  # by title: the ids it was seen under

    def place(self, write):
        if write.op == "create" and not write.acknowledged:
            return
        timeline = self.timelines.setdefault(write.record, Timeline(write.record))
        if write.op == "create":
            timeline.creation = write
        else:
            (timeline.updates if write.op in UPDATES else timeline.deletions).append(write)

    def tell(self, kind, text, at=0.0):
        self.violations.append(Violation(kind, text, at))

    def run(self):
        for call in self.calls:
            self.check_call(call)
        for record, timeline in self.timelines.items():
            self.check_order(record, timeline)
        for write in self.writes.values():
            self.check_replays(write)
        self.check_lists()
        if self.rows is not None:
            self.check_end()
        for title, ids in self.holders.items():
            if len(ids) > 1:
                self.tell("doubled", f"creation {title} is stored as records {sorted(ids)}")
        return sorted(self.violations, key=lambda violation: violation.at)

    # ---- single calls ------------------------------------------------------------------------------------------------

    def check_call(self, call):
        if call.status == 404 and call.record:
            self.check_absence(call)
        elif call.status == 412 and call.if_match:
            self.check_mismatch(call)
        elif call.refused and call.status:
            self.tell("unexpected", f"{call} was answered {call.status}", call.end)
        if not call.acknowledged:
            return
        if call.title:
            self.holders[call.title].add(call.record)
        if call.mark:
            self.check_content(call, call.record, call.title, call.mark, call.version)
        if call.is_write and call.op != "delete" and call.mark != call.name:
            self.tell("unexpected", f"{call} was answered with what {call.mark} asked for", call.end)
        if call.op == "get" and call.basis in self.writes:
            self.check_freshness(call, call.record, call.version)
        if call.op == "create" and call.version != 1:
            self.tell("order", f"{call} made version {call.version}", call.end)

    def check_content(self, call, record, title, mark, version):
        """Of an answer, or (call is None) of a row at the end."""
        where, at = (str(call), call.end) if call else (f"record {record} at the end", 0.0)
        creation, write = self.writes.get(title), self.writes.get(mark)
        if creation is None or creation.op != "create" or not creation.possible:
            self.tell("phantom", f"{where}: nobody asked for a record {title!r}", at)
            return
        fits = write is creation or (
            write is not None and write.op in UPDATES and write.record == record and write.possible
        )
        if not fits or (call and write.start > call.end):
            self.tell("phantom", f"{where}: nobody asked record {record} to hold {mark!r}", at)
            return
        stored = self.timelines[record].by_version.get(version, mark) if record in self.timelines else mark
        if stored == mark:
            return
        text = f"{where}: version {version} of record {record} was acknowledged as {stored}, and is {mark}"
        early = call and not call.is_write and min(write.end, self.writes[stored].end) > call.end
        self.tell("undone" if early else "lost", text, at)

    def check_absence(self, call):
        timeline, own = self.timelines.get(call.record), self.writes.get(call.name)
        if timeline is None or timeline.may_be_deleted(call.end, own):
            return
        if call.is_write:
            if timeline.creation and timeline.creation.end < call.start:
                self.tell("lost", f"{call}: not found, but nobody else has deleted it", call.end)
        elif call.basis in self.writes and timeline.created_before(self.writes[call.basis]):
            self.tell("stale", f"{call} found nothing", call.end)

    def check_mismatch(self, call):
        timeline, own = self.timelines[call.record], self.writes[call.name]
        others = [write for write in timeline.updates if write is not own and write.start < call.end]
        settled = all(write.end < call.start for write in others)
        version = max((write.version for write in others if write.end < call.start), default=1)
        if settled and version == call.if_match:
            self.tell(
                "doubled",
                f"{call} was refused with 412, but nobody else had changed version {version}",
                call.end,
            )

    def check_freshness(self, call, record, version):
        basis, timeline = self.writes[call.basis], self.timelines.get(record)
        if timeline is None or not basis.acknowledged:
            return
        known = timeline.known(basis)
        if timeline.deleted_before(basis):
            self.tell("stale", f"{call} shows record {record}, whose deletion was acknowledged before", call.end)
        elif version < known:
            self.tell(
                "stale",
                f"{call} shows version {version} of record {record}; {known} was acknowledged before",
                call.end,
            )

    # ---- a record's history ------------------------------------------------------------------------------------------

    def check_order(self, record, timeline):
        """Sweeps along the time: when a write begins, what had ended by then must have a lower version."""
        done = [write for write in timeline.updates if write.acknowledged]
        highest, seen = 1, {}
        moments = sorted(
            [(write.start, 1, write) for write in done] + [(write.end, 0, write) for write in done],
            key=lambda moment: moment[:2],
        )
        for _, begins, write in moments:
            if not begins:
                highest = max(highest, write.version)
            elif write.version <= highest:
                self.tell(
                    "order",
                    f"{write.name} made version {write.version} of record {record} after {highest} was acknowledged",
                    write.end,
                )
        for write in done:
            if write.version in seen:
                self.tell(
                    "order",
                    f"{write.name} and {seen[write.version]} both made version {write.version} of record {record}",
                    write.end,
                )
            seen[write.version] = write.name
            most = 1 + timeline.most_updates(write.end)
            if write.version > most:
                self.tell(
                    "doubled",
                    f"{write.name} made version {write.version} of record {record} by at most {most - 1} updates",
                    write.end,
                )

    def check_replays(self, write):
        answers = [call for call in write.attempts if call.acknowledged]
        for answer in answers[1:]:
            first = answers[0]
            same = all(
                getattr(answer, part) == getattr(first, part)
                for part in ("status", "record", "version", "title", "mark")
            )
            if not same:
                self.tell(
                    "replay",
                    f"{write.name} was answered {answer.version, answer.mark} after {first.version, first.mark}",
                    answer.end,
                )
            elif not answer.replayed and answer.start > first.end:
                self.tell("replay", f"{write.name} was repeated, and its second answer does not say so", answer.end)

    # ---- lists -------------------------------------------------------------------------------------------------------

    def check_lists(self):
        """A list holds all records of its client."""
        lists, changes = collections.defaultdict(list), collections.defaultdict(list)
        for call in self.calls:
            if call.op == "list" and call.acknowledged and call.basis in self.writes:
                lists[call.client].append((self.writes[call.basis], call))
        for write in self.writes.values():
            if write.acknowledged and write.op in ("create", "delete") and write.client in lists:
                changes[write.client].append(write)
        for client, asked in lists.items():
            waiting = collections.deque(sorted(changes[client], key=lambda write: write.end))
            live = set()
            for basis, call in sorted(asked, key=lambda pair: pair[0].start):
                while waiting and waiting[0].end < basis.start:
                    write = waiting.popleft()
                    (live.add if write.op == "create" else live.discard)(write.record)
                self.check_list(call, basis, live | ({basis.record} if basis.op == "create" else set()))

    def check_list(self, call, basis, live):
        shown = {}
        for record, version, title in call.items:
            shown[record] = version
            self.holders[title].add(record)
            creation = self.writes.get(title)
            if creation is None or not creation.possible or creation.start > call.end:
                self.tell("phantom", f"{call}: nobody asked for a record {title!r}", call.end)
            self.check_freshness(call, record, version)
        for record in live - shown.keys():
            timeline = self.timelines[record]
            if not timeline.may_be_deleted(call.end):
                self.tell("stale", f"{call} lacks record {record}, which was acknowledged before", call.end)

    # ---- the end -----------------------------------------------------------------------------------------------------

    def check_row(self, row):
        self.holders[row.title].add(row.id)
        self.check_content(None, row.id, row.title, row.mark, row.version)
        timeline = self.timelines.get(row.id)
        most = 1 + (len(timeline.starts) if timeline else 0)
        if row.version > most:
            self.tell(
                "doubled", f"record {row.id} has version {row.version}; at most {most - 1} updates were asked for"
            )

    def check_end(self):
        for row in self.rows.values():
            self.check_row(row)
        for record, timeline in self.timelines.items():
            self.check_outcome(record, timeline)

    def check_outcome(self, record, timeline):
        row = self.rows.get(record)
        done = next((deletion for deletion in timeline.deletions if deletion.acknowledged), None)
        if row and done:
            self.tell("undeleted", f"record {record} is there, but {done.name} deleted it", done.end)
        if done or timeline.creation is None:
            return
        if row is None and not timeline.may_be_deleted(NEVER):
            self.tell(
                "lost",
                f"record {record} is not there; {timeline.creation.name} was acknowledged",
                timeline.creation.end,
            )
        elif row and row.version < timeline.highest[-1]:
            self.tell(
                "lost",
                f"record {record} has version {row.version}; {timeline.highest[-1]} was acknowledged",
                timeline.ends[-1],
            )


def check(calls, rows):
    """All violations, in order of time. rows=None: the database could not be asked, so only the calls are checked."""
    return Checker(calls, rows).run()
