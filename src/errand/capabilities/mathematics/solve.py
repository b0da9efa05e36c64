"""`math.solve`: exact mathematics, in a process of its own, since some of it never ends."""

from errand.capabilities.child import Work
from errand.capabilities.mathematics.model import MathInput, MathOutput
from errand.capability import Audience, Context, capability

SECONDS = 30.0


@capability("math.solve", audience=Audience.AGENTS)
def solve(given: MathInput, context: Context) -> MathOutput:  # noqa: ARG001  # every capability takes it
    """Do mathematics exactly, as nobody should in the head: equations, derivatives, integrals, limits.

    Also matrices, number theory and statistics. Gives the exact form, decimals, LaTeX, and how the result was
    checked. Ended after 30 seconds.
    """
    return WORK.in_child(given)


def _worked(given: MathInput) -> MathOutput:
    from errand.capabilities.mathematics.working import worked

    return worked(given)


WORK = Work(
    module=__name__,
    takes=MathInput,
    gives=MathOutput,
    do=_worked,
    seconds=SECONDS,
    megabytes=1_500,
    advice="ask for a simpler part of it, or for numbers in place of an exact form",
)
