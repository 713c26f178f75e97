from __future__ import annotations

import pytest

from engine.errors import Unusable
from service_tasks.texts.layout import lay_out
from service_tasks.texts.text import Text, join_texts, read_text


def test_columns_are_as_wide_as_their_widest_cell_and_right_where_asked() -> None:
    laid = lay_out("| No | Sum >|\n|-\n| F1 | 5 |\n| F1000 | 1 234 |\n")
    assert laid == "No       Sum\n────────────\nF1         5\nF1000  1 234\n"


def test_a_row_may_be_shorter_and_lines_do_not_end_in_blanks() -> None:
    assert lay_out("| a | b | c\n| long | | x\n| y\n") == "a     b  c\nlong     x\ny\n"


def test_prose_is_left_alone_but_for_double_gaps() -> None:
    assert lay_out("one  two \n\n\n\nthree\n\n") == "one  two\n\nthree\n"


def test_two_tables_do_not_share_widths() -> None:
    assert lay_out("| aaaa | b\n\n| c | d\n") == "aaaa  b\n\nc  d\n"


def test_nothing_but_rules_is_no_crash() -> None:
    assert lay_out("|-\n|\n") == "\n\n" or lay_out("|-\n|\n").strip() == ""


def test_the_first_line_is_the_subject() -> None:
    assert read_text("\nSubject:  a   b \n\nbody\n") == Text("a b", "body\n")


@pytest.mark.parametrize("rendered", ["", "Hello\n", "Subject:\nbody", "Subject:   \nbody"])
def test_without_one_it_is_no_message(rendered: str) -> None:
    with pytest.raises(Unusable, match="Subject"):
        read_text(rendered)


def test_messages_of_one_day_are_joined_under_the_first_ones_subject() -> None:
    joined = join_texts([Text("A", "one\n"), Text("B", "two\n")])
    assert joined.subject == "A (+1)"
    assert joined.body.index("one") < joined.body.index("B") < joined.body.index("two")
    assert join_texts([Text("A", "one\n")]) == Text("A", "one\n")
