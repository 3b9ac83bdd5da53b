"""A real RabbitMQ for tests: one private node per test run, an empty virtual host for each test.

The node and its epmd listen on loopback only (ERL_EPMD_ADDRESS, inet_dist_use_interface), on ports of their
own, so a RabbitMQ of the machine is neither used nor disturbed.
"""

from __future__ import annotations

import signal
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.helpers.leased_server import Launch, free_port, shared_server
from tests.helpers.required import program

_LOOPBACK = "127.0.0.1"
_USER = _PASSWORD = "guest"  # the user that a new node has, for loopback only


@pytest.fixture(scope="session")
def rabbitmq_node(meeting_place: Path) -> Iterator[dict[str, str]]:
    """The node's facts: `amqp`, the broker's URL without a virtual host, and `management`, its HTTP API."""
    # The one in /usr/sbin insists on Debian's own user and folders.
    rabbitmq = program("rabbitmq-server", package="rabbitmq-server", folders=["/usr/lib/rabbitmq/bin"])
    with shared_server("rabbitmq", meeting_place, lambda folder: _prepare(folder, rabbitmq)) as facts:
        yield facts


@pytest.fixture
def rabbitmq_url(rabbitmq_node: dict[str, str]) -> Iterator[str]:
    """The AMQP URL of an empty virtual host, deleted after the test with all that is in it."""
    virtual_host = f"test-{uuid.uuid4().hex}"
    with httpx.Client(base_url=rabbitmq_node["management"], auth=(_USER, _PASSWORD), timeout=60) as api:
        api.put(f"/vhosts/{virtual_host}").raise_for_status()
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        api.put(f"/permissions/{virtual_host}/{_USER}", json=everything).raise_for_status()
        yield f"{rabbitmq_node['amqp']}/{virtual_host}"
        api.delete(f"/vhosts/{virtual_host}").raise_for_status()


def _prepare(folder: Path, rabbitmq: str) -> Launch:
    amqp_port, management_port = free_port(), free_port()
    plugins = folder / "enabled_plugins"
    plugins.write_text("[rabbitmq_management].\n")
    configuration = folder / "rabbitmq.conf"
    configuration.write_text(
        f"listeners.tcp.default = {_LOOPBACK}:{amqp_port}\n"
        f"management.tcp.ip = {_LOOPBACK}\n"
        f"management.tcp.port = {management_port}\n"
        "management_agent.disable_metrics_collector = false\n"
        "vm_memory_high_watermark.absolute = 1GB\n"
        "disk_free_limit.absolute = 50MB\n"
    )
    management = f"http://{_LOOPBACK}:{management_port}/api"
    return Launch(
        command=[rabbitmq],
        is_ready=lambda: _answers(management),
        facts={"amqp": f"amqp://{_USER}:{_PASSWORD}@{_LOOPBACK}:{amqp_port}", "management": management},
        environment={
            "HOME": str(folder),  # where Erlang keeps the cookie
            "ERL_EPMD_ADDRESS": _LOOPBACK,
            "ERL_EPMD_PORT": str(free_port()),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none.conf"),
            "RABBITMQ_CONFIG_FILE": str(configuration),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(plugins),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_NODENAME": f"test-{amqp_port}@localhost",
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none",
        },
        stop_signal=signal.SIGKILL,  # nothing in it is to be kept, and an orderly end takes six seconds
    )


def _answers(management: str) -> bool:
    """Whether the node is up: the management API answers after the broker listens."""
    try:
        reply = httpx.get(f"{management}/health/checks/local-alarms", auth=(_USER, _PASSWORD), timeout=5)
    except httpx.TransportError:
        return False
    return reply.is_success
