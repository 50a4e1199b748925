"""When a service goes and comes back: 503 with Retry-After, health that says so, nothing lost, nothing stored twice."""

import threading

import pytest
import requests
from client import Api, assert_problem, unique, wait_until
from test_live import Events
from wire import Closed, Wire


@pytest.fixture
def running(own_deployment):
    return own_deployment()


@pytest.fixture
def client(running, own_api):
    return own_api(running)


def metric(api, name):
    """Of the first line that begins with it; labels may be part of the name."""
    lines = api.get("/metrics").text.split("\n")
    return float(next(line.split(" ")[1] for line in lines if line.startswith((name + " ", name + "{"))))


def is_ready(api):
    return api.get("/health/ready").status_code == 200


def kill_records(deployment):
    """Gives the port that it had."""
    deployment.programs.pop("records-service").kill()
    return deployment.records_port


def test_without_the_records_service_everything_says_so_and_comes_back(own_deployment, own_api):
    running = own_deployment(SERVICE_PATIENCE_MS="1000", REQUEST_TIMEOUT_MS="5000")
    client = own_api(running)
    record = client.create()
    port = kill_records(running)
    paths = ("/records/", f"/records/{record['id']}", "/records/export", "/health/ready", "/cluster")
    answers = [client.get(path) for path in paths]
    answers += [
        client.post("/records/", json={"title": "t", "owner": client.owner}),
        client.delete(f"/records/{record['id']}"),
        client.post("/records/import", data="title,owner\nt,o\n", headers={"Content-Type": "text/csv"}),
    ]
    for answer in answers:
        assert_problem(answer, 503)
    health = client.get("/health")
    assert health.status_code == 503 and int(health.headers["Retry-After"]) >= 1
    assert health.json()["status"] == "down"
    assert health.json()["services"]["records"]["status"] == "down" and health.json()["services"]["records"]["detail"]
    assert health.json()["services"]["analytics"]["status"] == "ok"
    assert client.get("/health/live").status_code == 200
    assert metric(client, "backend_up") == 0
    page = client.get("/")
    assert page.status_code == 503 and "<html" in page.text

    running.start_records(port)
    wait_until(lambda: is_ready(client), what="a ready gateway")
    assert client.record(record["id"]) == record
    assert client.get("/health").json()["services"]["records"] == {"status": "ok"}
    assert metric(client, "backend_up") == 1


def test_a_write_under_way_when_the_service_dies_is_done_once_by_its_successor(running, client):
    client.create(title="before")
    answers = []
    running.records.pause()
    writer = threading.Thread(
        target=lambda: answers.append(
            Api(running.url).post("/records/", json={"title": "under way", "owner": client.owner})
        )
    )
    writer.start()
    wait_until(lambda: metric(client, "backend_calls_in_flight") == 1, what="the write on its way")
    running.start_records(kill_records(running))
    writer.join()
    assert answers[0].status_code == 201
    assert client.titles() == ["before", "under way"]


def test_of_many_writers_through_many_deaths_each_record_is_stored_once(running, client):
    """Writers send again with the same key whenever they are refused, as a client would."""
    done, stop = [], threading.Event()

    def write(name):
        api = Api(running.url)
        for number in range(40):
            headers = {"Idempotency-Key": unique(f"{name}{number}").replace(" ", "-")}
            while not stop.is_set():
                answer = api.post(
                    "/records/", json={"title": f"{name} {number}", "owner": client.owner}, headers=headers
                )
                if answer.status_code == 201:
                    done.append(answer.json()["id"])
                    break
                assert answer.status_code in (503, 504), answer.text

    writers = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for writer in writers:
        writer.start()
    try:
        for share in (20, 60, 100):
            wait_until(lambda least=share: len(done) >= least, seconds=60, what=f"{share} records")
            running.start_records(kill_records(running))
    finally:
        for writer in writers:
            writer.join(60)
        stop.set()
    assert len(done) == 160 and len(set(done)) == 160
    wait_until(lambda: is_ready(client), what="a ready gateway")
    assert sorted(client.titles()) == sorted(f"{name} {number}" for name in "abcd" for number in range(40))


