"""Content by its hash: a bucket of S3-compatible storage, laid out as the folder is.

obstore's errors tell what happened only in their text, and quote the storage's whole answer, the id of the key
in it. So nothing of that text is shown but the short code of S3's errors
(https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html).
"""

import hashlib
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store
from pydantic import SecretStr

from errand.domain.errors import StoreAway, StoreUnavailable
from errand.store.artifacts import damaged, hash_of, missing, pieces_of, place_of

PART = 8 << 20
"""Bytes of a part of a large upload; S3 takes at most 10,000 parts, and at least 5 MiB in each."""
PARTS_AT_ONCE = 3
PATIENCE_SECONDS = 50.0
"""How long one request goes unanswered, retries included; a server that is restarted is back by then."""
PATIENCE_OF_CHECK_SECONDS = 12.0
LONGEST_TRANSFER = timedelta(minutes=15)
"""Of one request whose answer goes on coming."""

_KEYS = "the keys (ERRAND_S3_ACCESS_KEY and ERRAND_S3_SECRET_KEY, or those of the AWS environment)"


@dataclass(frozen=True, slots=True)
class S3Setup:
    """Where the storage is and who asks; what is empty comes from the AWS environment."""

    endpoint: str = ""
    """`https://minio.example.org`; `http://` only when it says so."""
    region: str = ""
    access_key: str = field(default="", repr=False)
    secret_key: SecretStr | None = None


class ArtifactBucket:
    """Objects at `prefix/ab/abcdef…`; each appears whole or not at all, however large it is.

    Do not fork a process that has made one: its threads do not live on in the child.
    """

    def __init__(
        self, bucket: str, prefix: str, setup: S3Setup, *, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self._bucket, self._prefix, self._setup = bucket, prefix, setup
        at = f" at {setup.endpoint}" if setup.endpoint else ""
        self._named = f"The storage s3://{bucket}/{prefix}{at}"
        self._store = self._opened(patience_seconds)

    def put(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        with self._answering():
            if self._size(digest) != len(content):
                _upload(self._store, place_of(digest), content)
        return digest

    def put_file(self, path: Path) -> str:
        size = path.stat().st_size
        if size <= PART:
            return self.put(path.read_bytes())
        digest = hash_of(path)
        with self._answering():
            if self._size(digest) != size:
                _upload(self._store, place_of(digest), pieces_of(path, digest))
        return digest

    def get(self, digest: str) -> bytes:
        content, seen = io.BytesIO(), hashlib.sha256()
        with self._answering(digest):
            for piece in obstore.get(self._store, place_of(digest)):
                seen.update(piece)
                content.write(piece)
        if seen.hexdigest() != digest:
            raise damaged(digest)
        return content.getvalue()

    def holds(self, digest: str) -> bool:
        with self._answering():
            return self._size(digest) is not None

    def check(self) -> None:
        store = self._opened(min(PATIENCE_OF_CHECK_SECONDS, PATIENCE_SECONDS))
        with self._answering():
            _upload(store, "check", b"Errand can write here.\n")
            obstore.get(store, "check").bytes()
            self._size("0" * 64)  # without the right to list, S3 refuses to say that something is not there

    def _size(self, digest: str) -> int | None:
        try:
            return obstore.head(self._store, place_of(digest))["size"]
        except FileNotFoundError:
            return None

    def _opened(self, patience_seconds: float) -> S3Store:
        half = timedelta(seconds=patience_seconds / 2)
        setup, given = self._setup, {"bucket": self._bucket}
        if setup.endpoint:
            given["aws_endpoint_url_s3"] = setup.endpoint
        if setup.region:
            given["region"] = setup.region
        return S3Store(
            prefix=self._prefix or None,
            config=given,
            client_options={
                "allow_http": setup.endpoint.startswith("http://"),
                "connect_timeout": half / 5,
                "read_timeout": half * 0.8,
                "timeout": LONGEST_TRANSFER,
            },
            retry_config={
                "max_retries": 100,
                "retry_timeout": half,
                "backoff": {"init_backoff": timedelta(seconds=0.1), "max_backoff": half / 10},
            },
            credential_provider=None if setup.secret_key is None else self._credentials,
        )

    @contextmanager
    def _answering(self, digest: str | None = None) -> Iterator[None]:
        """Turns what obstore raises into ours."""
        try:
            yield
        except FileNotFoundError as error:
            if digest is not None and "NoSuchBucket" not in str(error):
                raise missing(digest) from None
            raise self._refusal(error) from None
        except BaseError as error:
            raise self._refusal(error) from None
