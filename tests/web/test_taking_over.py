"""A portfolio that another system has dunned already, by the commands: its cases go on from their stages."""

import json
from pathlib import Path

from click.testing import CliRunner
from sqlalchemy import func, select

from engine import instances
from receivables.import_run import ImportRun
from receivables.imports.undo import undo
from receivables.notice import Notice
from receivables.taking_over import KEY
from service_tasks.events import begin_day
from tests.web.at_work import parts
from web.commands.imports import import_
from web.context import Context

__all__ = ["parts"]
FILE = """number,debtor_ref,debtor_name,amount,currency,due_date,email,stage,stage_since
T-1,T1,Novak,1000.50,EUR,2025-12-10,novak@debtors.test,demand,2026-02-27
T-2,T2,Kowalski,400.00,EUR,2025-12-10,kowalski@debtors.test,mahnung 9,2026-02-27
"""


def test_cases_go_on_from_the_stage_in_the_file_and_unknown_stages_are_refused(parts: Context, tmp_path: Path) -> None:
    file = tmp_path / "portfolio.csv"
    file.write_text(FILE)
    answer = CliRunner().invoke(import_, ["receivables", str(file), "--as-of", "2026-03-02", "--json"], obj=parts)
    told = json.loads(answer.stdout)
    assert (answer.exit_code, told["created"], told["rejected"]) == (3, 1, 1)
    assert "no strategy has the stage 'mahnung 9'" in Path(told["rejected_file"]).read_text()
    with parts.unit_of_work() as session:
        assert begin_day(session, today=parts.today(), now=parts.now()).opened == 1
    parts.worker.run_due()
    with parts.reading() as session:
        view = instances.views(session, ["case:7"])["case:7"]
    assert (view.stage, view.element, view.status) == ("demand", "demand_wait", "running")
    assert view.due_at is not None
    assert view.due_at > parts.now()


def test_such_an_import_can_be_undone_while_nothing_was_sent_on_it(parts: Context, tmp_path: Path) -> None:
    file = tmp_path / "portfolio.csv"
    file.write_text(FILE)
    CliRunner().invoke(import_, ["receivables", str(file), "--as-of", "2026-03-02"], obj=parts)
    with parts.unit_of_work() as session:
        begin_day(session, today=parts.today(), now=parts.now())
        run = session.scalars(select(func.max(ImportRun.id))).one()
        assert session.scalars(select(Notice.level).where(Notice.key == KEY)).all() == [3]
        undone = undo(session, run, by="eva", now=parts.now(), sent_on=lambda _cases: False)
        assert (undone.receivables, undone.cases) == (1, (7,))
        assert session.scalars(select(Notice).where(Notice.key == KEY)).all() == []
