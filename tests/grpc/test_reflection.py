"""What grpcurl learns of a server without any file of ours: its services, methods and messages; and its health."""

import pytest

EXPECTED = {
    "records": {
        "cluster.v1.ClusterService",
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
        "records.v1.RecordsService",
    },
    "analytics": {
        "analytics.v1.AnalyticsService",
        "cluster.v1.ClusterService",
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    },
}
METHODS = {
    "records": {"List", "Get", "Create", "Update", "Delete", "BatchGet", "BatchCreate", "Export", "Import", "Execute"},
    "analytics": {"Summarize", "WatchCounts", "GetEngineStatus", "ListRuns"},
}


@pytest.fixture(params=["records", "analytics"])
def server(request):
    return request.param, request.getfixturevalue(request.param)


def test_list_names_the_services(server):
    name, service = server
    assert set(service.grpcurl("ADDRESS", "list").printed.split()) == EXPECTED[name]


def test_list_of_a_service_names_its_methods(server):
    name, service = server
    listed = service.grpcurl("ADDRESS", "list", service.name).printed.split()
    assert set(listed) == {f"{service.name}.{method}" for method in METHODS[name]}


def test_describe_shows_messages_of_every_method(server):
    name, service = server
    for method in METHODS[name]:
        described = service.grpcurl("ADDRESS", "describe", f"{service.name}.{method}").printed
        assert f"rpc {method} (" in described


def test_describe_shows_a_message_and_its_fields(records):
    assert "int64 version = 8;" in records.grpcurl("ADDRESS", "describe", "records.v1.Record").printed


def test_describe_knows_the_error_details(records):
    assert (
        "repeated .google.rpc.BadRequest.FieldViolation field_violations"
        in records.grpcurl("ADDRESS", "describe", "google.rpc.BadRequest").printed
    )


def test_describe_without_a_name_shows_everything(server):
    name, service = server
    described = service.grpcurl("ADDRESS", "describe").printed
    assert all(f"{each} is a service:" in described for each in EXPECTED[name])


def test_health_check_says_serving(server):
    _, service = server
    assert service("grpc.health.v1.Health/Check").message == {"status": "SERVING"}
    missing = service("grpc.health.v1.Health/Check", {"service": "no.such.Service"})
    assert missing.error["code"] == 5
