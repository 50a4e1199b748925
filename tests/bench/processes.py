"""Processes started for a run, and what they and the machine use. Used by database.py and systems.py."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def log(*words):
    print(time.strftime("%H:%M:%S"), *words, file=sys.stderr, flush=True)


def _stat(pid):
    """Parent, CPU seconds with those of reaped children, and resident bytes; None where there is no such process."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return int(fields[1]), sum(map(int, fields[11:15])) / TICK, int(fields[21]) * PAGE
    except (OSError, IndexError):
        return None


def usage(roots):
    """CPU seconds and resident bytes of these processes and all that descend from them."""
    stats = {int(pid): stat for pid in os.listdir("/proc") if pid.isdigit() and (stat := _stat(pid))}
    family, grown = set(roots), True
    while grown:
        more = {pid for pid, stat in stats.items() if stat[0] in family} - family
        family |= more
        grown = bool(more)
    live = [stats[pid] for pid in family if pid in stats]
    return sum(stat[1] for stat in live), sum(stat[2] for stat in live)


def machine_busy():
    """Seconds that the processors have worked, and those that were stolen."""
    with open("/proc/stat") as file:
        values = [int(word) for word in file.readline().split()[1:]]
    return (sum(values[:3]) + sum(values[5:8])) / TICK, values[7] / TICK


@contextlib.contextmanager
def first_half_of_processors():
    """What is started within stays on these; at least one."""
    every = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, every[: max(1, len(every) // 2)])
    try:
        yield
    finally:
        os.sched_setaffinity(0, every)


class Started:
    """Stopped by pid, each with its own process group."""

    def __init__(self):
        self._processes, self._programs = [], []

    def start(self, command, **options):
        process = subprocess.Popen(command, start_new_session=True, stdin=subprocess.DEVNULL, **options)
        self._processes.append(process)
        return process

    def keep(self, program):
        """Of programs.py, to be stopped with the others."""
        self._programs.append(program)
        return program

    def stop(self):
        for program in reversed(self._programs):
            program.stop()
        for process in reversed(self._processes):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in reversed(self._processes):
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_port(port, what, seconds=40):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"{what} does not listen on port {port}")
