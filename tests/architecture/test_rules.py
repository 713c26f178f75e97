"""The rules of the house that no linter knows."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.source import FUNCTIONS, ROOT, files, imported

COMMITS = ("engine/unit_of_work.py",)
LONGEST_FUNCTION = 40  # lines, docstring not counted
LIVES_IN = {
    "SpiffWorkflow": "engine/spiff/",
    "docxtpl": "service_tasks/letters/",
    "flask": "web/",
    "flask_security": "web/",
    "flask_babel": "web/",
    "flask_wtf": "web/",
    "click": "web/",
    "sqlalchemy_utils": "nowhere",
}
ONE_MODULE_EACH = ("celery", "apscheduler", "waitress", "aiosmtpd", "smtplib")


def commits() -> Iterator[str]:
    for path, tree in files():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit":
                owner = ast.unparse(node.func.value)
                # Flask-Security's datastore has a session of its own and ends its own transactions.
                if path not in COMMITS and not (path.startswith("web/") and owner.endswith("datastore")):
                    yield f"{path}:{node.lineno} {owner}.commit()"


def test_only_the_unit_of_work_commits() -> None:
    assert list(commits()) == []


@pytest.mark.parametrize(("package", "home"), LIVES_IN.items())
def test_a_library_stays_in_its_part(package: str, home: str) -> None:
    strays = [path for path, tree in files() if package in imported(tree) and not path.startswith(home)]
    assert strays == [], f"{package} belongs in {home}"


@pytest.mark.parametrize("package", ONE_MODULE_EACH)
def test_a_library_is_known_to_one_module(package: str) -> None:
    users = [path for path, tree in files() if package in imported(tree)]
    assert len(users) <= 1, f"{package} is imported by {users}"


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function without its decorators and docstring."""
    assert function.end_lineno is not None
    lines = function.end_lineno - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None and first.end_lineno is not None:
        lines -= first.end_lineno - first.lineno + 1
    return lines


@pytest.mark.parametrize(
    "folder", ["engine", "receivables", "service_tasks", "connectors", "web", "tests", "benchmarks"]
)
def test_no_function_is_long(folder: str) -> None:
    long = [
        f"{path}:{node.lineno} {node.name} ({length(node)} lines)"
        for path, tree in files(folder)
        for node in ast.walk(tree)
        if isinstance(node, FUNCTIONS) and length(node) > LONGEST_FUNCTION
    ]
    assert long == []


def named_icons() -> Iterator[tuple[str, str]]:
    """Yield every icon that a page names in so many words, with the file that does."""
    for path in sorted((ROOT / "web").rglob("*")):
        if path.suffix in {".py", ".html"} and "dist" not in path.parts:
            text = path.read_text(encoding="utf-8")
            yield from ((icon, path.name) for icon in re.findall(r"""\bicon(?:=|\()["']([a-z0-9-]+)["']""", text))


def test_every_icon_is_in_the_sprite() -> None:
    listed = set((ROOT / "assets/icons.txt").read_text(encoding="utf-8").split())
    assert {icon: path for icon, path in named_icons() if icon not in listed} == {}
