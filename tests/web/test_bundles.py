"""What is deployed together: shared tables come to a strategy as they are then, its own win."""

import io
import zipfile
from pathlib import Path

import pytest

from engine import deployments
from engine.deployments import DECISIONS, MAIN
from engine.errors import Unusable
from web.bundles import PROJECT, Bundle, deploy_bundle, read_bundle, shared_tables, shipped_tables
from web.context import Context
from web.uploaded_bundles import read_upload

SMALL = (PROJECT / "processes" / "small_balance" / MAIN).read_bytes()
WAITS = "decisions/waits.dmn"
LEVELS = "decisions/dunning_level.dmn"
"""Asked by the strategy as well, and the same throughout."""
SHIPPED = (PROJECT / "processes" / WAITS).read_bytes()
OURS, OWN = SHIPPED + b"<!-- ours -->", SHIPPED + b"<!-- its own -->"


def deployed_tables(parts: Context, bundle: Bundle) -> dict[str, bytes]:
    deployment, _new = deploy_bundle(parts, bundle, note="", by="duly")
    files = deployments.unpacked(deployment.files)
    return {path: data for path, data in files.items() if path.endswith(".dmn") and path != LEVELS}


def share(parts: Context) -> None:
    deploy_bundle(parts, read_upload("waits.dmn", OURS), note="", by="duly")


def in_folder(folder: Path, table: bytes | None = None) -> Path:
    (folder / "decisions").mkdir(parents=True)
    (folder / MAIN).write_bytes(SMALL)
    if table:
        (folder / WAITS).write_bytes(table)
    return folder


def test_a_strategy_takes_the_shared_table_that_it_names_as_it_is_deployed(parts: Context, tmp_path: Path) -> None:
    bundle = read_bundle(in_folder(tmp_path / "gentle"))
    assert deployed_tables(parts, bundle) == {WAITS: SHIPPED}
    share(parts)
    assert deployed_tables(parts, bundle) == {WAITS: OURS}


def test_a_table_of_its_own_wins(parts: Context, tmp_path: Path) -> None:
    share(parts)
    folder = in_folder(tmp_path / "gentle", OWN)
    assert deployed_tables(parts, read_bundle(folder)) == {WAITS: OWN}
    (folder / WAITS).rename(folder / "decisions" / "waits_of_ours.dmn")
    assert deployed_tables(parts, read_bundle(folder)) == {"decisions/waits_of_ours.dmn": OWN}


def test_what_is_uploaded_takes_the_shared_tables_too(parts: Context) -> None:
    share(parts)
    assert deployed_tables(parts, read_upload("gentle.bpmn", SMALL)) == {WAITS: OURS}
    brought = zipped(**{f"gentle/{MAIN}": SMALL, f"gentle/{WAITS}": OWN})
    assert deployed_tables(parts, read_upload("gentle.zip", brought)) == {WAITS: OWN}


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_an_uploaded_table_is_put_among_the_shared_ones(parts: Context) -> None:
    share(parts)
    more = SHIPPED.replace(b'id="waits"', b'id="more"')
    deploy_bundle(parts, read_upload("more.dmn", more), note="", by="duly")
    with parts.reading() as session:
        found = shared_tables(session)
    assert found == {**shipped_tables(), WAITS: OURS, "decisions/more.dmn": more}


def test_a_zip_of_tables_is_all_of_them() -> None:
    bundle = read_upload("any.zip", zipped(**{"mine/waits.dmn": OURS, "mine/readme.md": b""}))
    assert (bundle.key, bundle.files) == (DECISIONS, {WAITS: OURS})


@pytest.mark.parametrize("name", ["my table.dmn", "../x.dmn.dmn", ".dmn"])
def test_a_table_needs_a_plain_name(name: str) -> None:
    with pytest.raises(Unusable, match=r"cannot name a table|neither a diagram"):
        read_upload(name, SHIPPED)
