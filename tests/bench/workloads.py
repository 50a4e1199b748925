"""What is asked of each system, and the same in SQL for pgbench. Used by systems.py and report.py."""

PATHS = {
    "get": "/records/{id}",
    "list": "/records/?limit=20&skip={skip}&status={status}",
    "owner": "/records/?limit=20&skip=0&owner={owner}",
    "deep": "/records/?limit=20&skip={deep}",
    "post": "/records/",
    "put": "/records/{id}",
    "analytics": "/records/analytics/flink",
}
# workload: (request kind of wrk.lua, what it is, writes)
WORKLOADS = {
    "W1": ("get", "GET by random id", False),
    "W2": ("list", "page of 20, status filter (a quarter of the table is counted)", False),
    "W2o": ("owner", "page of 20, owner filter (1/500 of the table is counted)", False),
    "W3": ("deep", "page of 20 at half the table's depth", False),
    "W4": ("post", "POST insert", True),
    "W5": ("mixed", "80 % get, 10 % page by owner, 8 % post, 2 % put", True),
    "W5s": ("mixed_status", "80 % get, 10 % page by status (dear to count), 8 % post, 2 % put", True),
    "W6": ("analytics", "insert, then timed GET analytics; one client", True),
    "W7": ("summary", "GET analytics by SQL, nothing written meanwhile; one client", False),
}
ONE_CLIENT = ("analytics", "summary")
# The same for the open loop, where a # is a number that counts through the rows.
OPEN = {
    "W1": ["--path=/records/#"],
    "W2": ["--path=/records/?limit=20&skip=0&status=active"],
    "W4": [
        "--method=POST",
        "--path=/records/",
        '--body={"title":"Made under load #","owner":"owner007","status":"active","description":"'
        + "some words of description " * 5
        + '"}',
    ],
}
COLS = "id, title, owner, status, description, created_at, updated_at"
PGBENCH = {  # the same SQL, straight from pgbench: the database's limit
    "get": f"\\set id random(1, :rows)\nSELECT {COLS} FROM records WHERE id = :id;\n",
    "list": "\\set k 20 * random(0, 10)\n\\set s random(1, 4)\n"
    "SELECT count(*) FROM records WHERE status = ($${pending,active,done,archived}$$::text[])[:s];\n"
    f"SELECT {COLS} FROM records WHERE status = ($${{pending,active,done,archived}}$$::text[])[:s] "
    "ORDER BY id OFFSET :k LIMIT 20;\n",
    "owner": "\\set o random(0, 499)\n"
    "SELECT count(*) FROM records WHERE owner = 'owner' || lpad((:o)::int::text, 3, '0');\n"
    f"SELECT {COLS} FROM records WHERE owner = 'owner' || lpad((:o)::int::text, 3, '0') ORDER BY id LIMIT 20;\n",
    "deep": "\\set k :rows / 2 + 20 * random(0, 10)\nSELECT count(*) FROM records;\n"
    f"SELECT {COLS} FROM records ORDER BY id OFFSET :k LIMIT 20;\n",
    "post": "\\set o random(0, 499)\nINSERT INTO records (title, owner, status, description) VALUES "
    "('Made under load', 'owner' || lpad((:o)::int::text, 3, '0'), 'active', repeat('some words of description ', 5)) "
    f"RETURNING {COLS};\n",
    "put": "\\set id random(1, :rows)\n"
    "UPDATE records SET title = 'Changed under load', owner = 'owner007', status = 'done', "
    f"description = repeat('some words of description ', 5), updated_at = now() WHERE id = :id RETURNING {COLS};\n",
    "summary": "SELECT status, count(*) FROM records GROUP BY status;\n"
    "SELECT owner, count(*) FROM records GROUP BY owner;\n",
    "analytics": "SELECT status, count(*) FROM records GROUP BY status;\n"
    "SELECT owner, count(*) FROM records GROUP BY owner;\n",
}
