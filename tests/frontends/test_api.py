"""The API as a real process over real HTTP, in front of an installation in one process."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.frontends.typing_it import LONG_ENOUGH, ROOT

FORM = "multipart/form-data; boundary=XX"


@dataclass(frozen=True)
class Answer:
    status: int
    kind: str
    body: str

    def json(self) -> Any:  # noqa: ANN401  # what a test looks into
        return json.loads(self.body)


@dataclass(frozen=True)
class Api:
    host: str
    port: int

    def __call__(
        self,
        method: str,
        path: str,
        body: str | bytes | None = None,
        *,
        kind: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=LONG_ENOUGH)
        said = {"Content-Type": kind, **(headers or {})} if body is not None else dict(headers or {})
        try:
            connection.request(method, path, body, said)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers.get_content_type(), answer.read().decode())
        finally:
            connection.close()

    def submit(self, text: str) -> str:
        return str(self("POST", "/api/v1/tasks", json.dumps({"text": text})).json()["id"])

    def ended(self, task: str) -> dict[str, Any]:
        until = time.monotonic() + LONG_ENOUGH
        while time.monotonic() < until:
            seen: dict[str, Any] = self("GET", f"/api/v1/tasks/{task}").json()
            if seen["task"]["ended"]:
                return seen
            time.sleep(0.02)
        raise TimeoutError("it did not end")


@dataclass(frozen=True)
class Place:
    """Where the processes of these tests work: one ERRAND_HOME for all, since a start takes time."""

    folder: Path

    def start(self, *words: str) -> "subprocess.Popen[str]":
        settings = {
            "PYTHONPATH": str(ROOT),
            "ERRAND_HOME": str(self.folder / "home"),
            "ERRAND_HEALTH_PORT": "0",
            "ERRAND_API_PORT": "0",
        }
        return subprocess.Popen(
            [sys.executable, "-m", "tests.frontends.program", *words],
            cwd=self.folder, env={**os.environ, **settings}, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    @contextmanager
    def stood(self, *words: str, says: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
        """With the line that says that it is ready."""
        process = self.start(*words)
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert says in line
            yield process, line
        finally:
            process.kill()
            process.communicate()

    def record(self, task: str) -> dict[str, Any]:
        out, _ = self.start("show", task, "--json").communicate(timeout=LONG_ENOUGH)
        record: dict[str, Any] = json.loads(out)
        return record


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("api"))


@pytest.fixture(scope="module")
def api(place: Place) -> Iterator[Api]:
    with place.stood("api", says="API is ready") as (_, line):
        yield served(line)


def served(line: str) -> Api:
    found = urlsplit(re.findall(r"http://[^\s;]+", line)[0])
    return Api(str(found.hostname), int(found.port or 0))


@pytest.fixture(scope="module")
def worked(place: Place, api: Api) -> Iterator[Api]:
    """With the assistant at work."""
    with place.stood("up", says=" is up"):
        yield api


def form(text: str, **files: bytes) -> bytes:
    head = b"--XX\r\nContent-Disposition: form-data; name="
    parts = [head + b'"text"\r\n\r\n' + text.encode() + b"\r\n"]
    for name, content in files.items():
        named = f'"attachments"; filename="{name}.txt"\r\n\r\n'.encode()
        parts.append(head + named + content + b"\r\n")
    return b"".join(parts) + b"--XX--\r\n"


def is_problem(answer: Answer, status: int) -> bool:
    told = answer.json()
    return (answer.status, answer.kind, told["status"]) == (status, "application/problem+json", status)


def test_a_task_is_handed_in_carried_out_and_shown(worked: Api) -> None:
    answer = worked("POST", "/api/v1/tasks", json.dumps({"text": "say hello"}))
    seen = worked.ended(answer.json()["id"])

    assert (answer.status, answer.json()["origin"]) == (201, "api")
    assert (seen["task"]["status"], seen["task"]["result"]) == ("succeeded", "hello")
    assert {each["key"]: each["status"] for each in seen["steps"]}["one"] == "succeeded"
    assert seen["task"]["id"] in {each["id"] for each in worked("GET", "/api/v1/tasks").json()}


def test_files_come_along_in_a_form(place: Place, api: Api) -> None:
    answer = api("POST", "/api/v1/tasks", form("say it", a=b"A bridge.", b=b"A road."), kind=FORM)
    record = place.record(answer.json()["id"])

    assert answer.status == 201
    assert [each["name"] for each in record["request"]["attachments"]] == ["a.txt", "b.txt"]


def test_events_are_followed_to_the_end_and_resumed(worked: Api) -> None:
    task = worked.submit("say hello")
    whole = worked("GET", f"/api/v1/tasks/{task}/events/stream")
    listed = worked("GET", f"/api/v1/tasks/{task}/events").json()
    rest = worked("GET", f"/api/v1/tasks/{task}/events?after=3").json()
    resumed = worked("GET", f"/api/v1/tasks/{task}/events/stream", headers={"Last-Event-ID": "3"})
    over = worked(
        "GET", f"/api/v1/tasks/{task}/events/stream", headers={"Last-Event-ID": str(listed[-1]["number"])}
    )

    numbers = [each["number"] for each in listed]
    assert whole.kind == "text/event-stream"
    assert [int(each) for each in re.findall(r"^id: (\d+)$", whole.body, re.MULTILINE)] == numbers
    assert numbers == list(range(1, len(numbers) + 1))
    assert [each["number"] for each in rest] == numbers[3:]
    assert [int(each) for each in re.findall(r"^id: (\d+)$", resumed.body, re.MULTILINE)] == numbers[3:]
    assert (over.status, over.body) == (204, "")


def test_a_task_is_cancelled_and_retried(api: Api) -> None:
    task = api.submit("wait for what never comes")

    assert api("POST", f"/api/v1/tasks/{task}/cancel").json() == {"cancelled": True}
    assert api("POST", f"/api/v1/tasks/{task}/cancel").json() == {"cancelled": False}
    assert api("POST", f"/api/v1/tasks/{task}/retry").json()["steps"]
    assert api("GET", f"/api/v1/tasks/{task}").json()["task"]["status"] in ("queued", "running")
    assert api("POST", f"/api/v1/tasks/{task}/cancel").json() == {"cancelled": True}


def test_a_task_handed_in_again_by_its_key_is_one_task(api: Api) -> None:
    def hand_in(text: str, key: str) -> Answer:
        return api("POST", "/api/v1/tasks", json.dumps({"text": text}), headers={"Idempotency-Key": key})

    first, again, other = hand_in("say it", "a"), hand_in("say it", "a"), hand_in("say it", "b")

    assert [each.status for each in (first, again, other)] == [201, 201, 201]
    assert first.json() == again.json()
    assert other.json()["id"] != first.json()["id"]
    assert is_problem(hand_in("say something else", "a"), 422)
    assert first.json()["id"] in hand_in("say something else", "a").json()["detail"]


def test_tasks_handed_in_at_once_by_one_key_are_one_task(api: Api) -> None:
    def hand_in(_: int) -> Answer:
        content = form("say it", a=b"A bridge.")
        return api("POST", "/api/v1/tasks", content, kind=FORM, headers={"Idempotency-Key": "at once"})

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(hand_in, range(16)))

    assert {each.status for each in answers} == {201}
    assert len({each.json()["id"] for each in answers}) == 1


def test_tasks_are_listed_a_page_at_a_time(api: Api) -> None:
    handed_in = [api.submit(f"say it, number {n}") for n in range(5)]
    newest = api("GET", "/api/v1/tasks?limit=2").json()
    older = api("GET", f"/api/v1/tasks?limit=3&before={newest[-1]['id']}").json()

    assert [each["id"] for each in newest + older] == handed_in[::-1]
    assert is_problem(api("GET", "/api/v1/tasks?before=nothing"), 404)


def test_what_the_installation_can_do_and_who_works_is_shown(worked: Api) -> None:
    capabilities = worked("GET", "/api/v1/capabilities").json()
    workers = worked("GET", "/api/v1/workers").json()

    assert {each["name"]: each["offered"] for each in capabilities}["test.off"] is False
    assert [each["state"] in ("starting", "idle", "busy") for each in workers] == [True]
    assert worked("GET", "/api/v1/dead-letters").json() == []


def test_health_says_that_it_lives_and_that_it_can_work(api: Api) -> None:
    assert api("GET", "/health").json()["status"] == "ok"
    assert api("GET", "/health/ready").json()["status"] == "ok"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        ("GET", "/api/v1/tasks/none", None, 404, "There is no task none"),
        ("GET", "/api/v1/nothing", None, 404, "Not Found"),
        ("PUT", "/api/v1/tasks", None, 405, "Method Not Allowed"),
        ("GET", "/api/v1/tasks?limit=0", None, 422, "limit: "),
        ("POST", "/api/v1/tasks", '{"text": " "}', 400, "The request is empty"),
        ("POST", "/api/v1/tasks", '{"text": "x", "more": 1}', 400, "more: "),
        ("POST", "/api/v1/tasks", '{"text": "x", "limits": {"usd": -1}}', 400, "limits.usd: "),
        ("POST", "/api/v1/tasks", '{"text": "x", "limits": {"seconds": 0}}', 400, "time limit"),
        ("POST", "/api/v1/tasks", '{"text": "fly away"}', 422, "Nothing here can fly"),
        ("POST", "/api/v1/tasks", "{", 400, "can not be read"),
        ("POST", "/api/v1/tasks", '{"text": "' + "x" * 2_100_000 + '"}', 413, "larger than 2 MB"),
    ],
)
def test_what_can_not_be_is_a_problem_with_a_sentence(
    api: Api, method: str, path: str, body: str | None, status: int, said: str
) -> None:
    answer = api(method, path, body)

    assert is_problem(answer, status)
    assert said in answer.json()["detail"]


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"Origin": "https://evil.example"}, "another site"),
        ({"Origin": "null"}, "another site"),
        ({"Sec-Fetch-Site": "cross-site"}, "another site"),
        ({"Host": "evil.example"}, "does not answer for"),
        (
            {"Host": "127.0.0.1.evil.example:80", "Origin": "http://127.0.0.1.evil.example:80"},
            "does not answer",
        ),
        ({"Host": ""}, "does not answer for"),
    ],
)
def test_pages_of_other_sites_are_refused(api: Api, headers: dict[str, str], said: str) -> None:
    before = api("GET", "/api/v1/tasks").json()
    answers = [
        api("GET", "/api/v1/tasks", headers=headers),
        api("POST", "/api/v1/tasks", '{"text": "say hello"}', headers=headers),
        api("GET", "/health", headers=headers),
    ]

    assert [is_problem(each, 403) for each in answers] == [True] * 3
    assert said in answers[0].json()["detail"]
    assert [each["id"] for each in api("GET", "/api/v1/tasks").json()] == [each["id"] for each in before]


def test_a_page_of_its_own_is_answered(api: Api) -> None:
    own = {"Origin": f"http://localhost:{api.port}", "Host": f"localhost:{api.port}"}

    assert api("GET", "/api/v1/tasks", headers=own | {"Sec-Fetch-Site": "same-origin"}).status == 200


@pytest.mark.parametrize("name", ["../../leads-out", "..", "a/b", "..\\\\win"])
def test_a_name_of_an_attachment_leads_nowhere(place: Place, api: Api, name: str) -> None:
    answer = api("POST", "/api/v1/tasks", form("say it", **{name: b"A bridge."}), kind=FORM)
    record = place.record(answer.json()["id"])

    assert answer.status == 201
    assert "/" not in record["request"]["attachments"][0]["name"]
    assert list(place.folder.parent.rglob("leads-out*")) == []


def test_it_ends_when_told_though_somebody_follows_a_task(place: Place) -> None:
    with place.stood("api", says="API is ready") as (process, line):
        api = served(line)
        task = api.submit("wait for what never comes")
        following = http.client.HTTPConnection(api.host, api.port, timeout=LONG_ENOUGH)
        with closing(following):
            following.request("GET", f"/api/v1/tasks/{task}/events/stream")
            followed = following.getresponse()
            process.send_signal(signal.SIGTERM)
            seen = followed.read().decode()
        status = process.wait(LONG_ENOUGH)

    assert status == 0
    assert "task.submitted" in seen
    assert "task.succeeded" not in seen


def test_a_port_that_is_taken_is_refused_in_a_sentence(place: Place, api: Api) -> None:
    process = place.start("api", "--port", str(api.port))
    _, said = process.communicate(timeout=LONG_ENOUGH)

    assert (process.returncode, said.count("\n")) == (2, 1)
    assert f"Port {api.port} of 127.0.0.1 is in use" in said


def test_the_description_for_machines_is_whole(api: Api) -> None:
    described = api("GET", "/api/v1/openapi.json").body
    known = json.loads(described)["components"]["schemas"]

    assert set(re.findall(r'"#/components/schemas/(\w+)"', described)) <= known.keys()
    assert {"TaskIn", "LimitsIn", "ProblemOut"} <= known.keys()
    assert "HTTPValidationError" not in described
