"""GET /records/export: CSV and NDJSON of what a filter matches, streamed from one snapshot."""

import csv
import io
import json

import pytest
from client import assert_problem

ODD = [
    "plain",
    "comma, here",
    'quote " here',
    '"',
    '""',
    "line\nend",
    "line\r\nend",
    "return\r",
    " blanks ",
    "'",
    "=1+1",
    "😀 数据 ü",
    "\t",
    "a;b",
    "\u2028",
    "\x7f",
]


@pytest.fixture
def odd(api):
    """Records whose texts are hard to write as CSV."""
    return [
        api.create(title=f"{i:02} {text}", description=text, status="done" if i % 2 else "active")
        for i, text in enumerate(ODD)
    ]


def export(api, **query):
    response = api.get("/records/export", params={"owner": api.owner, **query})
    assert response.status_code == 200, response.text
    return response


def rows(response):
    return list(csv.DictReader(io.StringIO(response.content.decode(), newline="")))


def lines(response):
    return [json.loads(line) for line in response.content.decode().split("\n")[:-1]]


def test_csv_holds_every_field_of_every_record(api, odd):
    response = export(api)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="records.csv"'
    assert response.content.startswith(b"id,title,owner,status,description,created_at,updated_at,version\n")
    expected = [{name: str(value) for name, value in record.items()} for record in odd]
    assert rows(response) == expected


def test_ndjson_holds_the_records_as_they_are(api, odd):
    response = export(api, format="ndjson")
    assert response.headers["Content-Type"] == "application/x-ndjson"
    assert response.headers["Content-Disposition"] == 'attachment; filename="records.ndjson"'
    assert lines(response) == odd


@pytest.mark.parametrize(
    "accept, kind",
    [
        ("application/x-ndjson", "application/x-ndjson"),
        ("text/csv", "text/csv"),
        ("*/*", "text/csv"),
        ("text/csv;q=0.5, application/ndjson", "application/x-ndjson"),
        ("text/html", "text/csv"),
    ],
)
def test_accept_chooses_when_the_query_does_not(api, accept, kind):
    api.create()
    response = api.get("/records/export", params={"owner": api.owner}, headers={"Accept": accept})
    assert response.headers["Content-Type"].split(";")[0] == kind


def test_the_query_chooses_before_accept(api):
    response = api.get("/records/export?format=csv&limit=", headers={"Accept": "application/x-ndjson"})
    assert_problem(response, 400, "limit")
    response = api.get(
        "/records/export", params={"owner": api.owner, "format": "csv"}, headers={"Accept": "application/x-ndjson"}
    )
    assert response.headers["Content-Type"].startswith("text/csv")


def test_filters_and_orders_are_those_of_the_list(api, odd):
    exported = lines(export(api, format="ndjson", status="done", q="e", sort="-title"))
    listed = api.page(status="done", q="e", sort="-title", limit=200)["items"]
    assert exported == listed and len(listed) > 2


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_fields_chooses_columns_and_their_order(api, form):
    api.create(title="a, b", description="d")
    response = export(api, format=form, fields="description,title,status")
    if form == "csv":
        assert response.content == b'description,title,status\nd,"a, b",pending\n'
    else:
        assert response.content == b'{"description":"d","title":"a, b","status":"pending"}\n'


def test_nothing_is_a_header_alone(api):
    assert export(api).content == b"id,title,owner,status,description,created_at,updated_at,version\n"
    assert export(api, format="ndjson").content == b""


def test_many_records_come_whole_and_in_order(api):
    text = "title,owner\n" + "".join(f"number {i},{api.owner}\n" for i in range(2500))
    assert api.post("/records/import", data=text, headers={"Content-Type": "text/csv"}).json()["imported"] == 2500
    exported = export(api, fields="title", sort="id")
    assert exported.headers["Transfer-Encoding"] == "chunked"
    titles = exported.text.split("\n")[1:-1]
    assert len(titles) == 2500 and len(set(titles)) == 2500
    ids = [int(line) for line in export(api, fields="id", sort="id").text.split("\n")[1:-1]]
    assert ids == sorted(ids)


def test_an_export_shows_what_was_just_written(api):
    for number in range(10):
        api.create(title=f"number {number}")
        assert len(lines(export(api, format="ndjson"))) == number + 1


@pytest.mark.parametrize(
    "query, named",
    [
        ("format=xml", "format"),
        ("format=", "format"),
        ("fields=nothing", "fields"),
        ("fields=", "fields"),
        ("fields=id,id", "fields"),
        ("fields=id,", "fields"),
        ("status=x", "status"),
        ("sort=x", "sort"),
        ("limit=5", "limit"),
        ("skip=5", "skip"),
        ("q=", "q"),
        ("x=1", "x"),
    ],
)
def test_a_bad_parameter_is_400_and_named(api, query, named):
    assert_problem(api.get(f"/records/export?{query}"), 400, named)


def test_a_client_that_leaves_in_the_middle_does_no_harm(api, wire):
    text = "title,owner,description\n" + f"t,{api.owner},{'x' * 5000}\n" * 1000
    assert api.post("/records/import", data=text, headers={"Content-Type": "text/csv"}).json()["imported"] == 1000
    for _ in range(3):
        connection = wire().request(f"GET /records/export?owner={api.owner.replace(' ', '+')} HTTP/1.1")
        connection.socket.recv(1000)
        connection.close()
    assert len(rows(export(api))) == 1000
