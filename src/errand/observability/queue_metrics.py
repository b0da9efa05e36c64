"""How much waits and runs, per capability, as metrics that are computed when somebody asks for them."""

from collections.abc import Callable, Sequence

from errand.domain.queueing import QueueView
from errand.observability.exposition import Sampled
from errand.observability.metrics import About

_Values = list[tuple[tuple[str, ...], float]]

_OF_A_VIEW: tuple[tuple[About, Callable[[QueueView], float | None]], ...] = (
    (
        About("errand_queue_new", "Subtasks that are ready and that nobody has claimed.", ("capability",)),
        lambda view: view.new,
    ),
    (
        About("errand_queue_held", "Of the new ones, those whose turn has not come.", ("capability",)),
        lambda view: view.held,
    ),
    (
        About("errand_queue_later", "Subtasks that wait for their next attempt.", ("capability",)),
        lambda view: view.later,
    ),
    (About("errand_queue_pending", "Subtasks that run.", ("capability",)), lambda view: view.pending),
    (
        About("errand_queue_oldest_new_seconds", "Age of the oldest new one.", ("capability",)),
        lambda view: view.oldest_new_seconds,
    ),
    (
        About("errand_queue_oldest_pending_seconds", "Age of the oldest one that runs.", ("capability",)),
        lambda view: view.oldest_pending_seconds,
    ),
    (
        About("errand_queue_started_per_second", "Started, over the last minute.", ("capability",)),
        lambda view: view.started_per_second,
    ),
    (
        About("errand_queue_ended_per_second", "Ended, over the last minute.", ("capability",)),
        lambda view: view.ended_per_second,
    ),
    (
        About("errand_queue_messages", "Messages that the broker holds.", ("capability",)),
        lambda view: view.messages,
    ),
    (
        About(
            "errand_queue_lost",
            "Messages that the broker has lost and that will be sent again.",
            ("capability",),
        ),
        lambda view: view.lost,
    ),
    (
        About("errand_queue_repeated", "Messages of which nothing will come.", ("capability",)),
        lambda view: view.repeated,
    ),
)
ABOUT_QUEUES = tuple(about for about, _ in _OF_A_VIEW)


def of_queues(views: Sequence[QueueView]) -> Sequence[Sampled]:
    return [Sampled(about, _values(views, value)) for about, value in _OF_A_VIEW]


def _values(views: Sequence[QueueView], value: Callable[[QueueView], float | None]) -> _Values:
    found = ((view.capability, value(view)) for view in views)
    return [((name,), float(each)) for name, each in found if each is not None]
