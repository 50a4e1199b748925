"""Clients that write while something breaks, and what they were told."""

import collections
import threading
import uuid

import requests


class Writers:
    """Threads that store one record after the other, each under a title of its own, until stopped."""

    def __init__(self, url, count=4):
        self.url = url
        self.owner = f"writer-{uuid.uuid4().hex[:12]}"
        self.acknowledged = {}  # title -> id
        self.answers = collections.Counter()
        self.unsure = set()  # titles whose answer never came
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._write, args=(number,), daemon=True) for number in range(count)]
        for thread in self._threads:
            thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _write(self, number):
        session = requests.Session()
        done = 0
        while not self._stop.is_set():
            done += 1
            title = f"{number}-{done}"
            try:
                answer = session.post(
                    f"{self.url}/records/",
                    json={"title": title, "owner": self.owner},
                    headers={"Idempotency-Key": f"{self.owner}-{title}"},
                    timeout=60,
                )
            except requests.RequestException:
                with self._lock:
                    self.unsure.add(title)
                continue
            with self._lock:
                self.answers[answer.status_code] += 1
                if answer.status_code == 201:
                    self.acknowledged[title] = answer.json()["id"]
                else:
                    self.unsure.add(title)

    def count(self):
        with self._lock:
            if not self.acknowledged and sum(self.answers.values()) > 100:
                raise AssertionError(f"no write succeeds: {dict(self.answers)}")
            return len(self.acknowledged)

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def stored(self):
        """Every (title, id) that the product now has of them."""
        found, token = [], None
        while True:
            query = {"owner": self.owner, "limit": 200, **({"page_token": token} if token else {})}
            headers = {"Prefer": "consistency=strong"}
            page = requests.get(f"{self.url}/records/", params=query, headers=headers, timeout=60).json()
            found += [(item["title"], item["id"]) for item in page["items"]]
            if not (token := page.get("next_page_token")):
                return found

    def assert_nothing_lost(self):
        """What was acknowledged is there, under its id; nothing is there twice; what nobody wrote is not there."""
        stored = self.stored()
        titles = collections.Counter(title for title, _ in stored)
        lost = set(self.acknowledged.items()) - set(stored)
        assert not lost, f"{len(lost)} of {len(self.acknowledged)} lost: {sorted(lost)[:5]}"
        assert max(titles.values()) == 1, "stored twice"
        assert set(titles) <= set(self.acknowledged) | self.unsure
