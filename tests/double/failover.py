#!/usr/bin/env python3
"""A failover seen through the double of openGauss: the product on the cluster, PostgreSQL of the primary killed under
writes, and nothing that was acknowledged is lost. Run by opengauss_double.py; needs the cluster of tests/run.sh, which
brings the killed node back by itself.
"""

import os
import pathlib
import re
import signal
import sys
import tempfile
from urllib.parse import parse_qs, urlsplit

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path += [str(TESTS / "http"), str(TESTS / "containers")]

import requests  # noqa: E402
from client import wait_until  # noqa: E402
from programs import Deployment  # noqa: E402
from writers import Writers  # noqa: E402


def cluster_settings():
    passfile = parse_qs(urlsplit(os.environ["TEST_DATABASE_URL"]).query)["passfile"][0]
    text = (pathlib.Path(passfile).parents[1] / "cluster.env").read_text()
    return dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))


def topology(url):
    return requests.get(f"{url}/cluster", timeout=30).json()


def roles(url):
    return [node["role"] for node in topology(url)["nodes"]]


def is_whole(url):
    return sorted(roles(url)) == ["primary", "standby", "standby"]


def main():
    # The nodes are in the same order wherever they are listed.
    pid_files = cluster_settings()["CLUSTER_POSTGRES_PID_FILES"].split(",")
    with tempfile.TemporaryDirectory() as folder:
        deployment = Deployment("cluster", folder)
        try:
            url = deployment.url
            wait_until(lambda: is_whole(url), what="a whole cluster")
            assert topology(url)["dialect"] == "opengauss"
            before = roles(url).index("primary")
            with Writers(url) as writers:
                wait_until(lambda: writers.count() > 200, what="200 writes")
                os.kill(int(pathlib.Path(pid_files[before]).read_text().split()[0]), signal.SIGKILL)
                at_kill = writers.count()
                wait_until(lambda: writers.count() > at_kill + 200, 60, "writes after the failover")
            writers.assert_nothing_lost()
            wait_until(lambda: is_whole(url), 90, "the killed node as a standby")
            after = roles(url).index("primary")
            assert after != before, "no failover"
        finally:
            deployment.stop()
    print(f"node{before + 1} killed, node{after + 1} took over: {len(writers.acknowledged)} acknowledged, lost 0")


if __name__ == "__main__":
    main()
