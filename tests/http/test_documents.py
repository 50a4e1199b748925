"""/openapi.json and /docs: the description of the interface, and that it is true of the running gateway."""

import re

import pytest
from client import Api
from openapi_spec_validator import validate

VERBS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def document(deployment):
    api = Api(deployment.url)
    document = api.get("/openapi.json").json()
    api.clean()
    return document


def test_it_is_openapi_3_1_and_valid(document):
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    validate(document)


def test_it_knows_every_path_of_the_contract(document):
    paths = {path.rstrip("/") for path in document["paths"]}
    assert {
        "/records",
        "/records/{id}",
        "/records/analytics/flink",
        "/records/analytics/live",
        "/records/analytics/runs",
        "/records/export",
        "/records/import",
        "/health",
        "/health/live",
        "/health/ready",
        "/cluster",
        "/metrics",
    } <= paths


def test_every_operation_is_named_and_explained(document):
    names = []
    for path, item in document["paths"].items():
        for verb in VERBS:
            if operation := item.get(verb):
                assert operation["summary"] and operation["responses"], (path, verb)
                names.append(operation["operationId"])
    assert len(names) == len(set(names))


def test_the_methods_it_names_are_those_that_are_allowed(api, document):
    for path, item in document["paths"].items():
        allowed = set(api.options(path.replace("{id}", "1")).headers["Allow"].split(", ")) - {"OPTIONS", "HEAD"}
        assert allowed == {verb.upper() for verb in VERBS if verb in item}, path


def test_it_is_of_this_version(api, document):
    assert document["info"]["version"] == api.get("/health").json()["version"]


def test_it_is_json_with_a_tag(api):
    response = api.get("/openapi.json")
    assert response.headers["Content-Type"] == "application/json"
    assert api.get("/openapi.json", headers={"If-None-Match": response.headers["ETag"]}).status_code == 304


def test_the_documentation_is_a_page_of_its_own_parts(api):
    response = api.get("/docs")
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    parts = re.findall(r'(?:href|src)="([^"#]+)"', response.text)
    assert any(part.endswith(".js") for part in parts) and any(part.endswith(".css") for part in parts)
    for part in parts:
        if not part.startswith(("data:", "http:", "https:")):
            assert api.get(part if part.startswith("/") else f"/{part}").status_code in (200, 308), part
    assert not re.findall(r'(?:src|href)="https?://', response.text), "nothing comes from elsewhere"
    assert "<script>" not in response.text