def test_without_the_analytics_service_the_records_go_on(own_deployment, own_api):
    running = own_deployment(SERVICE_PATIENCE_MS="500")
    client = own_api(running)
    port = running.analytics_port
    running.programs.pop("analytics-service").kill()
    record = client.create()
    assert client.record(record["id"]) == record
    assert_problem(client.get("/records/analytics/flink"), 503)
    assert_problem(client.get("/records/analytics/live"), 503)
    health = client.get("/health")
    assert health.status_code == 200
    assert health.json()["status"] == "degraded"
    assert health.json()["services"]["analytics"]["status"] == "down"
    assert "flink" not in health.json()
    assert is_ready(client)
    assert client.get("/").status_code == 200
    running.start_analytics(port)
    wait_until(lambda: client.get("/records/analytics/flink").status_code == 200, what="a summary")


def test_a_summary_waits_for_a_service_that_comes_back(running, client):
    client.create()
    port = running.analytics_port
    running.programs.pop("analytics-service").kill()
    connection = Wire(running.http_port).request("GET /records/analytics/flink HTTP/1.1")
    wait_until(lambda: metric(client, "http_requests_in_flight") == 2, what="the summary under way")
    running.start_analytics(port)
    assert connection.answer().status_code == 200
    connection.close()


def test_a_summary_under_way_when_the_service_dies_is_done_by_its_successor(running, client):
    client.create()
    port = running.analytics_port
    running.analytics.pause()
    connection = Wire(running.http_port).request("GET /records/analytics/flink HTTP/1.1")
    wait_until(lambda: metric(client, "http_requests_in_flight") == 2, what="the summary under way")
    running.programs.pop("analytics-service").kill()
    running.start_analytics(port)
    assert connection.answer().status_code == 200
    connection.close()


def test_a_live_stream_goes_on_with_the_successor_of_its_service(running, client):
    connection = Wire(running.http_port)
    events = Events(connection)
    next(events)
    port = running.analytics_port
    running.programs.pop("analytics-service").kill()
    running.start_analytics(port)
    client.create()
    events.until(lambda counts: counts["owner_counts"].get(client.owner) == 1)
    connection.close()


def test_a_live_stream_breaks_when_its_service_stays_away(own_deployment, own_api):
    running = own_deployment(SERVICE_PATIENCE_MS="500")
    own_api(running)
    connection = Wire(running.http_port)
    events = Events(connection)
    next(events)
    running.programs.pop("analytics-service").kill()
    with pytest.raises(Closed):
        list(events)
    connection.close()


def test_an_export_breaks_with_its_service_so_that_the_client_notices(running, client):
    text = "title,owner,description\n" + f"t,{client.owner},{'x' * 9000}\n" * 1500
    assert client.post("/records/import", data=text, headers={"Content-Type": "text/csv"}).json()["imported"] == 1500
    connection = Wire(running.http_port)
    connection.request("GET /records/export HTTP/1.1")
    connection._take_until(b"\r\n\r\n")
    chunks = connection.chunks()
    next(chunks)
    port = kill_records(running)
    with pytest.raises(Closed):
        list(chunks)
    connection.close()
    running.start_records(port)
    wait_until(lambda: is_ready(client), what="a ready gateway")


def test_a_gateway_may_start_before_its_services(running, client):
    port, analytics = kill_records(running), running.analytics_port
    running.programs.pop("analytics-service").kill()
    running.programs.pop("gateway").stop()
    running.start_gateway()
    client.url = running.url
    assert client.get("/health/live").status_code == 200
    assert client.get("/health").json()["status"] == "down"
    running.start_records(port)
    running.start_analytics(analytics)
    wait_until(lambda: client.get("/health").json()["status"] == "ok", what="a healthy system")
    client.create()


