"""The README says what the code does: options, commands, targets, files."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.architecture.source import ROOT
from web.commands import duly
from web.settings import documented

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])
OPTION = re.compile(r"^\| `(DULY_\w+)` \| (?:`(.*?)`|–) \| (.*) \|$", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"\bduly ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")


def test_the_table_of_options_is_the_code_s() -> None:
    written = [(name, default, text) for name, default, text in OPTION.findall(README)]
    assert written == documented()


def leaves(group: click.Group, above: str = "") -> Iterator[str]:
    """Yield the name of every command that does something."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaves(command, f"{above}{name} ")
        else:
            yield f"{above}{name}"


def test_every_command_is_in_the_readme() -> None:
    unnamed = [name for name in leaves(duly) if not all(re.search(rf"\b{word}\b", README) for word in name.split())]
    assert unnamed == []


@pytest.mark.parametrize("document", PAGES, ids=lambda document: document.name)
def test_commands_that_a_page_names_exist(document: Path) -> None:
    named = set(COMMAND.findall(" ".join(re.findall(r"`[^`]+`|^ {4}.*$", document.read_text("utf-8"), re.MULTILINE))))
    wrong = []
    for first, second in named:
        command = duly.commands.get(first)
        known = second in command.commands if isinstance(command, click.Group) and second else command is not None
        if not known:
            wrong.append(f"duly {first} {second}")
    assert wrong == []


@pytest.mark.parametrize("document", PAGES, ids=lambda document: document.name)
def test_links_lead_somewhere(document: Path) -> None:
    missing = [link for link in LINK.findall(document.read_text("utf-8")) if not (document.parent / link).exists()]
    assert missing == []


def test_every_target_is_in_the_readme() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert phony is not None
    internal = {"help", "browser"}
    assert [name for name in phony[1].split() if name not in internal and f"make {name}" not in README] == []
