"""Running cases on another version: position, data and due dates kept; what is unsafe refused with its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from engine import history, instances, operations
from engine.errors import NotFound, Unusable
from engine.migration import Plan, grouped, running
from engine.spiff.codec import dump, load_shape, restore
from engine.spiff.likeness import draft
from engine.spiff.migrating import predict_again
from engine.spiff.parsing import parse
from engine.spiff.transfer import Transfer
from engine.tables import Instance, OutboxRow, Shape
from engine.unit_of_work import Database
from tests.conftest import create_tables
from tests.engine.moving import KEY, TO_TWO, migration, move, position, record, tree_of, version, why_not, with_form
from tests.engine.toys import MONDAY, PAID, Drawing, World, after

DAY = timedelta(days=1)


def line(*names: str, days: int = 7, pay: bool = True) -> Drawing:
    """Draw a sub-process of waits (w…), questions (q…) and sayings (s…) that a payment interrupts."""
    inner = Drawing()
    inner.start("begin")
    for name in names:
        if name.startswith("w"):
            inner.wait(name, f'@"P{days}D"', stage=name)
        elif name.startswith("q"):
            inner.ask(name, stage=name)
        else:
            inner.say(name)
    inner.end("over")
    inner.flow("begin", *names, "over")
    outer = Drawing()
    outer.start()
    outer.sub("collect", inner)
    outer.end("gave_up")
    outer.flow("start", "collect", "gave_up")
    if pay:
        outer.boundary("paid", "collect", PAID)
        outer.end("all_paid")
        outer.flow("paid", "all_paid")
    return outer


def begun(world: World, one: Drawing, two: Drawing) -> None:
    """Begin a case on version 1, then deploy version 2."""
    world.deploy(one)
    world.begin(KEY)
    world.deploy(two)


def test_a_case_keeps_its_place_its_data_and_its_running_due_date(world: World) -> None:
    begun(world, line("s1", "w1", "s2"), line("s1", "w1", "q_new", "s2", days=30))
    world.clock.advance(3 * DAY)
    before = world.instance(KEY)
    outcome = move(world)
    after_it = world.instance(KEY)
    assert (outcome.element, outcome.to_element, outcome.to_due_at) == ("w1", "w1", MONDAY + 7 * DAY)
    assert version(world) == 2
    assert (after_it.due_at, after_it.bindings, after_it.element) == (before.due_at, before.bindings, "w1")
    world.pass_days(4)
    assert world.instance(KEY).element == "q_new"
    world.finish(KEY)
    assert world.path_of(KEY)[-1] == "gave_up"


def test_the_move_is_on_record_with_who_and_why_and_the_chain_holds(world: World) -> None:
    begun(world, line("w1"), line("w2"))
    move(world, Plan("toy", 1, 2, {"w1": "w2"}))
    row = next(row for row in record(world) if row.kind == "migrated")
    assert (row.who, row.text, row.element) == ("ada", "a better diagram", "w2")
    assert row.detail is not None
    assert (row.detail["from"], row.detail["to"], row.detail["elements"]) == (1, 2, {"w1": "w2"})
    assert (world.instance(KEY).stage, record(world)[-1].kind) == ("w2", "stage")
    with world.database.reading() as session:
        assert history.verify(session, KEY) == []


def test_due_dates_are_computed_anew_from_when_the_wait_began(world: World) -> None:
    begun(world, line("w1", days=7), line("w1", days=10))
    world.clock.advance(3 * DAY)
    outcome = move(world, replace(TO_TWO, recompute=frozenset({"w1"})))
    assert (outcome.due_at, outcome.to_due_at) == (MONDAY + 7 * DAY, MONDAY + 10 * DAY)
    assert world.instance(KEY).due_at == MONDAY + 10 * DAY


def test_a_due_date_computed_anew_is_tomorrow_at_the_earliest(world: World) -> None:
    begun(world, line("w1", days=30), line("w1", days=2))
    world.clock.advance(10 * DAY)
    move(world, replace(TO_TWO, recompute=frozenset({"w1"})))
    due = world.instance(KEY).due_at
    assert due is not None
    assert due.isoformat() == "2026-03-12T23:00:00+00:00"  # midnight in Warsaw
    assert world.worker.run_due().advanced == 0


def test_the_time_for_which_a_case_was_suspended_does_not_count(world: World) -> None:
    begun(world, line("w1", days=7), line("w1", days=10))
    for deed, days in ((instances.suspend, 1), (instances.resume, 5)):
        world.clock.advance(days * DAY)
        with world.database.unit_of_work() as session:
            deed(session, key=KEY, by="ada", reason="x", now=world.clock.now())
        world.worker.run_due()
    move(world, replace(TO_TWO, recompute=frozenset({"w1"})))
    assert world.instance(KEY).due_at == MONDAY + 15 * DAY


def test_the_wait_is_counted_from_its_beginning_through_two_moves(world: World) -> None:
    begun(world, line("w1"), line("w2"))
    world.deploy(line("w2", days=20))
    world.clock.advance(2 * DAY)
    move(world, Plan("toy", 1, 2, {"w1": "w2"}))
    world.clock.advance(2 * DAY)
    move(world, Plan("toy", 2, 3, recompute=frozenset({"w2"})))
    assert world.instance(KEY).due_at == MONDAY + 20 * DAY


def test_a_suspended_case_moves_and_goes_on_with_its_remaining_time(world: World) -> None:
    begun(world, line("w1"), line("w1", "q"))
    world.clock.advance(2 * DAY)
    with world.database.unit_of_work() as session:
        instances.suspend(session, key=KEY, by="ada", reason="dispute", now=world.clock.now())
    world.clock.advance(30 * DAY)
    assert move(world).status == "suspended"
    with world.database.unit_of_work() as session:
        instances.resume(session, key=KEY, by="ada", reason="settled", now=world.clock.now())
    world.worker.run_due()
    assert world.instance(KEY).due_at == MONDAY + 37 * DAY


def said_by(operator: str) -> Drawing:
    drawing = Drawing()
    drawing.start()
    drawing.wait("w")
    drawing.say("s", operator=operator)
    drawing.end()
    drawing.flow("start", "w", "s", "end")
    return drawing


def test_a_stuck_case_moves_and_can_go_on_where_the_new_version_is_right(world: World) -> None:
    world.facts[KEY] = {"broken": True}
    begun(world, said_by("stumble"), said_by("say"))
    world.pass_days(7)
    assert world.instance(KEY).status == "stuck"
    assert move(world).can_move
    stuck = world.instance(KEY)
    assert (stuck.status, stuck.due_at) == ("stuck", None)
    with world.database.unit_of_work() as session:
        operations.retry(session, KEY, operations.Deed("ada", "drawn anew", world.clock.now()))
    world.worker.run_due()
    assert world.instance(KEY).outcome == "end"


def test_a_case_that_has_not_begun_begins_on_the_other_version(world: World) -> None:
    world.deploy(line("w1"))
    with world.database.unit_of_work() as session:
        instances.start(session, key=KEY, strategy="toy", now=world.clock.now())
    world.deploy(line("q1"))
    assert move(world).can_move
    world.worker.run_due()
    assert world.instance(KEY).element == "q1"


def test_the_way_back_brings_everything_back(world: World) -> None:
    begun(world, line("s1", "w1", "q1"), line("s0", "s1", "w_renamed", "q_new", "q1"))
    world.clock.advance(2 * DAY)
    before = world.instance(KEY)
    plan = Plan("toy", 1, 2, {"w1": "w_renamed"})
    move(world, plan)
    assert world.instance(KEY).element == "w_renamed"
    move(world, plan.inverted())
    back = world.instance(KEY)
    assert position(world, back) == position(world, before)
    assert (back.deployment_id, back.due_at, back.element, back.stage) == (
        before.deployment_id,
        before.due_at,
        before.element,
        before.stage,
    )


def test_an_open_task_stays_open_under_its_new_name_and_can_be_finished(world: World) -> None:
    begun(world, line("q1", "s1"), line("q_two", "s1", "w1"))
    (row,) = world.tasks(KEY)
    outcome = move(world, Plan("toy", 1, 2, {"q1": "q_two"}))
    (moved,) = world.tasks(KEY)
    assert (moved.id, moved.token, moved.element, moved.stage) == (row.id, row.token, "q_two", "q_two")
    assert outcome.can_move
    world.finish(KEY)
    assert world.instance(KEY).element == "w1"


def called(form: str, role: str) -> Drawing:
    drawing = Drawing()
    drawing.start()
    properties = f'<s:properties><s:property name="form" value="{form}"/><s:property name="role" value="{role}"/>'
    drawing.add(
        f'<bpmn:userTask id="q" name="{role} calls"><bpmn:extensionElements>{properties}</s:properties>'
        "</bpmn:extensionElements></bpmn:userTask>"
    )
    drawing.end()
    drawing.flow("start", "q", "end")
    return drawing


def test_a_dry_run_says_what_changes_for_the_people_and_changes_nothing(world: World) -> None:
    begun(world, called("call", "collector"), called("call", "supervisor"))
    with_form(world, 1, b"{}")
    with_form(world, 2, b'{"components": []}')
    before = world.instance(KEY)
    (said,) = migration(world).dry_run(TO_TWO)
    assert said.changes == (
        "task 'collector calls': name collector calls → supervisor calls",
        "task 'collector calls': role collector → supervisor",
        "task 'collector calls': the form call has changed",
    )
    assert world.instance(KEY).revision == before.revision
    move(world)
    (row,) = world.tasks(KEY)
    assert (row.name, row.role) == ("supervisor calls", "supervisor")


def test_the_step_just_passed_may_be_gone(world: World) -> None:
    begun(world, line("s_old", "w1", "s2"), line("w1", "s2"))
    assert move(world).can_move
    world.pass_days(7)
    assert world.path_of(KEY)[-3:] == ["over", "collect", "gave_up"]


def test_steps_passed_beside_a_branch_that_waits_may_be_gone_and_what_they_had_set_stays(world: World) -> None:
    one, two = accompanied("s_old", "w1"), accompanied("w1")
    begun(world, one, two)
    world.pass_days(2)  # the reminder beside it rings, and its branch ends
    world.finish(KEY)
    assert "s_old" in str(position(world, world.instance(KEY)))
    assert move(world).can_move
    assert "s_old" not in str(position(world, world.instance(KEY))).replace("s_old_result", "")
    world.pass_days(7)
    assert world.path_of(KEY)[-1] == "end"
    with world.database.reading() as session:
        assert session.scalars(select(OutboxRow).order_by(OutboxRow.id.desc())).first().payload == {"text": "hello"}  # type: ignore[union-attr]


def accompanied(*names: str) -> Drawing:
    """Draw a task beside which somebody is told, and what follows it."""
    drawing = Drawing()
    drawing.start()
    drawing.ask("q")
    drawing.boundary("tick", "q", after('@"P2D"'), interrupting=False)
    drawing.say("tell")
    drawing.end("told")
    drawing.flow("tick", "tell", "told")
    for name in names:
        if name.startswith("w"):
            drawing.wait(name)
        else:
            drawing.say(name)
    drawing.say("last", text="s_old_result")
    drawing.end()
    drawing.flow("start", "q", *names, "last", "end")
    return drawing


def fork(*names: str, inner: str = "") -> Drawing:
    drawing = Drawing()
    drawing.start()
    for gateway in ("fork", "join"):
        drawing.add(f'<bpmn:parallelGateway id="{gateway}"/>')
    drawing.flow("start", "fork")
    for name in names:
        drawing.ask(name)
        drawing.flow("fork", name, *([inner] if inner and name == names[0] else []), "join")
    if inner:
        drawing.say(inner)
    drawing.wait("after")
    drawing.end()
    drawing.flow("join", "after", "end")
    return drawing


def choice(*names: str) -> Drawing:
    drawing = Drawing()
    drawing.start()
    drawing.add('<bpmn:eventBasedGateway id="which"/>')
    drawing.end()
    for name in names:
        if name == "heard":
            event = f'<bpmn:intermediateCatchEvent id="{name}">{PAID}</bpmn:intermediateCatchEvent>'
            drawing.add(event)
        else:
            drawing.wait(name)
        drawing.flow("which", name, "end")
    drawing.flow("start", "which")
    return drawing


def repeated(times: int) -> Drawing:
    drawing = Drawing()
    drawing.start()
    loop = f'<bpmn:standardLoopCharacteristics loopMaximum="{times}"/>'
    drawing.add(f'<bpmn:userTask id="q">{loop}</bpmn:userTask>')
    drawing.end()
    drawing.flow("start", "q", "end")
    return drawing


def moved_out(name: str) -> Drawing:
    """Draw a wait outside of the sub-process in which it was."""
    drawing = Drawing()
    drawing.start()
    drawing.wait(name)
    drawing.end()
    drawing.flow("start", name, "end")
    return drawing


def reminded(*, cyclic: bool) -> Drawing:
    drawing = Drawing()
    drawing.start()
    cycle = '<bpmn:timerEventDefinition><bpmn:timeCycle>"R3/P2D"</bpmn:timeCycle></bpmn:timerEventDefinition>'
    drawing.ask("q")
    drawing.boundary("tick", "q", cycle if cyclic else after('@"P2D"'), interrupting=False)
    drawing.ask("side")
    drawing.end()
    drawing.end("beside")
    drawing.flow("start", "q", "end")
    drawing.flow("tick", "side", "beside")
    return drawing


@pytest.mark.parametrize(
    ("one", "two", "codes"),
    [
        (line("w1"), line("w2"), ["gone"]),
        (line("w1"), moved_out("w1"), ["gone"]),
        (line("q1"), line("q1", pay=False), ["boundary"]),
        (line("q1", pay=False), line("q1"), ["boundary"]),
        (reminded(cyclic=True), reminded(cyclic=False), ["retyped"]),
        (fork("a", "b"), fork("a", "b", "c"), ["branches", "branches"]),
        (fork("a", "b"), fork("a", "c"), ["gone"]),
        (choice("w1", "heard"), choice("w1"), ["gateway"]),
        (choice("w1", "heard"), choice("heard", "w1"), ["gateway"]),
        (repeated(2), repeated(3), ["loop"]),
    ],
)
def test_what_is_unsafe_is_refused_with_its_reason(
    database: Database, one: Drawing, two: Drawing, codes: list[str]
) -> None:
    world = World(database)
    begun(world, one, two)
    assert why_not(world) == codes
    assert version(world) == 1


def test_branches_that_have_half_arrived_move_only_where_they_join_as_before(database: Database) -> None:
    world = World(database)
    begun(world, fork("a", "b"), fork("a", "b", inner="between"))
    world.finish(KEY)
    assert why_not(world) == ["branches"]


def test_branches_that_have_not_arrived_move_with_a_step_inserted_before_they_join(database: Database) -> None:
    world = World(database)
    begun(world, fork("a", "b"), fork("a", "b", inner="between"))
    assert move(world).can_move
    world.finish(KEY)
    world.finish(KEY)
    assert world.instance(KEY).element == "after"
    assert "between" in world.path_of(KEY)


def test_a_loop_that_stays_the_same_moves_in_the_middle(database: Database) -> None:
    world = World(database)
    begun(world, repeated(2), repeated(2))
    world.finish(KEY)
    assert move(world).can_move
    world.finish(KEY)
    assert world.instance(KEY).outcome == "end"


Deed = Callable[[World, str], object]


def walk(seed: int) -> list[Deed]:
    """Choose what happens to a case: somebody finishes a task, money comes in, days pass."""

    def finish(world: World, key: str) -> None:
        if world.tasks(key):
            world.finish(key)

    def pay(world: World, key: str) -> None:
        world.tell(key, "paid")
        world.worker.run_due()

    deeds: list[Deed] = [finish, finish, pay, lambda world, _key: world.pass_days(2)]
    return [Random(seed * 10 + step).choice(deeds) for step in range(5)]  # noqa: S311 - the same in every run


def go_on(world: World) -> None:
    """Let the one case pass what it waits for."""
    if world.tasks(KEY):
        world.finish(KEY)
    elif due := world.instance(KEY).due_at:
        world.clock.set(due)
        world.worker.run_due()


def shape_of(world: World, instance: Instance) -> list[Any]:
    with world.database.reading() as session:
        return load_shape(session.get_one(Shape, instance.shape_id).body)


def other_world(folder: Path) -> World:
    database = Database(f"sqlite:///{folder / 'other.db'}")
    create_tables(database)
    return World(database)


def test_moving_to_the_very_same_diagram_changes_nothing_wherever_a_case_stands(database: Database) -> None:
    """Whatever is predicted again is what the executor had predicted, in random positions of all kinds of toys."""
    world = World(database)
    for number, drawing in enumerate((fork("a", "b"), choice("w1", "heard"), reminded(cyclic=True), line("q1", "w1"))):
        world.deploy(drawing, key=f"toy{number}")
        specification = parse(drawing.xml(), "toy")
        transfer = Transfer(specification, specification, {}, "itself")
        for seed in range(3):
            key = f"case:{number}.{seed}"
            world.begin(key, strategy=f"toy{number}")
            for deed in walk(seed):
                instance = world.instance(key)
                if instance.shape_id is None:
                    break
                shape = shape_of(world, instance)
                assert transfer.refusals(shape) == []
                workflow = restore(specification, transfer.shape(shape), instance.bindings or b"", None)
                predict_again(workflow)
                moved, bindings = dump(workflow)
                assert bindings == instance.bindings
                assert tree_of(load_shape(moved), bindings) == tree_of(shape, bindings)
                deed(world, key)


@pytest.mark.parametrize("seed", range(5))
def test_from_where_it_stands_a_case_completes_as_one_of_the_new_version_would(
    database: Database, tmp_path: Path, seed: int
) -> None:
    """A step inserted ahead, other durations, a step renamed: what comes after the move is version 2's."""
    names = {"w1": "w_first", "q2": "q_second"}
    one, two = (
        line("s1", "w1", "q1", "s2", "w2", "q2", "s3"),
        line("s1", "w_first", "q_new", "q1", "s2", "w_new", "w2", "q_second", "s4", days=3),
    )
    world, rival = World(database), other_world(tmp_path)
    world.deploy(one)
    world.begin(KEY)
    rival.deploy(two)
    rival.begin(KEY)
    random = Random(seed)  # noqa: S311 - the same in every run
    for _ in range(random.randrange(4)):
        go_on(world)
    world.deploy(two)
    move(world, Plan("toy", 1, 2, names))
    stands = world.instance(KEY).element
    while rival.instance(KEY).element != stands:
        go_on(rival)
    passed = (len(world.path_of(KEY)), len(rival.path_of(KEY)))
    paid_after = random.randrange(6)
    for step in range(12):
        for each in (world, rival):
            if step == paid_after:
                each.tell(KEY, "paid")
                each.worker.run_due()
            go_on(each)
    assert world.instance(KEY).outcome == rival.instance(KEY).outcome
    assert world.path_of(KEY)[passed[0] :] == rival.path_of(KEY)[passed[1] :]


