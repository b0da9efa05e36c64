"""The metrics as docs/metrics.md shows them."""

from errand.observability.metrics import BUCKETS, COUNTED, TIMED, About
from errand.observability.queue_metrics import ABOUT_QUEUES


def metrics_table() -> str:
    """As Markdown, by the names that Prometheus shows."""
    rows = [
        *((_row(f"{each.about.name}{'' if each.falls else '_total'}", each.about)) for each in COUNTED),
        *(_row(each.about.name, each.about, "histogram; ") for each in TIMED),
        *(_row(each.name, each) for each in ABOUT_QUEUES),
    ]
    return "\n".join(["| metric | by | what it says |", "|---|---|---|", *rows]) + "\n"


def buckets() -> str:
    return ", ".join(f"{each:g}" for each in BUCKETS)


def _row(name: str, about: About, kind: str = "") -> str:
    return f"| `{name}` | {', '.join(about.labels)} | {kind}{about.text} |"
