"""POST /records/import: CSV and NDJSON, partial and atomic, every bad line told by its number."""

import json

import pytest
from client import assert_problem

CSV, NDJSON = "text/csv", "application/x-ndjson"
COLUMNS = "title,owner,status,description\n"


def send(api, text, media_type=CSV, **query):
    data = text.encode() if isinstance(text, str) else text
    return api.post("/records/import", data=data, params=query, headers={"Content-Type": media_type})


def imported(api, text, media_type=CSV, **query):
    """All lines must be good; gives the records in the order of the lines."""
    response = send(api, text, media_type, **query)
    assert response.status_code == 200, response.text
    outcome = response.json()
    assert (outcome["failed"], outcome["errors"], outcome["errors_truncated"]) == (0, [], False)
    items = api.page(limit=200)["items"]
    assert outcome["imported"] == len(items)
    return items


def told(outcome):
    return [(error["line"], error["field"]) for error in outcome["errors"]]


def ndjson(api, *records):
    return "".join(json.dumps({"owner": api.owner, **record}, ensure_ascii=False) + "\n" for record in records)


@pytest.mark.parametrize("mode", ["partial", "atomic"])
def test_csv_rows_become_records(api, mode):
    items = imported(api, COLUMNS + f"one,{api.owner},done,first\ntwo,{api.owner},,\n", mode=mode)
    assert [(item["title"], item["status"], item["description"]) for item in items] == [
        ("one", "done", "first"),
        ("two", "pending", ""),
    ]
    assert all(item["version"] == 1 for item in items)


@pytest.mark.parametrize("mode", ["partial", "atomic"])
def test_ndjson_lines_become_records(api, mode):
    items = imported(api, ndjson(api, {"title": "one", "status": "done"}, {"title": "two"}), NDJSON, mode=mode)
    assert [(item["title"], item["status"]) for item in items] == [("one", "done"), ("two", "pending")]