def test_cases_move_in_batches_and_a_run_that_was_stopped_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    world.deploy(line("w1"))
    world.begin(*(f"case:{number}" for number in range(1, 6)))
    world.deploy(line("w1", "q1"))
    told: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        migration(world).run(TO_TWO, by="ada", reason="x", progress=stop)
    assert told == [(2, 5), (4, 5)]
    rest = migration(world).run(TO_TWO, by="ada", reason="x")
    assert [outcome.key for outcome in rest] == ["case:5"]
    assert migration(world).dry_run(TO_TWO) == []


def test_only_the_cases_that_were_chosen_move(world: World) -> None:
    world.deploy(line("w1"))
    world.begin("case:1", "case:2")
    world.deploy(line("w1", "q1"))
    assert [each.key for each in migration(world).run(TO_TWO, by="ada", reason="x", keys=["case:2"])] == ["case:2"]
    assert [each.key for each in migration(world).dry_run(TO_TWO)] == ["case:1"]


def test_cases_that_stand_and_fare_alike_are_counted_together(world: World) -> None:
    world.deploy(line("w1", "q1"))
    world.begin("case:1", "case:2", "case:3")
    world.tell("case:3", "sent")
    world.deploy(line("w1", "q_one"))
    world.pass_days(7)
    world.begin("case:4")
    world.deploy(line("w1", "q_one", "s9"))
    first, *rest = grouped(migration(world).dry_run(Plan("toy", 1, 3)))
    assert (first.element, first.cases, first.can_move, rest) == ("q1", 3, False, [])
    assert first.reasons == ("it stands at “Ask” (q1), which version 3 does not have; map it to another step",)


