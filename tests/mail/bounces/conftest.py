"""An imitation of AWS, and its keys, for queues."""

from tests.components.moto_server import credentials, moto_server  # noqa: F401 - fixtures
