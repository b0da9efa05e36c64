"""Failed calls of which more is known than that they may be paid for in full."""

from errand.domain.budget import Usage
from errand.domain.errors import BadReply, ModelBusy, ModelDeclined


class NotTaken(ModelBusy):
    """The provider certainly did not work on the call: it costs nothing."""


class EmptyReply(BadReply):
    """Nothing was said, and it is paid for all the same."""

    def __init__(self, message: str, usage: Usage) -> None:
        super().__init__(message)
        self.usage = usage


class Refused(ModelDeclined):
    """The model answered, and what it said is that it will not."""

    def __init__(self, message: str, usage: Usage) -> None:
        super().__init__(message)
        self.usage = usage
