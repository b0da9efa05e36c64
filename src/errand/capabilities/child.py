"""Work that could run for ever, or fill the memory, in a process of its own that is ended at a limit.

The process reads its input from stdin, writes what it found to stdout, and shares nothing else with this one:
no environment, no folder, no open file.
"""

import importlib
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from errand.domain.errors import InputRefused

I = TypeVar("I", bound=BaseModel)  # noqa: E741  # In and Out would hide what they are bound to
O = TypeVar("O", bound=BaseModel)  # noqa: E741

_REFUSED = 3
_TOO_MUCH = 4
_LONGEST_REFUSAL = 2_000


class TookTooLong(InputRefused):
    """The work was ended at its limit of time or memory."""


@dataclass(frozen=True)
class Work(Generic[I, O]):
    """What a module does in a process of its own. It is that module's `WORK`, where the process finds it."""

    module: str
    takes: type[I]
    gives: type[O]
    do: Callable[[I], O]
    seconds: float
    megabytes: int
    advice: str
    """What to do instead when it is ended at a limit; ends a sentence."""

    def in_child(self, given: I) -> O:
        """Raises TookTooLong when it is ended at a limit, and InputRefused where `do` does."""
        command = [sys.executable, "-I", "-X", "utf8", "-m", __spec__.name, self.module]
        try:
            ended = subprocess.run(  # noqa: S603  # our own module
                command,
                input=given.model_dump_json().encode(),
                capture_output=True,
                timeout=self.seconds,
                check=False,
                cwd="/",
                env={},
            )
        except subprocess.TimeoutExpired as error:
            raise TookTooLong(f"It was ended after {self.seconds:g} seconds: {self.advice}.") from error
        if ended.returncode == _REFUSED:
            raise InputRefused(ended.stdout.decode()[:_LONGEST_REFUSAL])
        if ended.returncode < 0 or ended.returncode == _TOO_MUCH:
            raise TookTooLong(f"It was ended, as it took too much memory or time: {self.advice}.")
        if ended.returncode:
            raise RuntimeError(f"{self.module} failed: {ended.stderr.decode()[-2_000:]}")
        return self.gives.model_validate_json(ended.stdout)

    def serve(self) -> int:
        """The child's side: one input, one answer. The exit status."""
        resource.setrlimit(resource.RLIMIT_AS, (self.megabytes * 1_000_000,) * 2)
        resource.setrlimit(resource.RLIMIT_CPU, (int(self.seconds) + 1,) * 2)  # should the parent be killed
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        try:
            made = self.do(self.takes.model_validate_json(sys.stdin.buffer.read()))
        except InputRefused as refusal:
            sys.stdout.write(str(refusal))
            return _REFUSED
        except (MemoryError, RecursionError):
            return _TOO_MUCH
        sys.stdout.write(made.model_dump_json())
        return 0


if __name__ == "__main__":
    sys.exit(importlib.import_module(sys.argv[1]).WORK.serve())
