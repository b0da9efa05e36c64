"""Where S3-compatible storage is, and who asks."""

import re
from dataclasses import dataclass, field

from pydantic import SecretStr

from errand.domain.errors import SetupError

_ENDPOINT = re.compile(
    r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:(?P<port>\d{1,5}))?(/[A-Za-z0-9._/-]*)?"
)
_REGION = re.compile(r"[A-Za-z0-9-]{0,64}")
_KEY = re.compile(r"[!-~]*")


@dataclass(frozen=True, slots=True)
class S3Setup:
    """What is empty comes from the AWS environment. Raises SetupError when it can not be used.

    What can not stand in a request is refused here, since obstore panics on it.
    """

    endpoint: str = ""
    """`https://minio.example.org`; a connection that is not encrypted only where it says `http://`."""
    region: str = ""
    access_key: str = field(default="", repr=False)
    secret_key: SecretStr | None = None

    def __post_init__(self) -> None:
        if bool(self.access_key) != bool(self.secret_key):
            raise SetupError(
                "Only one of ERRAND_S3_ACCESS_KEY and ERRAND_S3_SECRET_KEY is set: set both, or none for "
                "the keys of the AWS environment."
            )
        secret = self.secret_key.get_secret_value() if self.secret_key else ""
        if not (_KEY.fullmatch(self.access_key) and _KEY.fullmatch(secret)):
            raise SetupError(
                "ERRAND_S3_ACCESS_KEY or ERRAND_S3_SECRET_KEY holds characters that no key has: copy both "
                "again, and nothing else."
            )
        if not _REGION.fullmatch(self.region):
            raise SetupError("ERRAND_S3_REGION is no region: write one as in eu-central-1.")
        found = _ENDPOINT.fullmatch(self.endpoint)
        if self.endpoint and (found is None or int(found["port"] or 0) > 65_535):
            raise SetupError(
                "ERRAND_S3_ENDPOINT is no address of a server: write https://host or http://host:port, "
                "without a user or a password."
            )
