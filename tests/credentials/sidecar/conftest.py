from tests.delivery.conftest import *  # noqa: F403 - the same clients and sandbox
