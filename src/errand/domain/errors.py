"""What can go wrong, split by who must act.

    ErrandError
    ├── InputRefused            the person who asked: change the request and ask again
    │   ├── NothingFits         … no capability can do what was asked
    │   ├── NotFound            … there is no such task, question or dead letter
    │   ├── TaskExists          … what it is to be known by is another task's
    │   └── ModelDeclined       … the language model refuses to answer this
    ├── SetupError              whoever runs Errand: change a setting, install something, free space
    │   ├── HomeInUse           … another process works on this ERRAND_HOME
    │   ├── PlaybookRefused     … a playbook file is wrong: file, line, reason
    │   ├── StoreUnavailable    … the disk is full, the database is locked or damaged
    │   │   └── StoreAway       … the database server does not answer now; the same may work soon
    │   ├── NotOffered          … a capability lacks what it needs here
    │   ├── ModelUnusable       … a language model: wrong key, no such model, can not do what it is for
    │   └── QueueAway           … the message broker does not answer now; messages are sent again later
    ├── Transient               nobody: the same call may succeed later, and is tried again
    │   ├── ModelBusy           … a language model: rate limit, overload, no connection, timeout, cut stream
    │   └── BadReply            … a language model: an empty answer, or not what was asked for
    ├── ContextTooLong          whoever made the prompt: shorten it and ask again
    ├── AgentFailed             nobody: an agent did not hand in what is wanted; a new conversation may
    │   └── BoundsReached       … within its own bounds; a new plan may
    ├── LimitReached            the person who set it: money, tokens, calls or time are used up
    ├── Cancelled               nobody: the task was cancelled while this ran
    ├── AnswerNeeded            nobody yet: the subtask waits until a person has answered
    └── PlanRefused             the planner: the plan has faults, all of them listed

Every message is a sentence that a person may see: what was wrong, what to do.
"""

from collections.abc import Sequence

from errand.domain.question import Question


class ErrandError(Exception):
    """Anything that Errand itself raises."""


class InputRefused(ErrandError):
    """The request, or something attached to it, cannot be used as it is."""


class NothingFits(InputRefused):
    """No capability, or no combination of them, does what was asked."""


class NotFound(InputRefused):
    """What was named does not exist."""


class TaskExists(InputRefused):
    """A task has this id, or the key that it is made from."""


class SetupError(ErrandError):
    """This installation cannot do it as it is set up."""


class HomeInUse(SetupError):
    """Another process works on the same ERRAND_HOME."""


class PlaybookRefused(SetupError):
    """A playbook file is wrong."""


class StoreUnavailable(SetupError):
    """State can not be written or read; nothing that was written before is lost."""


class StoreAway(StoreUnavailable):
    """The database server does not answer, or was restarted; the same may work in a moment."""


class QueueAway(SetupError):
    """The message broker does not answer; what was sent to it may be lost and is sent again later."""


class NotOffered(SetupError):
    """A capability lacks something that it needs on this machine."""


class Transient(ErrandError):
    """The same call may succeed later."""

    def __init__(self, message: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class ModelDeclined(InputRefused):
    """A language model refuses to answer, or its provider's filter stopped the answer."""


class ModelUnusable(SetupError):
    """A language model can not be used as it is set up; asking again would not help."""


class ModelBusy(Transient):
    """A language model can not be reached, or not now."""


class BadReply(Transient):
    """A language model answered with nothing, or with what can not be read."""


class ContextTooLong(ErrandError):
    """The prompt is longer than the model can read."""


class AgentFailed(ErrandError):
    """An agent did not hand in what was wanted; its next run begins a new conversation."""

    def __init__(self, message: str, faults: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)
        """What was wrong with the last that it handed in, a sentence each."""


class BoundsReached(AgentFailed):
    """An agent came to its own bounds, which are no limit of a person's: there is money left for another way.
    Its next run ends like this at once, without asking a model; a retry by a person begins anew."""


class LimitReached(ErrandError):
    """A limit on money, tokens, calls or time stops the work; what is there is used."""


class Cancelled(ErrandError):
    """The task was cancelled while this ran."""


class AnswerNeeded(ErrandError):
    """The subtask can go on only when a person has answered."""

    def __init__(self, question: Question) -> None:
        super().__init__(question.text)
        self.question = question


class PlanRefused(ErrandError):
    """A plan has faults."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("The plan cannot be carried out: " + "; ".join(faults) + ".")
        self.faults = tuple(faults)
