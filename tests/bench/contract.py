"""Walks one record through its life and throws bad input in: what every system must do before it is measured. Used by
bench.py."""

import datetime
import http.client
import json
import random
import urllib.parse


def ask(url, method, path, body=None, conn=None):
    u = urllib.parse.urlsplit(url)
    c = conn or http.client.HTTPConnection(u.hostname, u.port, timeout=60)
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    c.request(method, path, data, {"Content-Type": "application/json"} if data is not None else {})
    r = c.getresponse()
    text = r.read()
    if conn is None:
        c.close()
    try:
        return r.status, json.loads(text) if text else None
    except ValueError:
        return r.status, text


def check_contract(url, sql, analytics):
    """Walks one record through its life and throws bad input in; returns what did not hold."""
    wrong = []

    def must(name, ok, got=None):
        if not ok:
            wrong.append(f"{name}: got {str(got)[:160]}")

    def call(*a, **k):
        return ask(url, *a, **k)

    mark = f"zq{random.randrange(1 << 40):x}"
    new = {
        "title": f'{mark} "quoted" \\ ünï 100%_\u2028\n',
        "owner": f"own {mark}&+",
        "status": "active",
        "description": "<d>é𝄞",
    }
    code, made = call("POST", "/records/", new)
    must("POST is 201", code == 201, (code, made))
    if code != 201 or not isinstance(made, dict) or not isinstance(made.get("id"), int):
        return wrong + ["no record to go on with"]
    path = f"/records/{made['id']}"
    must("POST echoes the record", all(made.get(k) == v for k, v in new.items()), made)
    for k in ("created_at", "updated_at"):
        try:
            datetime.datetime.fromisoformat(str(made.get(k)))
        except ValueError:
            must(f"{k} is ISO 8601", False, made.get(k))
    code, got = call("GET", path)
    must("GET gives what POST gave", code == 200 and got == made, (code, got))
    code, made2 = call("POST", "/records/", {"title": mark, "owner": "o"})
    must(
        "status and description have defaults",
        code == 201 and made2.get("status") == "pending" and made2.get("description") == "",
        (code, made2),
    )
    changed = {"title": mark + " changed", "owner": new["owner"], "status": "done", "description": "other"}
    code, got = call("PUT", path, changed)
    must("PUT gives the changed record", code == 200 and all(got.get(k) == v for k, v in changed.items()), (code, got))
    must(
        "PUT keeps id and created_at",
        code == 200 and got["id"] == made["id"] and got["created_at"] == made["created_at"],
        got,
    )
    code, got2 = call("GET", path)
    must("GET sees the change", got2 == got, got2)

    owner = urllib.parse.quote(new["owner"], safe="")
    code, page = call("GET", f"/records/?owner={owner}&limit=10")
    must(
        "owner filter",
        code == 200 and page["total"] == 1 and [r["id"] for r in page["items"]] == [made["id"]],
        (code, page),
    )
    code, page = call("GET", f"/records/?q={mark}")
    must("q finds both records", code == 200 and page["total"] == 2 and len(page["items"]) == 2, (code, page))
    code, page = call("GET", f"/records/?q={mark}&status=done")
    must(
        "q and status together",
        code == 200 and page["total"] == 1 and page["items"][0]["status"] == "done",
        (code, page),
    )
    code, page = call("GET", "/records/?status=archived&limit=7")
    must(
        "status filter and total",
        code == 200
        and len(page["items"]) == 7
        and all(r["status"] == "archived" for r in page["items"])
        and page["total"] == int(sql("SELECT count(*) FROM records WHERE status = 'archived'")),
        (code, page),
    )
    code, a = call("GET", "/records/?limit=10")
    code2, b = call("GET", "/records/?skip=4&limit=3")
    must(
        "skip and limit cut the same order",
        code == code2 == 200 and b["items"] == a["items"][4:7] and len(b["items"]) == 3,
        b,
    )
    code, page = call("GET", "/records/")
    must("limit defaults to 20", code == 200 and len(page["items"]) == 20, len(page.get("items", [])))
    code, page = call("GET", "/records/?skip=100000000")
    must("a page past the end is empty", code == 200 and page["items"] == [] and page["total"] > 0, (code, page))
    code, sums = call("GET", analytics)
    n = int(sql("SELECT count(*) FROM records"))
    must(
        "analytics adds up",
        code == 200
        and sums["total"] == n == sum(sums["status_counts"].values()) == sum(sums["owner_counts"].values())
        and "engine" in sums,
        (code, n, sums if code != 200 else sums["total"]),
    )

    for name, method, p, body in [
        ("no title", "POST", "/records/", {"owner": "o"}),
        ("empty title", "POST", "/records/", {"title": "", "owner": "o"}),
        ("unknown status", "POST", "/records/", {"title": "t", "owner": "o", "status": "nope"}),
        ("title is a number", "POST", "/records/", {"title": 5, "owner": "o"}),
        ("not JSON", "POST", "/records/", b"{nope"),
        ("PUT without owner", "PUT", path, {"title": "t"}),
        ("limit is a word", "GET", "/records/?limit=ten", None),
        ("limit too large", "GET", "/records/?limit=100000", None),
        ("skip below 0", "GET", "/records/?skip=-1", None),
        ("filter by unknown status", "GET", "/records/?status=nope", None),
        ("id is a word", "GET", "/records/abc", None),
    ]:
        code, got = call(method, p, body)
        must(f"refused: {name}", code in (400, 404, 422), (code, got))

    code, got = call("DELETE", path)
    must("DELETE is 204", code == 204 and got is None, (code, got))
    for method, body in (("GET", None), ("DELETE", None), ("PUT", changed)):
        code, got = call(method, path, body)
        must(f"{method} of a deleted record is 404", code == 404, (code, got))
    call("DELETE", f"/records/{made2['id']}")
    return wrong
