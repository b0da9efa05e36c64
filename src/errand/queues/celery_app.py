"""How Celery is set, alike for whoever sends, takes and watches; each line follows from docs/queue.md."""

import socket
import ssl
from urllib.parse import urlsplit

from celery import Celery

MESSAGE = "errand.run"
"""The name of the one Celery task: run the subtask at this address."""
_KEEPALIVE = {socket.TCP_KEEPIDLE: 10, socket.TCP_KEEPINTVL: 5, socket.TCP_KEEPCNT: 3}


def message_app(broker_url: str | None, *, events: bool) -> Celery:
    """Connects to nothing. Without an address Celery looks for one in CELERY_BROKER_URL."""
    app = Celery("errand", broker=broker_url, set_as_current=False, fixups=[], changes={})
    app.conf.update(
        task_acks_late=False,
        task_ignore_result=True,
        task_default_exchange="",
        task_default_exchange_type="direct",
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_enable_prefetch_count_reduction=False,
        worker_cancel_long_running_tasks_on_connection_loss=True,
        worker_disable_rate_limits=True,
        worker_detect_quorum_queues=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=events,
        worker_enable_remote_control=events,
        broker_connection_retry=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_channel_error_retry=True,
        broker_transport_options=transport_options(socket_seconds=5.0),
    )
    if is_encrypted(broker_url or str(app.conf.broker_url)):
        app.conf.broker_use_ssl = {"ssl_cert_reqs": ssl.CERT_REQUIRED}
    return app


def transport_options(*, socket_seconds: float) -> dict[str, object]:
    return {
        "ack_emulation": False,  # taken is acknowledged
        "priority_steps": [0],  # no priorities: one list per queue
        "polling_interval": 5,  # an idle consumer asks so often, and waits for the answer
        "health_check_interval": 5,
        "socket_timeout": socket_seconds,
        "socket_connect_timeout": socket_seconds,
        "socket_keepalive": True,
        "socket_keepalive_options": _KEEPALIVE,
    }


def is_encrypted(broker_url: str) -> bool:
    return urlsplit(broker_url).scheme == "rediss"
