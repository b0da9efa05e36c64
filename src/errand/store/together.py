"""What several threads of this process ask of the database at the same moment is done in one transaction.

A server's transaction waits for the disk, and meanwhile holds the rows of the tasks that it changes: jobs of
one task that are claimed or settled one by one follow each other at the disk's pace. Nobody waits for
company: who comes first goes alone, and who comes while that is under way goes with the others who came.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from errand.domain.errors import StoreUnavailable
from errand.observability.logs import logger

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


@dataclass(slots=True)
class _Waiting(Generic[Asked, Answer]):
    asked: Asked
    answer: Answer
    taken: bool = False
    failure: StoreUnavailable | None = None


class Together(Generic[Asked, Answer]):
    """Lives as long as the process; used by any number of threads at once."""

    def __init__(self, do: Callable[[Sequence[Asked]], Sequence[Answer]], unsure: Answer) -> None:
        """`do` gives as many answers as it was asked, or changes nothing and raises. `unsure` is the answer
        to whoever must go on alone, since `do` failed with all of them and one of them may be why."""
        self._do, self._unsure = do, unsure
        self._waiting: list[_Waiting[Asked, Answer]] = []
        self._lock, self._turn = threading.Lock(), threading.Lock()
        self._log = logger("store")

    def ask(self, asked: Asked) -> Answer:
        """Raises StoreUnavailable."""
        mine = _Waiting[Asked, Answer](asked, self._unsure)
        with self._lock:
            self._waiting.append(mine)
        with self._turn:
            if not mine.taken:
                self._do_what_waits()
        if mine.failure is not None:
            raise mine.failure
        return mine.answer

    def _do_what_waits(self) -> None:
        with self._lock:
            taken, self._waiting = self._waiting, []
        for each in taken:
            each.taken = True
        try:
            answers = self._do([each.asked for each in taken])
        except StoreUnavailable as failure:
            for each in taken:
                each.failure = type(failure)(str(failure))
        except SQLAlchemyError as error:  # alone, each finds out whether it was to blame
            self._log.warning("done one by one", exc_info=error)
        else:
            for each, answer in zip(taken, answers, strict=True):
                each.answer = answer