def test_a_plan_is_read_from_what_it_writes_and_refused_where_it_fits_not(world: World) -> None:
    plan = Plan("toy", 1, 2, {"w1": "w2"}, frozenset({"w2"}))
    assert Plan.from_json(plan.to_json()) == plan
    world.deploy(line("w1", "q1"))
    world.deploy(line("w2", "q1"))
    for wrong, told in (
        (Plan("toy", 1, 2, {"w9": "w2"}), "version 1 has no element 'w9'"),
        (Plan("toy", 1, 2, {"w1": "w9"}), "version 2 has no element 'w9'"),
        (Plan("toy", 1, 2, {"w1": "q1"}), "'q1' is taken already"),
        (Plan("toy", 1, 2, recompute=frozenset({"w1"})), "version 2 has no element 'w1'"),
        (Plan("toy", 1, 1), "the two versions are the same"),
    ):
        with pytest.raises(Unusable, match=told):
            migration(world).dry_run(wrong)
    with pytest.raises(NotFound, match="no version 7"):
        migration(world).dry_run(Plan("toy", 1, 7))
    with pytest.raises(Unusable, match="no plan"):
        Plan.from_json("[]")


def test_a_draft_maps_by_id_then_by_the_only_one_of_the_same_type_and_name() -> None:
    one, two = called("call", "x"), called("call", "x")
    two.nodes = [node.replace('id="q"', 'id="renamed"') for node in two.nodes]
    two.flows = [flow.replace('Ref="q"', 'Ref="renamed"') for flow in two.flows]
    found = draft(parse(one.xml(), "one"), parse(two.xml(), "two"))
    assert found == {"start": "start", "q": "renamed", "end": "end"}
    assert draft(parse(one.xml(), "one"), parse(line("w1").xml(), "two"))["q"] is None
