"""Every page as each role sees it, on a desk and on a phone: accessible, not too wide, without errors."""

import pytest

from tests.browser.conftest import PHONE, WIDE, Office, OpenAs
from tests.browser.places import ROLES, addresses
from tests.conftest import Axe

CENTRAL = ("/", "/worklist/", "/letters/")


def share(office: Office, username: str) -> list[str]:
    """Give a person's share of the pages: each page once, by turns of those who may open it; the first ones to all."""
    opened = {name: addresses(office, name) for name in ROLES}
    every = sorted(set().union(*opened.values()))
    may = [[name for name in ROLES if address in opened[name]] for address in every]
    return [
        each for place, each in enumerate(every) if each in CENTRAL or may[place][place % len(may[place])] == username
    ]


# With `make soak`: axe-core takes its time, and each page's own tests look at it with every `make test`.
@pytest.mark.soak
@pytest.mark.parametrize("username", ROLES)
def test_pages_are_accessible_and_fit(office: Office, open_as: OpenAs, axe: Axe, username: str) -> None:
    page = open_as(username)
    for place, address in enumerate(share(office, username)):
        page.goto(office.address + address)
        page.wait_for_load_state("networkidle")
        axe_at = place % 2  # one look at each page: axe-core takes long
        for turn, size in enumerate((WIDE, PHONE)):
            page.set_viewport_size(size)
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= size["width"], f"{address} is {width} pixels wide for {username}"
            if turn == axe_at:
                axe(page)
