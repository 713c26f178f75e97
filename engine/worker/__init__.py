"""Workers: claim what is due, load it, compute outside any lock, write it in one short transaction."""

from engine.worker.worker import Counts, Worker

__all__ = ["Counts", "Worker"]
