"""What Flower needs to know of the queue: `celery --app errand.queues.flower flower` (docs/queue.md).

The broker's address comes from the environment variable CELERY_BROKER_URL, which Celery itself reads: on the
command line every user of the machine would see its password.
"""

from errand.queues.celery_app import message_app

app = message_app(None, events=True)
