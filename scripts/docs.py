"""Write the parts of docs/ that are made from the code. Tests compare them with what the code says."""

from pathlib import Path

from errand.config import settings_table
from errand.observability.documented import buckets, metrics_table

DOCS = Path(__file__).resolve().parents[1] / "docs"

SETTINGS = """\
# Settings

Errand is set up by environment variables and nothing else; all of them are optional. They are read once,
when a process starts, and a value that can not be used is refused there with a sentence that names it.

{table}
<!-- Made by `make docs` from the settings class in src/errand/config.py; not edited by hand. -->
"""

METRICS = """\
# Metrics

Every worker, rescuer and API serves Prometheus metrics over HTTP at `/metrics`, on loopback unless
`ERRAND_METRICS_HOST` says otherwise: workers from port 9100 on, `errand rescuer` and `errand api` from 9150
on. A port that is taken gives way to the next one, and each process says its address when it is ready. With
them come the process's own, such as `process_cpu_seconds_total` and `process_resident_memory_bytes`.

Counters and times are of the one process. Those of queues are computed from the store and the broker when a
rescuer or an API is asked, at most once a second, and are the same wherever they are asked.

{table}
Buckets of times, in seconds: {buckets}.

<!-- Made by `make docs` from src/errand/observability; not edited by hand. -->
"""


def main() -> None:
    (DOCS / "settings.md").write_text(SETTINGS.format(table=settings_table()), encoding="utf-8")
    text = METRICS.format(table=metrics_table(), buckets=buckets())
    (DOCS / "metrics.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