@pytest.mark.parametrize(
    "written, meant",
    [
        ('"quoted"', "quoted"),
        ('"a ""b"" c"', 'a "b" c'),
        ('"a,b"', "a,b"),
        ('"two\nlines"', "two\nlines"),
        ('"two\r\nlines"', "two\r\nlines"),
        ('"ends in quote"""', 'ends in quote"'),
        (" blanks ", " blanks "),
        ('" x "', " x "),
        ("😀 数据", "😀 数据"),
        ("=1+1", "=1+1"),
        ("'single'", "'single'"),
        ("back\\slash", "back\\slash"),
        ("a;b\tc", "a;b\tc"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_csv_is_read_as_it_is_meant(api, written, meant, end):
    text = end.join(["title,owner,description", f"{written},{api.owner},{written}", ""])
    (item,) = imported(api, text)
    assert (item["title"], item["description"]) == (meant, meant)


def test_a_byte_order_mark_is_passed_over(api):
    (item,) = imported(api, "\ufeff" + COLUMNS + f"one,{api.owner},,\n")
    assert item["title"] == "one"


def test_a_last_line_needs_no_end(api):
    assert len(imported(api, COLUMNS + f"one,{api.owner},,")) == 1


def test_blank_lines_are_passed_over(api):
    assert len(imported(api, COLUMNS + f"\none,{api.owner},,\n\r\n\ntwo,{api.owner},,\n\n")) == 2
    response = send(api, "\n" + ndjson(api, {"title": "three"}) + "\n  \n" + ndjson(api, {"title": "four"}), NDJSON)
    assert response.json()["imported"] == 2


def test_columns_come_in_any_order_and_some_are_passed_over(api):
    (item,) = imported(
        api, f"version,owner,id,title,created_at,updated_at\n7,{api.owner},12,one,2020-01-01T00:00:00Z,x\n"
    )
    assert (item["title"], item["version"]) == ("one", 1)


def test_members_that_the_server_sets_are_passed_over(api):
    record = api.create(title="one")
    response = send(api, json.dumps(record) + "\n", NDJSON)
    assert response.json()["imported"] == 1
    first, second = api.page()["items"]
    assert second["id"] != first["id"] and second["title"] == "one"


@pytest.mark.parametrize(
    "columns, named",
    [
        ("title,status", "owner"),
        ("owner", "title"),
        ("title,owner,title", "title"),
        ("title,owner,colour", ""),
        ("title;owner", ""),
        ("", ""),
        ('title,owner,"', ""),
        ("Title,Owner", ""),
    ],
)
def test_a_bad_first_line_refuses_the_whole(api, columns, named):
    problem = send(api, columns + f"\none,{api.owner},,\n")
    assert problem.status_code == 422
    assert [(error["line"], error["field"]) for error in problem.json()["errors"]][0][1] == named
    assert api.page()["total"] == 0


BAD_CSV = {
    "blank title": (" ,OWNER,,", "title"),
    "no owner": ("t,,,", "owner"),
    "unknown status": ("t,OWNER,open,", "status"),
    "title too long": ("x" * 201 + ",OWNER,,", "title"),
    "description too long": ("t,OWNER,," + "x" * 10_001, "description"),
    "too few fields": ("t,OWNER", ""),
    "too many fields": ("t,OWNER,,,", ""),
    "text after a quote": ('"t"x,OWNER,,', ""),
    "quote in a plain field": ('a"b,OWNER,,', ""),
    "NUL": ("a\0b,OWNER,,", "title"),
    "very long": ("t,OWNER,," + "x" * 300_000, ""),
}


@pytest.mark.parametrize("line, named", BAD_CSV.values(), ids=BAD_CSV)
def test_a_bad_csv_line_is_told_and_the_good_are_kept(api, line, named):
    good = f"good,{api.owner},,\n"
    response = send(api, COLUMNS + good + line.replace("OWNER", api.owner) + "\n" + good)
    outcome = response.json()
    assert (response.status_code, outcome["imported"], outcome["failed"]) == (200, 2, 1)
    assert told(outcome) == [(3, named)]
    assert api.titles() == ["good", "good"]


BAD_NDJSON = {
    "no JSON": ("{", ""),
    "no object": ("[]", "body"),
    "blank title": ('{"title":"","owner":"OWNER"}', "title"),
    "no owner": ('{"title":"t"}', "owner"),
    "unknown field": ('{"title":"t","owner":"OWNER","colour":1}', "colour"),
    "unknown status": ('{"title":"t","owner":"OWNER","status":"open"}', "status"),
    "wrong kind": ('{"title":5,"owner":"OWNER"}', "title"),
    "given twice": ('{"title":"t","owner":"OWNER","title":"u"}', "title"),
    "very long": ('{"title":"t","owner":"OWNER","description":"' + "x" * 300_000 + '"}', ""),
}


@pytest.mark.parametrize("line, named", BAD_NDJSON.values(), ids=BAD_NDJSON)
def test_a_bad_ndjson_line_is_told_and_the_good_are_kept(api, line, named):
    good = ndjson(api, {"title": "good"})
    response = send(api, good + line.replace("OWNER", api.owner) + "\n" + good, NDJSON)
    outcome = response.json()
    assert (response.status_code, outcome["imported"], outcome["failed"]) == (200, 2, 1)
    assert told(outcome) == [(2, named)]
    assert api.titles() == ["good", "good"]


def test_broken_text_in_a_line_is_told(api):
    line = f"good,{api.owner},,\n".encode()
    response = send(api, COLUMNS.encode() + line + b"\xff\xfe," + line[5:] + line)
    assert told(response.json()) == [(3, "title")]
    line = ndjson(api, {"title": "good"}).encode()
    response = send(api, line + line.replace(b"good", b"\xc3\x28") + line, NDJSON)
    assert [number for number, _ in told(response.json())] == [2]


def test_lines_are_counted_as_an_editor_shows_them(api):
    text = COLUMNS + f'"title\nof\nthree lines",{api.owner},,\n\n,{api.owner},,\n'
    outcome = send(api, text).json()
    assert (outcome["imported"], told(outcome)) == (1, [(6, "title")])


def test_every_bad_field_of_a_line_is_told(api):
    outcome = send(api, COLUMNS + f"good,{api.owner},,\n,,,{'x' * 10_001}\n").json()
    assert told(outcome) == [(3, "title"), (3, "owner"), (3, "description")]
    assert outcome["failed"] == 1


@pytest.mark.parametrize(
    "text, media_type",
    [
        (COLUMNS + "good,OWNER,,\n,OWNER,,\ngood,OWNER,,\n", CSV),
        ('{"title":"good","owner":"OWNER"}\n{"title":"","owner":"OWNER"}\n', NDJSON),
    ],
    ids=["csv", "ndjson"],
)
def test_an_atomic_import_keeps_nothing_when_a_line_is_bad(api, text, media_type):
    response = send(api, text.replace("OWNER", api.owner), media_type, mode="atomic")
    assert response.status_code == 422
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert (problem["imported"], problem["failed"]) == (0, 1)
    assert told(problem) == [(3 if media_type == CSV else 2, "title")]
    assert api.page()["total"] == 0


def test_when_every_line_is_bad_nothing_is_kept_and_that_is_422(api):
    response = send(api, COLUMNS + f",{api.owner},,\nt,,,\n")
    assert response.status_code == 422
    assert told(response.json()) == [(2, "title"), (3, "owner")]


@pytest.mark.parametrize("mode", ["partial", "atomic"])
def test_many_rows_are_one_import(api, mode):
    text = COLUMNS + "".join(f"number {i},{api.owner},active,text {i}\n" for i in range(3000))
    response = send(api, text, mode=mode)
    assert response.json()["imported"] == 3000
    assert api.page(status="active")["total"] == 3000


def test_of_very_many_errors_the_first_thousand_are_told(api):
    response = send(api, COLUMNS + f",{api.owner},,\n" * 1500 + f"good,{api.owner},,\n")
    outcome = response.json()
    assert (outcome["imported"], outcome["failed"], outcome["errors_truncated"]) == (1, 1500, True)
    assert [error["line"] for error in outcome["errors"]] == list(range(2, 1002))


@pytest.mark.parametrize("media_type", [CSV, "text/csv; charset=utf-8", "text/csv; header=present", "TEXT/CSV"])
def test_csv_goes_by_its_media_types(api, media_type):
    assert len(imported(api, COLUMNS + f"one,{api.owner},,\n", media_type)) == 1


@pytest.mark.parametrize(
    "media_type", [NDJSON, "application/ndjson", "application/jsonl", "application/x-ndjson; charset=utf-8"]
)
def test_ndjson_goes_by_its_media_types(api, media_type):
    assert len(imported(api, ndjson(api, {"title": "one"}), media_type)) == 1


@pytest.mark.parametrize(
    "media_type",
    [
        "",
        "application/json",
        "text/plain",
        "text/csv; charset=latin-1",
        "multipart/form-data; boundary=x",
        "application/xml",
    ],
)
def test_other_media_types_are_415(api, media_type):
    assert_problem(send(api, COLUMNS, media_type), 415, "Content-Type")


@pytest.mark.parametrize(
    "query, named", [({"mode": "some"}, "mode"), ({"mode": ""}, "mode"), ({"format": "csv"}, "format")]
)
def test_a_bad_parameter_is_400(api, query, named):
    assert_problem(send(api, COLUMNS, **query), 400, named)


def test_nothing_at_all_is_no_csv_but_is_empty_ndjson(api):
    assert send(api, "").status_code == 422
    assert send(api, "", NDJSON).json() == {"imported": 0, "failed": 0, "errors": [], "errors_truncated": False}


def test_an_import_in_chunks_that_cut_everywhere(api):
    text = (COLUMNS + f'"a ""quoted""\r\n😀 title",{api.owner},done,"x"\r\n' * 3).encode()
    response = api.post(
        "/records/import", data=(text[i : i + 1] for i in range(len(text))), headers={"Content-Type": CSV}
    )
    assert response.json()["imported"] == 3
    assert api.titles() == ['a "quoted"\r\n😀 title'] * 3


@pytest.mark.parametrize("form, media_type", [("csv", CSV), ("ndjson", NDJSON)])
def test_what_is_exported_imports_to_the_same_bytes(api, form, media_type):
    """The round trip: export, delete everything, import, export."""
    odd = [
        "a,b",
        'a "b"',
        "two\nlines",
        "two\r\nlines",
        "😀 数据",
        " blanks ",
        "\ttab",
        "\u2028",
        "'",
        "x" * 200,
        "\\n",
        "\x7f",
    ]
    for number, text in enumerate(odd):
        api.create(title=text, description=text * 3, status=["pending", "active", "done", "archived"][number % 4])
    query = {"owner": api.owner, "format": form, "fields": "title,owner,status,description", "sort": "id"}
    before = api.get("/records/export", params=query).content
    api.clean_owner(api.owner)
    assert send(api, before, media_type, mode="atomic").json()["imported"] == len(odd)
    assert api.get("/records/export", params=query).content == before


def test_imported_records_are_seen_at_once(api):
    for number in range(10):
        send(api, COLUMNS + f"number {number},{api.owner},,\n", mode=["partial", "atomic"][number % 2])
        assert api.page()["total"] == number + 1
