from tests.processes.conftest import founded, world

__all__ = ["founded", "world"]
