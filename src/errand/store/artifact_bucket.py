"""Content by its hash: a bucket of S3-compatible storage, laid out as the folder is.

obstore's errors tell what happened only in their text, and quote the storage's whole answer, with the id of
the key in it. So nothing of that text is shown but the short code of S3's errors
(https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html).
"""

import hashlib
import io
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store
from pydantic import SecretStr

from errand.domain.errors import StoreAway, StoreUnavailable
from errand.store.artifacts import damaged, hash_of, missing, pieces_of, place_of
from errand.store.s3_setup import S3Setup

if TYPE_CHECKING:  # obstore has these for type checkers only
    from obstore.store import S3Config, S3Credential

PART = 8 << 20
"""Bytes of a part of a large upload; S3 takes at most 10,000 parts, and at least 5 MiB in each."""
PARTS_AT_ONCE = 3
PATIENCE_SECONDS = 50.0
"""How long one request goes unanswered, retries included; a server that is restarted is back by then."""
PATIENCE_OF_CHECK_SECONDS = 12.0
LONGEST_TRANSFER = timedelta(minutes=15)
"""Of one request whose answer goes on coming."""

_METADATA = "169.254."
"""Where machines in a cloud ask for keys, when nothing else gave any."""
_KEYS = "the keys (ERRAND_S3_ACCESS_KEY and ERRAND_S3_SECRET_KEY, or those of the AWS environment)"


class ArtifactBucket:
    """Objects at `prefix/ab/abcdef…`; each appears whole or not at all, however large it is.

    What was used before a fork can not be used after it: obstore's threads are not there, and a call would
    never return. That is a RuntimeError.
    """

    def __init__(
        self, bucket: str, prefix: str, setup: S3Setup, *, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self._bucket, self._prefix, self._setup = bucket, prefix, setup
        self._patience_seconds = patience_seconds
        self._used_in: int | None = None
        with self._answering():
            self._store = self._opened(patience_seconds)
        self._used_in = None  # nothing was sent yet: a fork may still begin with it

    def put(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        with self._answering():
            if _size(self._store, digest) != len(content):
                _upload(self._store, place_of(digest), content)
        return digest

    def put_file(self, path: Path) -> str:
        size = path.stat().st_size
        if size <= PART:
            return self.put(path.read_bytes())
        digest = hash_of(path)
        with self._answering():
            if _size(self._store, digest) != size:
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
            return _size(self._store, digest) is not None

    def check(self) -> None:
        with self._answering():
            store = self._opened(min(PATIENCE_OF_CHECK_SECONDS, self._patience_seconds))
            _upload(store, "check", b"Errand can write here.\n")
            obstore.get(store, "check").bytes()
            _size(store, "0" * 64)  # without the right to list, S3 does not tell missing from forbidden

    def _opened(self, patience_seconds: float) -> S3Store:
        """The last try begins in the first half and has most of the second one to be answered in."""
        half = timedelta(seconds=patience_seconds / 2)
        setup = self._setup
        given: S3Config = {}
        if setup.endpoint:
            given["aws_endpoint_url_s3"] = setup.endpoint.rstrip("/")
        if setup.region:
            given["region"] = setup.region
        return S3Store(
            self._bucket,
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
            credential_provider=_fixed(setup.access_key, setup.secret_key) if setup.secret_key else None,
        )

    @contextmanager
    def _answering(self, digest: str | None = None) -> Iterator[None]:
        """Turns what obstore raises into ours."""
        self._refuse_forks()
        try:
            yield
        except FileNotFoundError as error:
            if digest is not None and "NoSuchBucket" not in str(error):
                raise missing(digest) from None
            raise self._refusal(error) from None
        except BaseError as error:
            raise self._refusal(error) from None

    def _refuse_forks(self) -> None:
        self._used_in = self._used_in or os.getpid()
        if self._used_in != os.getpid():
            raise RuntimeError("Storage that was used before a fork is used after it.")

    def _refusal(self, error: Exception) -> StoreUnavailable:
        text = str(error).partition("Debug source:")[0]
        found = re.search(r"<Code>(\w{1,60})</Code>", text) or re.search(r"status code: (\d{3})", text)
        code = f" ({found[1]})" if found else ""
        setup = self._setup
        named = f"s3://{self._bucket}/{self._prefix}".rstrip("/")
        storage = f"{named} at {setup.endpoint}" if setup.endpoint else named
        if "NoSuchBucket" in text:
            return StoreUnavailable(
                f"There is no bucket for {storage}: make it, or correct ERRAND_ARTIFACTS_URL."
            )
        if _METADATA in text:
            return StoreUnavailable(f"There are no keys for {storage}: set {_KEYS}.")
        if isinstance(error, PermissionDeniedError | UnauthenticatedError):
            return StoreUnavailable(
                f"{storage} refuses Errand{code}: check {_KEYS}, and that they may read, write, list."
            )
        if "HTTP error" in text or re.search(r"status code: (5\d\d|429)", text):
            return StoreAway(f"{storage} does not answer now{code}: see that it runs; nothing is lost.")
        return StoreUnavailable(
            f"{storage} can not be used{code}: check ERRAND_S3_ENDPOINT, ERRAND_S3_REGION and what the "
            "environment says for AWS."
        )


def _size(store: S3Store, digest: str) -> int | None:
    try:
        return obstore.head(store, place_of(digest))["size"]
    except FileNotFoundError:
        return None


def _upload(store: S3Store, place: str, content: bytes | Iterator[bytes]) -> None:
    """In parts when it is large; when the iterator raises, the parts are taken back."""
    obstore.put(store, place, content, chunk_size=PART, max_concurrency=PARTS_AT_ONCE)


def _fixed(access_key: str, secret_key: SecretStr) -> "Callable[[], S3Credential]":
    """Nothing of the AWS environment is mixed in: its session token would not fit these."""
    return lambda: {
        "access_key_id": access_key,
        "secret_access_key": secret_key.get_secret_value(),
        "token": None,
        "expires_at": None,
    }
