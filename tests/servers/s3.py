"""S3-compatible storage for one run: moto's server as a process on a free port, spoken to over a socket."""

import http.client
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.servers.services import Server

_ANYONE = (
    "AWS4-HMAC-SHA256 Credential=anyone/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
)
"""It looks no further, as long as it takes any keys."""


class S3Server(Server):
    """It takes any keys until `refuse_all_keys`, and forgets everything when it is ended."""

    def __init__(self) -> None:
        super().__init__(Path(sys.executable), None)
        self._made = 0
        self._start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def new_bucket(self) -> str:
        self._made += 1
        name = f"artifacts-{self._made}"
        self.ask("PUT", f"/{name}")
        return name

    def refuse_all_keys(self) -> None:
        self.ask("POST", "/moto-api/reset-auth", b"0")

    def take_any_keys(self) -> None:
        self.ask("POST", "/moto-api/reset-auth", b"inf")

    def keys_in(self, bucket: str) -> list[str]:
        """Of its objects, sorted."""
        return re.findall(r"<Key>([^<]*)</Key>", self.ask("GET", f"/{bucket}?list-type=2"))

    def unfinished_uploads(self, bucket: str) -> list[str]:
        return re.findall(r"<UploadId>([^<]*)</UploadId>", self.ask("GET", f"/{bucket}?uploads"))

    def ask(self, method: str, place: str, body: bytes = b"") -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        try:
            connection.request(method, place, body, {"Content-Type": "text/plain", "Authorization": _ANYONE})
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {place}: {answer.status} {text[:500]}")
        return text

    def _command(self) -> Sequence[str]:
        return (str(self._program), "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port))

    def _answers(self) -> bool:
        try:
            return "<ListAllMyBucketsResult" in self.ask("GET", "/")
        except OSError:
            return False
