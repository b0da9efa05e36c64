"""Hands tasks in over HTTP, again and again where there is no answer."""

import http.client
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle

AGAIN_SECONDS = 0.3
ANSWER_SECONDS = 30.0


@dataclass
class Submitting:
    """Lives from `start` until all are handed in, or `stop`.

    Where the connection breaks it is not known whether a task was taken: it is handed in once more, and both
    are carried out.
    """

    addresses: Sequence[str]
    """Of the APIs."""
    texts: Sequence[str]
    every_seconds: float = 0.0
    taken: dict[str, str] = field(default_factory=dict)
    """Texts, by the ids of those that an API said it had taken."""
    unanswered: int = 0
    refused: list[str] = field(default_factory=list)
    """Answers that are neither that it was taken nor that it can not be now."""

    def __post_init__(self) -> None:
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._hand_in_all, name="submitting")

    def start(self) -> None:
        self._thread.start()

    @property
    def is_over(self) -> bool:
        return not self._thread.is_alive()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _hand_in_all(self) -> None:
        addresses = cycle(self.addresses)
        for text in self.texts:
            began = time.monotonic()
            while not self._stopped.is_set() and not self._is_taken(next(addresses), text):
                self._stopped.wait(AGAIN_SECONDS)
            self._stopped.wait(max(0.0, self.every_seconds - (time.monotonic() - began)))

    def _is_taken(self, address: str, text: str) -> bool:
        body = json.dumps({"text": text}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{address}/api/v1/tasks", body, headers)  # noqa: S310  # our own
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310  # as above
                self.taken[json.load(answer)["id"]] = text
        except urllib.error.HTTPError as error:
            with error:
                if error.code != http.client.SERVICE_UNAVAILABLE:
                    self.refused.append(f"{error.code}: {error.read()[:500]!r}")
            return False
        except (OSError, http.client.HTTPException, ValueError):
            self.unanswered += 1
            return False
        return True
