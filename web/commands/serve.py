"""`duly serve` and `duly worker`: the web, and what happens by itself."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

import click
import waitress

from web.app import create_app
from web.catch_up import watch
from web.commands.parts import with_parts
from web.context import Context
from web.scheduler import run_forever
from web.settings import Settings

RESTART_SECONDS, MOST_SECONDS = 0.5, 60
STOP_SECONDS = 20
"""A batch takes about a second, a delivery as long as a mail server does."""
log = logging.getLogger("duly.serve")


@click.command()
@click.option("--worker/--no-worker", "with_worker", default=True, help="Run the worker beside the web (default).")
@with_parts
def serve(parts: Context, *, with_worker: bool) -> None:
    """Serve the web on DULY_HOST:DULY_PORT and run the worker as a child process."""
    _log()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a service manager stops it as Ctrl-C does
    stopping = threading.Event()
    keeper = threading.Thread(target=_keep_worker, args=(stopping,), daemon=True)
    if with_worker:
        keeper.start()
    watch(parts)  # before anybody at a page wakes a case
    settings = parts.settings
    click.echo(f"Duly answers on {settings.public_url} (Ctrl-C stops it)")
    try:
        waitress.serve(create_app(parts), **_server_options(settings))
    finally:
        stopping.set()
        if with_worker:
            keeper.join(timeout=STOP_SECONDS + 1)


@click.command()
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64), help="How many share the work.")
@click.option("--parent", type=int, hidden=True, help="Stop when the process of this number is gone.")
@with_parts
def worker(parts: Context, *, processes: int, parent: int | None) -> None:
    """Do what happens by itself: due cases, messages, imports; `duly serve` starts one of its own."""
    _log()
    if processes == 1:
        run_forever(parts, parent=parent)
    else:
        _run_processes(processes)


def _run_processes(count: int) -> None:
    """Keep `count` worker processes alive until told to stop; they share the work through the database."""
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    keepers = [threading.Thread(target=_keep_worker, args=(stopping,)) for _ in range(count)]
    for keeper in keepers:
        keeper.start()
    try:
        stopping.wait()
    except KeyboardInterrupt:
        stopping.set()
    for keeper in keepers:
        keeper.join()


def _keep_worker(stopping: threading.Event) -> None:
    """Keep one worker process alive until told to stop; one that dies again and again is started ever more rarely."""
    pause = RESTART_SECONDS
    while not stopping.is_set():
        command = [sys.executable, "-m", "web.commands", "worker", "--parent", str(os.getpid())]
        began = time.monotonic()
        child = subprocess.Popen(command)  # noqa: S603 - our own command
        while child.poll() is None and not stopping.wait(0.2):
            pass
        if child.poll() is None:
            _end(child)
        elif not stopping.is_set():
            lasted = time.monotonic() - began
            pause = RESTART_SECONDS if lasted > MOST_SECONDS else min(2 * pause, MOST_SECONDS)
            log.error("the worker ended with %s; started again in %s s", child.returncode, pause)
            stopping.wait(pause)


def _end(child: subprocess.Popen[bytes]) -> None:
    """Let a worker finish its batch; kill it where it does not: nothing is lost by that, others go on."""
    child.terminate()
    try:
        child.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        log.warning("the worker did not end within %s s and was killed", STOP_SECONDS)
        child.kill()
        child.wait()


def _server_options(settings: Settings) -> dict[str, Any]:
    options: dict[str, Any] = {"host": settings.host, "port": int(settings.port), "threads": int(settings.threads)}
    if int(settings.trusted_proxies):
        headers = "x-forwarded-for x-forwarded-proto x-forwarded-host"
        options |= {"trusted_proxy": "*", "trusted_proxy_headers": headers}
        options |= {"trusted_proxy_count": int(settings.trusted_proxies)}
    return options | {"ident": "duly"}


def _log() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
