from __future__ import annotations

import resource
import time
from collections.abc import Iterator

import pytest
from jinja2.exceptions import SecurityError, TemplateError, UndefinedError

from service_tasks.letters.budget import Budget
from service_tasks.letters.errors import RenderingStopped
from service_tasks.letters.grammar import findings
from service_tasks.letters.sandbox import letter_sandbox, render, text_sandbox

DATA = {"debtor": {"name": "A & <B>", "items": "own key", "note": "two\nlines\x0b\x00"}, "items": [1, 2, 3]}
MANY = {"items": list(range(1000)), "text": "x" * 10_000}
SHAPE = {"debtor": {"name": None, "items": None, "note": None}, "items": [None]}

ATTACKS = [
    "{{ ''.__class__.__mro__[1].__subclasses__()|length }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ items.append(9) or items }}",
    "{{ debtor.delete() }}",
    "{{ '%s'.__mod__(1) }}",
    "{% for i in range(99999999) %}{{ i }}{% endfor %}",
    "{{ lipsum.__globals__ }}",
    "{{ 'x' * 1000000000 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ '%999999999d' % 1 }}",
    "{{ [1] + [2] }}",
    "{{ debtor.name.upper() }}",
    "{{ debtor.name.upper }}",
    "{{ debtor|attr('__class__') }}",
    "{{ debtor['__class__'] }}",
    "{{ self.__init__ }}",
    "{{ self._TemplateReference__context }}",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{% for i in items recursive %}{{ loop(items) }}{% endfor %}",
    "{% for i in items %}{{ loop.cycle(1, 2) }}{% endfor %}",
    "{% for i in items %}{{ loop.__init__.__globals__ }}{% endfor %}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}{{ os.popen('id') }}",
    "{% extends 'a' %}",
    "{{ debtor.name|center(99999999) }}",
    "{{ debtor.name|replace('', 'aaaaaaaaaa') }}",
    "{{ debtor.name|join(debtor.name) }}",
    "{{ '%999999999d'|format(1) }}",
    "{{ debtor|tojson }}",
    "{{ debtor.name|safe }}",
    "{{ _budget.steps }}",
    "{{ items|map('upper')|list }}",
    "{{ namespace(a=1) }}",
    "{{ joiner('x') }}",
    "{{ config }}",
    "{{ ().__class__.__bases__[0].__subclasses__() }}",
    "{{ items.sort }}",
    "{{ debtor.keys }}",
    "{{ request.application }}",
]


@pytest.fixture
def little_memory() -> Iterator[None]:
    """Let no test take more than 1.5 GB: an attack that got through fails here, and does not take the machine down."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.usefixtures("little_memory")
def test_no_attack_gets_through_even_where_nobody_checked_the_template(attack: str) -> None:
    started = time.process_time()
    for sandbox in (letter_sandbox(), text_sandbox()):
        with pytest.raises((TemplateError, RenderingStopped, TypeError, AttributeError)):
            render(sandbox.from_string(attack), DATA)
    assert time.process_time() - started < 2


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_check_refuses_it_before_it_ever_runs(attack: str) -> None:
    assert findings(letter_sandbox(), attack, SHAPE)


@pytest.mark.parametrize(
    "loops",
    [
        "{% for a in items %}{% for b in items %}{% for c in items %}{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in items %}{% for b in items if b == 'no' %}{{ b }}{% endfor %}{% endfor %}",
        "{% for a in items %}{% for b in items %}{{ loop.index }}{% endfor %}{% endfor %}",
        "{% for a in text %}{% for b in text %}{% endfor %}{% endfor %}",
    ],
)
def test_loops_in_loops_are_stopped_though_they_write_nothing(loops: str) -> None:
    started = time.process_time()
    with pytest.raises(RenderingStopped, match="loops too often"):
        render(letter_sandbox().from_string(loops), MANY, Budget(steps=20_000))
    assert time.process_time() - started < 2


def test_a_loop_over_literals_is_counted_too() -> None:
    deep = "".join(f"{{% for a{n} in [1,2,3,4,5,6,7,8,9] %}}" for n in range(12)) + "{% endfor %}" * 12
    with pytest.raises(RenderingStopped):
        render(letter_sandbox().from_string(deep), DATA)


def test_output_is_capped_before_it_fills_the_memory() -> None:
    template = letter_sandbox().from_string("{% for a in items %}{{ text }}{% endfor %}")
    with pytest.raises(RenderingStopped, match="writes too much"):
        render(template, MANY, Budget(characters=1_000_000))


def test_time_is_capped() -> None:
    template = letter_sandbox().from_string("{% for a in items %}{{ text }}{% endfor %}")
    with pytest.raises(RenderingStopped, match="did not end"):
        render(template, MANY, Budget(seconds=-1))


def test_what_has_no_length_is_never_looped_over() -> None:
    template = letter_sandbox().from_string("{% for a in items %}{% endfor %}")
    with pytest.raises(SecurityError, match="lists only"):
        render(template, {"items": (n for n in range(3))})


def test_a_key_wins_over_a_method_of_the_same_name() -> None:
    assert render(text_sandbox().from_string("{{ debtor.items }}"), DATA) == "own key"


def test_values_are_escaped_and_hold_nothing_that_breaks_xml() -> None:
    source = "<w:t>{{ debtor.name }}|{{ debtor.note }}</w:t>"
    assert render(letter_sandbox().from_string(source), DATA) == "<w:t>A &amp; &lt;B&gt;|two lines</w:t>"


def test_values_in_a_text_keep_their_signs_but_start_no_line_or_column() -> None:
    data = {"name": "A & B | C\nSubject: x"}
    assert render(text_sandbox().from_string("{{ name }}"), data) == "A & B ¦ C Subject: x"


def test_a_missing_name_is_an_error_that_names_it() -> None:
    for source in ("{{ nope }}", "{{ debtor.nope }}", "{% for a in nope %}{% endfor %}", "{{ nope.deeper }}"):
        with pytest.raises(UndefinedError, match="nope"):
            render(letter_sandbox().from_string(source), DATA)


def test_what_letters_need_works() -> None:
    source = (
        "{% for i in items %}{{ loop.index }}{% if not loop.last %},{% else %}!{% endif %}{% endfor %}"
        "{{ debtor.name|upper }}{{ items[0] }}{% if items|length > 2 and debtor.name != '' %}yes{% endif %}"
        "{{ 'a' ~ items[1] }}{{ items[7]|default('none') }}{% if items[9] is defined %}no{% endif %}"
    )
    assert findings(text_sandbox(), source, SHAPE) == []
    assert render(text_sandbox().from_string(source), DATA) == "1,2,3!A & <B>1yesa2none"
