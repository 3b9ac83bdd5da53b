"""The RabbitMQ that tests get: real, with quorum queues, and a virtual host of its own for each test."""

from __future__ import annotations

import threading
from contextlib import closing

import kombu
import pytest
from celery import Celery
from celery.contrib.testing.worker import start_worker

_PARCELS = kombu.Queue(
    "parcels", routing_key="parcels", queue_arguments={"x-queue-type": "quorum"}, durable=True
)


@pytest.mark.parametrize("run", ["first", "second"])
def test_a_message_is_consumed_once_and_the_next_test_does_not_see_it(rabbitmq_url: str, run: str) -> None:
    with kombu.Connection(rabbitmq_url) as connection:
        with closing(connection.SimpleQueue(_PARCELS)) as queue:
            assert queue.qsize() == 0
            queue.put({"run": run})
            message = queue.get(timeout=30)
            assert message.payload == {"run": run}
            message.ack()
            with pytest.raises(queue.Empty):
                queue.get(timeout=0.5)


def test_a_celery_worker_runs_a_task(rabbitmq_url: str) -> None:
    done = threading.Event()
    app = Celery("probe", broker=rabbitmq_url)
    app.conf.update(
        task_queues=[_PARCELS],
        task_default_queue=_PARCELS.name,
        worker_detect_quorum_queues=True,
        broker_heartbeat=2,  # an idle worker sees that it should stop when its next timer fires
    )

    @app.task(name="probe.arrived", acks_late=True)
    def arrived(parcel: str) -> None:
        if parcel == "P-1":
            done.set()

    with start_worker(app, perform_ping_check=False, shutdown_timeout=30):
        arrived.delay("P-1")
        assert done.wait(timeout=60)
    app.close()
