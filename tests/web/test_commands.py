import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from engine import history, incidents
from engine.tables import Instance
from engine.unit_of_work import Database
from tests import databases
from tests.web.small_world import bring_in
from web import schema
from web.bundles import PROJECT, shipped
from web.commands import COMMANDS, main
from web.commands.cases import cases
from web.context import Context


class Ended(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


Duly: TypeAlias = Callable[..., Ended]


@pytest.fixture
def duly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Duly:
    """`duly(home, "users", "list", DULY_PORT="80")` runs a command as the terminal would."""

    def run(home: Path, *arguments: str, **options: str) -> Ended:
        databases.ensure(home / "duly.sqlite")
        for name in [name for name in os.environ if name.startswith("DULY_")]:
            monkeypatch.delenv(name)
        for name, value in {**databases.environment(home), **options}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["duly", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return Ended(int(ended.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def home(tmp_path: Path, made_database: Path) -> Path:
    databases.copy(made_database, tmp_path / "duly.sqlite")
    return tmp_path


def test_init_makes_everything_once(duly: Duly, tmp_path: Path) -> None:
    first, second = duly(tmp_path, "init"), duly(tmp_path, "init")
    assert first.out.startswith(f"Made {databases.KIND}"), first.err
    assert second.out.startswith("Already there")
    assert duly(tmp_path, "upgrade").out.startswith("The schema was already at")


def test_without_a_database_commands_say_what_to_do(duly: Duly, tmp_path: Path) -> None:
    answer = duly(tmp_path, "users", "list")
    assert (answer.code, answer.err.strip()) == (2, "duly: The database is empty. Run `duly init` first.")


def test_a_wrong_option_of_the_environment_is_one_line(duly: Duly, tmp_path: Path) -> None:
    answer = duly(tmp_path, "users", "list", DULY_PROT="80")
    assert answer.code == 2
    assert answer.err.strip() == ("duly: DULY_PROT is no option of Duly: did you mean DULY_PORT? Correct or unset it.")


def test_people_are_added_listed_and_given_passwords(duly: Duly, home: Path) -> None:
    added = duly(home, "users", "add", "anna", "--role", "administrator", "--full-name", "Anna Nowak")
    assert added.out.startswith("anna: password "), added.err
    assert "anna" in duly(home, "users", "list").out
    assert duly(home, "users", "password", "anna").out != added.out
    twice = duly(home, "users", "add", "anna", "--role", "auditor")
    assert (twice.code, "anna exists already" in twice.err) == (2, True)


@pytest.mark.skipif(databases.ON_POSTGRESQL, reason="PostgreSQL has a backup of its own")
def test_a_backup_is_a_database(duly: Duly, home: Path, tmp_path: Path) -> None:
    target = tmp_path / "kept" / "backup.sqlite"
    assert duly(home, "backup", str(target)).code == 0
    schema.check(Database(f"sqlite:///{target}"))
    assert duly(home, "backup", str(target)).code == 2


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: str(command.name))
def test_every_command_explains_itself(command: object) -> None:
    assert getattr(command, "help", "")


def test_versions_are_compared_and_listed_in_local_time(duly: Duly, home: Path) -> None:
    folder = Path(__file__).parents[2] / "processes" / "small_balance"
    assert duly(home, "strategies", "diff", str(folder), str(folder)).out == "The two are the same.\n"
    assert duly(home, "strategies", "deploy", str(folder)).code == 0
    (deployed,) = json.loads(duly(home, "strategies", "list", "--json").out)
    there = datetime.fromisoformat(deployed["at"]).astimezone(ZoneInfo("Asia/Tokyo"))
    assert f"  {there:%Y-%m-%d %H:%M}  " in duly(home, "strategies", "list", DULY_TIMEZONE="Asia/Tokyo").out


TABLES = PROJECT / "processes" / "decisions"


def deployed(duly: Duly, home: Path) -> list[tuple[str, int, bool]]:
    rows = json.loads(duly(home, "strategies", "list", "--json").out)
    return [(row["key"], row["version"], row["active"]) for row in rows]


def test_init_deploys_the_shared_decisions_before_the_strategies(duly: Duly, tmp_path: Path) -> None:
    assert duly(tmp_path, "init").code == 0
    found = deployed(duly, tmp_path)
    assert ("decisions", 1, True) in found
    assert len(found) == len(shipped())


def test_shared_decisions_are_deployed_compared_and_taken_back(duly: Duly, home: Path, tmp_path: Path) -> None:
    answer = duly(home, "strategies", "deploy", str(TABLES), "--note", "As they come")
    assert (answer.code, answer.out) == (0, "decisions version 1 is deployed.\n"), answer.err
    own = tmp_path / "choose_strategy.dmn"
    own.write_bytes((TABLES / own.name).read_bytes() + b"<!-- ours -->")
    assert duly(home, "strategies", "deploy", str(own)).out == "decisions version 2 is deployed.\n"
    assert duly(home, "strategies", "deploy", str(own)).out == "decisions version 2 is what runs already.\n"
    shown = duly(home, "strategies", "diff", "decisions@1", "decisions@2").out
    assert shown.startswith("--- a/decisions/choose_strategy.dmn")
    assert shown.count("--- a/") == 1
    assert duly(home, "strategies", "diff", "decisions@1", str(TABLES)).out == "The two are the same.\n"
    back = duly(home, "strategies", "rollback", "decisions").out
    assert back.startswith("What asks for the latest decisions asks version 1")
    assert deployed(duly, home) == [("decisions", 1, True), ("decisions", 2, False)]


def test_a_lone_table_is_put_among_those_that_come_with_duly(duly: Duly, home: Path, tmp_path: Path) -> None:
    own = tmp_path / "choose_strategy.dmn"
    own.write_bytes((TABLES / own.name).read_bytes() + b"<!-- ours -->")
    assert duly(home, "strategies", "deploy", str(own)).code == 0
    shown = duly(home, "strategies", "diff", "decisions@1", str(TABLES)).out
    assert shown.count("--- a/") == 1


def test_shared_decisions_are_checked(duly: Duly, home: Path, tmp_path: Path) -> None:
    assert duly(home, "strategies", "check", str(TABLES)).out == "It can be deployed.\n"
    (tmp_path / "some").mkdir()
    assert duly(home, "strategies", "check", str(tmp_path / "some")).code == 2
    (tmp_path / "some" / "broken.dmn").write_text("<a/>")
    for verb in ("check", "deploy"):
        answer = duly(home, "strategies", verb, str(tmp_path / "some"))
        assert (answer.code, "bad_decision" in answer.err, "asked_decision" in answer.err) == (3, True, True)
    assert deployed(duly, home) == []


def test_no_strategy_may_be_called_as_the_decisions_are(duly: Duly, home: Path, tmp_path: Path) -> None:
    diagram = tmp_path / "decisions.bpmn"
    diagram.write_bytes((PROJECT / "processes" / "small_balance" / "strategy.bpmn").read_bytes())
    answer = duly(home, "strategies", "deploy", str(diagram))
    assert (answer.code, "is kept for the tables that strategies share" in answer.err) == (2, True)


def test_a_check_needs_no_database_and_makes_none(duly: Duly, tmp_path: Path) -> None:
    for name in ("small_balance", "decisions"):
        assert duly(tmp_path / "none", "strategies", "check", str(PROJECT / "processes" / name)).code == 0
    assert not list(tmp_path.rglob("*.sqlite"))


def test_a_record_is_shown_in_local_time(parts: Context) -> None:
    bring_in(parts)
    evening = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    with parts.unit_of_work() as session:
        history.record(session, "case:1", who="anna", kind="note", now=evening, text="Called")
    shown = CliRunner().invoke(cases, ["show", "1"], obj=parts).output
    assert "  2026-03-03 00:30  anna" in shown


def test_a_case_is_moved_changed_and_ended_by_commands(parts: Context) -> None:
    bring_in(parts)
    parts.worker.run_due()

    def told(*words: str) -> str:
        return CliRunner().invoke(cases, [*words, "--reason", "agreed", "--by", "ada"], obj=parts).output

    assert "no JSON value" in told("set", "1", "score", "half")
    assert "running" in told("set", "1", "score", "0.5")
    assert "Case 1: running, at second_" in told("move", "1", "second_send")
    assert "Case 1: ended" in told("cancel", "1")
    with parts.reading() as session:
        kinds = [(row.kind, row.who) for row in history.read(session, "case:1") if row.who == "ada"]
        assert kinds == [("variable_changed", "ada"), ("moved", "ada"), ("cancelled", "ada")]
        assert history.verify(session, "case:1") == []


def test_a_stuck_case_is_tried_again_and_skipped_by_commands(parts: Context) -> None:
    bring_in(parts)
    with parts.unit_of_work() as session:
        for each in session.scalars(select(Instance)).all():
            failure = incidents.Failure(RuntimeError("on fire"), "first_send")
            incidents.report(session, each.id, failure, now=parts.now())
    skipped = CliRunner().invoke(cases, ["skip", "1", "--reason", "called"], obj=parts).output
    tried = CliRunner().invoke(cases, ["retry", "2", "--reason", "put out"], obj=parts).output
    assert ("Case 1: running" in skipped, "Case 2: running" in tried) == (True, True)
    again = CliRunner().invoke(cases, ["retry", "2", "--reason", "put out"], obj=parts)
    assert "is not stuck" in str(again.exception)
