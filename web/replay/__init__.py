"""Replays of what really happened through drawn processes, on the virtual clock, in a database of their own."""