def test_a_service_that_does_not_answer_is_504(own_deployment, own_api):
    running = own_deployment(REQUEST_TIMEOUT_MS="300")
    client = own_api(running)
    record = client.create()
    running.records.pause()
    try:
        assert_problem(client.get("/records/"), 504)
        assert_problem(client.get(f"/records/{record['id']}"), 504)
        assert_problem(client.patch(f"/records/{record['id']}", {"title": "late"}), 504)
        assert client.get("/health").json()["services"]["records"]["status"] == "down"
    finally:
        running.records.resume()
    wait_until(lambda: is_ready(client), what="a ready gateway")
    assert client.get(f"/records/{record['id']}").status_code == 200


def refused(client, reason):
    return metric(client, f'http_requests_refused_total{{reason="{reason}"}}')


def test_a_client_with_its_share_of_requests_is_refused_at_once_and_others_are_not(own_deployment, own_api):
    running = own_deployment(MAX_REQUESTS="8", HTTP_THREADS="1", TRUST_FORWARDED_FOR="1")
    client = own_api(running)
    client.create()
    running.records.pause()
    waiting = []

    def ask(number):
        waiting.append(Wire(running.http_port).request("GET /records/ HTTP/1.1", f"X-Forwarded-For: 192.0.2.{number}"))
        return waiting[-1]

    try:
        for _ in range(7):
            ask(1)
        wait_until(lambda: metric(client, "backend_calls_in_flight") == 7, what="all calls on their way")
        answer = ask(1).answer()
        assert answer.status_code == 429 and int(answer.headers["retry-after"]) >= 1
        waiting.pop()
        ask(2)
        wait_until(lambda: metric(client, "backend_calls_in_flight") == 8, what="the call of another")
        assert ask(3).answer().status_code == 503
        waiting.pop()
        assert (refused(client, "client"), refused(client, "full")) == (1, 1)
        assert client.get("/health/live").status_code == 200
        assert client.get("/docs").status_code == 200
    finally:
        running.records.resume()
    assert [connection.answer().status_code for connection in waiting] == [200] * 8
    for connection in waiting:
        connection.close()
    assert client.get("/records/").status_code == 200


def test_a_refused_write_keeps_its_connection(own_deployment, own_api):
    running = own_deployment(MAX_REQUESTS="1", HTTP_THREADS="1")
    client = own_api(running)
    record = client.create()
    running.records.pause()
    waiting = Wire(running.http_port).request("GET /records/ HTTP/1.1")
    body = b'{"title": "t", "owner": "o"}'
    write = ("POST /records/ HTTP/1.1", "Content-Type: application/json", f"Content-Length: {len(body)}")
    writer = Wire(running.http_port)
    try:
        wait_until(lambda: metric(client, "backend_calls_in_flight") == 1, what="the call on its way")
        for _ in range(2):
            assert writer.request(*write, body=body).answer().status_code == 503
    finally:
        running.records.resume()
    assert waiting.answer().status_code == 200
    assert writer.request(f"GET /records/{record['id']} HTTP/1.1").answer().status_code == 200
    for connection in (waiting, writer):
        connection.close()


def test_more_connections_than_allowed_are_told_so(own_deployment, own_api):
    running = own_deployment(MAX_CONNECTIONS="2")
    client = own_api(running)
    assert client.get("/health/live").status_code == 200
    second = Wire(running.http_port)
    assert second.is_open()
    third = Wire(running.http_port)
    answer = third.answer()
    assert answer.status_code == 503 and answer.headers["retry-after"]
    assert requests.models.complexjson.loads(answer.body)["status"] == 503
    assert third.is_closed()
    second.close()
    wait_until(lambda: metric(client, "http_connections_open") == 1, what="the end of a connection")
    fourth = Wire(running.http_port)
    assert fourth.is_open()
    fourth.close()


def test_a_client_that_leaves_takes_its_call_along(own_deployment, own_api):
    running = own_deployment()
    client = own_api(running)
    client.create()
    running.records.pause()
    try:
        connection = Wire(running.http_port).request("GET /records/ HTTP/1.1")
        wait_until(lambda: metric(client, "backend_calls_in_flight") == 1, what="the call on its way")
        connection.close()
        wait_until(lambda: metric(client, "backend_calls_in_flight") == 0, what="the end of the call")
    finally:
        running.records.resume()
    assert client.get("/records/").status_code == 200
