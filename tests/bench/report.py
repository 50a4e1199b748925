"""What the rounds have shown, as tables. Used by bench.py."""

import statistics

from workloads import WORKLOADS

FIGURES = ("rps", "p50_ms", "p99_ms", "cpu_us", "pg_cpu_us", "load_cpu_us", "rss_mb", "bytes")
HEAD = (
    "| system | requests/s (low-high) | × {base} | × pgbench | p50 ms | p99 ms | CPU µs a request (each) "
    "| PostgreSQL's | wrk's | RSS MB | errors | foreign CPU |\n|" + "---|" * 12
)


def _median(values):
    return statistics.median(values) if values else 0.0


def summarise(rounds, base, limit):
    """`rounds`: of one workload at one concurrency, by system. Ratios are taken within a round, then the median."""
    table = {}
    for name, each in rounds.items():
        row = {key: _median([one[key] for one in each]) for key in FIGURES}
        row["parts_us"] = {part: _median([one["parts_us"][part] for one in each]) for part in each[0]["parts_us"]}
        row.update(
            rps_low=min(one["rps"] for one in each),
            rps_high=max(one["rps"] for one in each),
            errors=sum(one["errors"] for one in each),
            stale=sum(one.get("stale", 0) for one in each),
            foreign=max(one["foreign"] for one in each),
        )
        for key, other in (("to_base", base), ("to_limit", limit)):
            if other in rounds:
                row[key] = _median([a["rps"] / b["rps"] for a, b in zip(each, rounds[other], strict=True)])
        table[name] = row
    return table


def _row(name, row):
    def ratio(key):
        return f"{row[key]:.2f}" if key in row else ""

    flag = f"**{row['errors']}**" if row["errors"] else "0"
    flag += f" ({row['stale']} stale)" if row["stale"] else ""
    each = " + ".join(f"{value:.0f}" for value in row["parts_us"].values())
    return (
        f"| {name} | {row['rps']:.0f} ({row['rps_low']:.0f}-{row['rps_high']:.0f}) | {ratio('to_base')} "
        f"| {ratio('to_limit')} | {row['p50_ms']:.2f} | {row['p99_ms']:.2f} | {row['cpu_us']:.0f} ({each}) "
        f"| {row['pg_cpu_us']:.0f} | {row['load_cpu_us']:.0f} | {row['rss_mb']:.0f} | {flag} | {row['foreign']:.0%} |"
    )


def markdown(report):
    out = [f"# The product and its peers\n\n{report['about']}\n"]
    for key, table in report["results"].items():
        about = WORKLOADS[key.partition(",")[0]][1]
        out.append(f"\n## {key}\n\n{about}\n\n{HEAD.format(base=report['base'])}")
        out += [_row(name, row) for name, row in table.items()]
    if sizes := report["soak"]:
        out.append(
            f"\n## Memory\n\nResident MB of the product's programs, every half minute under the mixed load: first "
            f"{sizes[0]:.0f}, last {sizes[-1]:.0f}, most {max(sizes):.0f}."
        )
    out.append("\nSystems:\n\n" + "\n".join(f"- {name}: {about}" for name, about in report["systems"].items()))
    out.append(
        "\nMedians over the rounds. Latencies are those of a closed loop: at many connections mostly queueing. "
        "Foreign CPU is the most that others took of the machine in a round. RSS counts shared pages in each process.\n"
    )
    return "\n".join(out)
