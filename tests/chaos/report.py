"""What a run has shown, as JSON and as Markdown. Made by run.py at its end."""

import bisect
import collections
import dataclasses
import json
import statistics

from checker import KINDS, NOTES
from clients import DEADLINE
from watch import longest_pause

MOST_TOLD = 50  # violations and failures in full


@dataclasses.dataclass
class Window:
    """From a fault to the next one."""

    fault: str
    excuses: frozenset
    start: float
    end: float = 0.0
    trouble: str = ""


def failure(call):
    """Why the call has failed its client, or nothing. The deadline of the client's own is no failure: the gateway's is
    as long."""
    if call.end - call.start >= DEADLINE - 0.5:
        return None
    if call.status in (408, 425, 429) or call.status >= 500:
        return call.status
    return "broken" if call.error == "broken" else None


class Report:
    def __init__(self, options, calls, windows, taken, violations, left_out, troubles):
        self.options, self.calls, self.windows = options, calls, windows
        self.violations = [each for each in violations if each.kind in KINDS]
        self.notes = [each for each in violations if each.kind in NOTES]
        self.left_out, self.troubles = left_out, troubles
        self.acks = sorted(call.end for call in calls if call.is_write and call.acknowledged)
        self.direct = sorted(when for when, _ in taken)
        self._starts = [window.start for window in windows]
        self.failures = []  # (call, why, window), the excused ones left out
        self.excused = collections.Counter()
        self.by_fault = collections.defaultdict(collections.Counter)
        self._sort_calls()

    def _window(self, call):
        return self.windows[max(0, bisect.bisect_right(self._starts, call.end) - 1)]

    def _sort_calls(self):
        for call in self.calls:
            window, why = self._window(call), failure(call)
            counts = self.by_fault[window.fault]
            counts["calls"] += 1
            counts["deadline"] += not call.acknowledged and call.end - call.start >= DEADLINE - 0.5
            counts["broken"] += why == "broken"
            if why and why in window.excuses:
                self.excused[why] += 1
            elif why:
                counts["failed"] += 1
                self.failures.append((call, why, window))

    def outcomes(self):
        """Writes by what came of them."""
        acknowledged, refused, unknown = set(), set(), set()
        for call in self.calls:
            if call.is_write:
                (acknowledged if call.acknowledged else refused if call.refused else unknown).add(call.name)
        return {
            "acknowledged": len(acknowledged),
            "unknown": len(unknown - acknowledged),
            "refused": len(refused - unknown - acknowledged),
        }

    def pauses(self):
        """By fault, in order of their first coming: how often, and the longest pauses of the clients and of the cluster
        itself."""
        found = {}
        for window in self.windows:
            entry = found.setdefault(window.fault, {"count": 0, "write_pauses": [], "cluster_pauses": []})
            entry["count"] += 1
            entry["write_pauses"].append(longest_pause(self.acks, window.start, window.end))
            entry["cluster_pauses"].append(longest_pause(self.direct, window.start, window.end))
        return found

    @property
    def passed(self):
        return not (self.violations or self.failures or self.troubles)

    def as_dict(self):
        calls, seconds = self.calls, max(call.end for call in self.calls) - min(call.start for call in self.calls)
        kinds = collections.Counter(violation.kind for violation in self.violations)
        # Not found is what a read after a deletion expects; the checker has looked at each.
        missed = [call for call in calls if not call.acknowledged and call.status != 404]
        statuses = collections.Counter(str(call.status or call.error) for call in missed)
        durations = sorted(call.end - call.start for call in calls if call.acknowledged)
        return {
            "passed": self.passed,
            "options": self.options,
            "seconds": round(seconds, 1),
            "calls": len(calls),
            "calls_per_second": round(len(calls) / seconds, 1),
            "writes": self.outcomes(),
            "not_acknowledged": dict(sorted(statuses.items())),
            "failed": dict(collections.Counter(str(why) for _, why, _ in self.failures)),
            "excused": {str(why): count for why, count in self.excused.items()},
            "violations": {kind: kinds[kind] for kind in KINDS},
            "notes": {kind: sum(note.kind == kind for note in self.notes) for kind in NOTES},
            "milliseconds": {
                f"p{part}": round(1000 * durations[min(len(durations) - 1, len(durations) * part // 100)], 1)
                for part in (50, 99)
            },
            "faults": {
                name: {
                    "count": entry["count"],
                    "longest_write_pause": round(max(entry["write_pauses"]), 2),
                    "median_write_pause": round(statistics.median(entry["write_pauses"]), 2),
                    "longest_cluster_pause": round(max(entry["cluster_pauses"]), 2),
                    "median_cluster_pause": round(statistics.median(entry["cluster_pauses"]), 2),
                    **{key: self.by_fault[name][key] for key in ("calls", "failed", "broken", "deadline")},
                }
                for name, entry in self.pauses().items()
            },
            "left_out": self.left_out,
            "troubles": self.troubles,
            "violations_told": [dataclasses.asdict(violation) for violation in self.violations[:MOST_TOLD]],
            "failures_told": [self._tell(*each) for each in self.failures[:MOST_TOLD]],
        }

    def _tell(self, call, why, window):
        since, took = call.start - window.start, call.end - call.start
        return f"{why} after {took:.2f} s: {call}, {since:+.2f} s from the start of {window.fault}"

    def markdown(self):
        found = self.as_dict()
        writes, kinds, taken = found["writes"], found["violations"], found["milliseconds"]
        lines = [
            f"# Chaos run: {'passed' if found['passed'] else 'FAILED'}",
            "",
            f"{', '.join(f'{name} {value}' for name, value in self.options.items())}",
            "",
            f"{found['calls']} calls in {found['seconds']} s: {found['calls_per_second']} a second; "
            f"p50 {taken['p50']} ms, p99 {taken['p99']} ms.",
            f"Writes: {writes['acknowledged']} acknowledged, {writes['unknown']} unknown, {writes['refused']} refused.",
            f"Not acknowledged, by status or reason: {_listed(found['not_acknowledged'])}.",
            f"Failed: {_listed(found['failed'])}. Excused by their fault: {_listed(found['excused'])}.",
            "",
            "Pauses: the longest times without an acknowledged write, in seconds; the clients', and the cluster's own.",
            "",
            "| Fault | Times | Pause | median | Cluster's | median | Calls | Failed | Broken | Deadline |",
            "|---|---|---|---|---|---|---|---|---|---|",
        ]
        for name, fault in found["faults"].items():
            lines.append("| " + " | ".join([name, *(str(value) for value in fault.values())]) + " |")
        lines += [
            "",
            "| Violation | Count |",
            "|---|---|",
            *(f"| {kind}: {KINDS[kind]} | {count} |" for kind, count in kinds.items()),
            "",
            *(f"No violation: {count} {NOTES[kind]}." for kind, count in found["notes"].items()),
            "",
        ]
        lines += [f"- left out: {name}, {why}" for name, why in self.left_out.items()]
        lines += [f"- trouble: {trouble}" for trouble in self.troubles]
        lines += [
            f"- {violation['kind']} at {violation['at']:.3f}: {violation['text']}"
            for violation in found["violations_told"]
        ]
        lines += [f"- failed: {text}" for text in found["failures_told"]]
        return "\n".join(lines) + "\n"

    def write(self, folder):
        (folder / "report.json").write_text(json.dumps(self.as_dict(), indent=1) + "\n")
        (folder / "report.md").write_text(self.markdown())


def _listed(counts):
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"
