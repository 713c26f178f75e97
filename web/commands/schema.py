"""`duly init` and `duly upgrade`."""

from __future__ import annotations

import click

from engine.deployments import all_versions
from web import schema
from web.beginnings import first_rows
from web.bundles import deploy_bundle, read_bundle, shipped
from web.commands.parts import parts
from web.settings import secret_key


@click.command()
def init() -> None:
    """Make the database, the folders and the strategies that come with Duly; harmless where they exist."""
    found = parts()
    secret_key(found.settings)
    changed = schema.upgrade(found.database)
    with found.unit_of_work() as session:
        first_rows(session)
        deployed = bool(all_versions(session))
    if not deployed:
        for folder in shipped():
            deploy_bundle(found, read_bundle(folder), note="Comes with Duly", by="duly")
    click.echo(f"{'Made' if changed else 'Already there:'} {found.database.engine.url.render_as_string()}")


@click.command()
def upgrade() -> None:
    """Bring the database to this version of Duly (make a backup first)."""
    found = parts()
    changed = schema.upgrade(found.database)
    click.echo(f"The schema {'is now' if changed else 'was already'} at {schema.stands_at(found.database)}.")
