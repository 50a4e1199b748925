"""Bodies that are not what they should be: no JSON, broken text, other media types, too much of it."""

import json

import pytest
from client import assert_problem

JSON = {"Content-Type": "application/json"}
MEGABYTE = 1024 * 1024

NOT_JSON = {
    "nothing": b"",
    "blanks": b"  \n",
    "a word": b"hello",
    "cut short": b'{"title":"t","owner":',
    "no closing brace": b'{"title":"t","owner":"o"',
    "more after the end": b'{"title":"t","owner":"o"} x',
    "two objects": b'{"title":"t","owner":"o"}{}',
    "a comma too many": b'{"title":"t","owner":"o",}',
    "single quotes": b"{'title':'t','owner':'o'}",
    "a comment": b'{"title":"t",/* */"owner":"o"}',
    "a bare control character": b'{"title":"a\x01b","owner":"o"}',
    "a bare line end in a string": b'{"title":"a\nb","owner":"o"}',
    "a wrong escape": b'{"title":"\\x41","owner":"o"}',
    "half a surrogate pair": b'{"title":"\\ud83d","owner":"o"}',
    "the wrong half first": b'{"title":"\\ude00\\ud83d","owner":"o"}',
    "a byte order mark": b'\xef\xbb\xbf{"title":"t","owner":"o"}',
    "UTF-16": '{"title":"t","owner":"o"}'.encode("utf-16"),
    "Latin-1": '{"title":"é","owner":"o"}'.encode("latin-1"),
    "UTF-8 cut short": b'{"title":"\xe2\x82","owner":"o"}',
    "UTF-8 too long": b'{"title":"\xc0\xaf","owner":"o"}',
    "UTF-8 of a surrogate": b'{"title":"\xed\xa0\x80","owner":"o"}',
    "UTF-8 beyond Unicode": b'{"title":"\xf4\x90\x80\x80","owner":"o"}',
    "NaN": b'{"title":NaN,"owner":"o"}',
    "Infinity": b'{"title":Infinity,"owner":"o"}',
    "a number with a leading zero": b'{"title":01,"owner":"o"}',
    "endless depth": b'{"title":' + b"[" * 100_000,
    "depth beyond the limit": b'{"title":' + b"[" * 1000 + b"]" * 1000 + b',"owner":"o"}',
    "an endless object": b'{"a":' * 50_000,
}
NO_OBJECT = {
    "a list": "[]",
    "a list of objects": '[{"title":"t","owner":"o"}]',
    "null": "null",
    "a number": "5",
    "a string": '"title"',
    "true": "true",
}
NUMBERS = ["9223372036854775808", "-9223372036854775809", "1e400", "1e-400", "9" * 5000, "0." + "1" * 5000, "-0"]
OTHER_TYPES = [
    "text/plain",
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonx",
    "application/json; charset=latin-1",
    "application/json; charset=utf-16",
    "text/json",
    "",
    "nonsense",
    "application/ json",
]
JSON_TYPES = [
    "application/json",
    "application/json; charset=utf-8",
    'application/json; charset="UTF-8"',
    "APPLICATION/JSON",
    "application/json;charset=UTF-8",
    "application/json ; v=1",
]


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
def test_what_is_no_json_is_400(api, body):
    assert_problem(api.post("/records/", data=body, headers=JSON), 400, "body")


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_what_is_no_json_changes_nothing(api, method):
    record = api.create()
    assert_problem(api.request(method, f"/records/{record['id']}", data=b'{"title":', headers=JSON), 400, "body")
    assert api.record(record["id"]) == record


@pytest.mark.parametrize("body", NO_OBJECT.values(), ids=NO_OBJECT)
def test_json_that_is_no_object_is_422(api, body):
    assert_problem(api.post("/records/", data=body, headers=JSON), 422, "body")


@pytest.mark.parametrize("number", NUMBERS, ids=[number[:20] for number in NUMBERS])
def test_numbers_of_any_size_are_only_of_the_wrong_kind(api, number):
    assert_problem(api.post("/records/", data=f'{{"title":{number},"owner":"o"}}', headers=JSON), 422, "title")


def test_a_member_given_twice_is_refused(api):
    assert_problem(api.post("/records/", data='{"title":"a","owner":"o","title":"b"}', headers=JSON), 422, "title")
    assert_problem(
        api.post("/records/", data='{"title":"a","owner":"o","t\\u0069tle":"b"}', headers=JSON), 422, "title"
    )


def test_very_many_members_are_refused(api):
    body = json.dumps({"title": "t", "owner": "o", **{f"field{i}": i for i in range(10_000)}})
    response = api.post("/records/", data=body, headers=JSON)
    assert response.status_code == 422


def test_escapes_of_json_are_read(api):
    body = '{"title":"\\u0041\\t\\"\\\\\\/ \\ud83d\\ude00","owner":' + json.dumps(api.owner) + "}"
    response = api.post("/records/", data=body, headers=JSON)
    assert response.json()["title"] == 'A\t"\\/ 😀'


@pytest.mark.parametrize("media_type", JSON_TYPES)
def test_json_goes_by_many_spellings(api, media_type):
    response = api.post(
        "/records/", data=json.dumps({"title": "t", "owner": api.owner}), headers={"Content-Type": media_type}
    )
    assert response.status_code == 201, response.text


@pytest.mark.parametrize("media_type", OTHER_TYPES)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_other_media_types_are_415(api, method, media_type):
    path = "/records/" if method == "POST" else f"/records/{api.create()['id']}"
    headers = {"Content-Type": media_type} if media_type else {}
    assert_problem(api.request(method, path, data=b'{"title":"t","owner":"o"}', headers=headers), 415, "Content-Type")


def test_a_merge_patch_type_is_for_patch_only(api):
    path = f"/records/{api.create()['id']}"
    headers = {"Content-Type": "application/merge-patch+json"}
    assert api.request("PATCH", path, data='{"title":"new"}', headers=headers).status_code == 200
    assert_problem(api.post("/records/", data='{"title":"t","owner":"o"}', headers=headers), 415, "Content-Type")
    assert_problem(api.put(path, data='{"title":"t","owner":"o"}', headers=headers), 415, "Content-Type")


def test_a_body_with_a_content_coding_is_415(api):
    headers = {**JSON, "Content-Encoding": "gzip"}
    assert_problem(api.post("/records/", data=b'{"title":"t","owner":"o"}', headers=headers), 415, "Content-Encoding")


def test_the_largest_body_is_read(api):
    body = json.dumps({"title": "t", "owner": api.owner}).encode()
    response = api.post("/records/", data=body + b" " * (MEGABYTE - len(body)), headers=JSON)
    assert response.status_code == 201, response.text


def test_a_body_beyond_a_megabyte_is_413(api):
    response = api.post("/records/", data=b" " * (MEGABYTE + 1), headers=JSON)
    assert_problem(response, 413)
    api.session.close()  # behind a body that nobody has read the connection may end


def test_chunks_beyond_a_megabyte_are_413(api):
    response = api.post("/records/", data=(b" " * 65536 for _ in range(17)), headers=JSON)
    assert_problem(response, 413)
    api.session.close()  # behind a body that nobody has read the connection may end


def test_a_claimed_length_beyond_the_limit_is_refused_before_the_body_comes(wire):
    connection = wire()
    connection.request("POST /records/ HTTP/1.1", "Content-Type: application/json", f"Content-Length: {10**15}")
    assert_problem_bytes(connection.answer(), 413)


def assert_problem_bytes(answer, status):
    assert answer.status_code == status, answer
    assert json.loads(answer.body)["status"] == status
