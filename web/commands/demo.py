"""`duly demo`: a populated portfolio, 90 days replayed, the web open."""

from __future__ import annotations

import sys
import threading
import webbrowser
from datetime import date, timedelta

import click
from tqdm import tqdm

from engine.errors import Unusable
from web import schema
from web.app import create_app
from web.bundles import deploy_bundle, read_bundle, shipped
from web.commands.parts import parts
from web.commands.serve import serve
from web.context import Context
from web.demo.replay import DAYS, STAFF_RESTS, Demo, is_ready
from web.demo.staff import ACCOUNTS, found_company, hire, keep_accounts
from web.settings import secret_key


@click.command()
@click.option("--days", default=DAYS, show_default=True, help="Days to replay up to today.")
@click.option("--serve/--no-serve", "serving", default=True, help="Serve the web afterwards (default).")
@click.pass_context
def demo(context: click.Context, *, days: int, serving: bool) -> None:
    """Make a demo (a made-up company, 260 debtors, 90 days of work) and open it in the web.

    What was made is kept under DULY_HOME and used again; remove that folder to begin anew.
    """
    found = parts()
    _refuse_real_data(found)
    if not schema.stands_at(found.database) or not is_ready(found):
        make(found, days)
    click.echo(f"\n  Open {found.settings.public_url} and sign in as\n")
    click.echo((found.settings.folder / ACCOUNTS).read_text(encoding="utf-8"))
    if serving:
        if sys.stdout.isatty():
            threading.Timer(2, webbrowser.open, (found.settings.public_url,)).start()
        context.invoke(serve)


def make(found: Context, days: int) -> None:
    """Make the demo anew: database, strategies, people, and the days up to today."""
    click.echo("Making the demo (once; about a minute) ...")
    schema.upgrade(found.database)
    secret_key(found.settings)
    last = found.today()
    first = last - timedelta(days=days)
    world = Demo(found, first, last)
    world.prepare(first)
    for folder in shipped():
        deploy_bundle(world.parts, read_bundle(folder), note="Comes with Duly", by="ada")
    with create_app(world.parts).app_context(), world.parts.unit_of_work() as session:
        found_company(session)
        keep_accounts(found.settings.folder, hire(session))
    with tqdm(total=days + 1, unit="day", disable=None) as bar:

        def progress(_day: date) -> None:
            bar.update()

        world.live(first, last, last - timedelta(days=STAFF_RESTS), progress)
    world.ready()


def _refuse_real_data(found: Context) -> None:
    """Refuse a home that holds other data; clear one in which a replay was cut short."""
    if not schema.stands_at(found.database):
        return
    ready = is_ready(found)
    if ready is None:
        raise Unusable(f"{found.settings.folder} holds data that is no demo; set DULY_HOME to another folder.")
    if not ready:
        raise Unusable(f"The demo in {found.settings.folder} was cut short; remove that folder and start again.")
