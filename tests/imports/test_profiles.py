from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.receivable_files import Profile, parse_profile, profile_from
from receivables.errors import UnusableFile

LEAST = '[columns]\nnumber = "n"\ndebtor_ref = "d"\namount = "a"\n[defaults]\ncurrency = "EUR"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("colums = 1", "'colums' is not a key.*did you mean 'columns'"),
        ("mode = 'delta'", r"\[columns\] is missing"),
        ("mode = 'weekly'\n" + LEAST, "mode is 'weekly'.*'delta' or 'snapshot'"),
        ("max_vanished = 2\n" + LEAST, "max_vanished is 2"),
        ("max_vanished = true\n" + LEAST, "max_vanished is True"),
        ("format = 'pdf'\n" + LEAST, "format is 'pdf'"),
        ("delimiter = ';;'\n" + LEAST, "delimiter is ';;'"),
        ("encoding = 'martian'\n" + LEAST, "encoding 'martian'"),
        ("date_format = '%d.%m'\n" + LEAST, "date_format '%d.%m'"),
        ("date_format = '%d.%m.%y %Q'\n" + LEAST, "date_format"),
        ("decimal = ';'\n" + LEAST, "decimal is ';'"),
        ("true = 'yes'\n" + LEAST, "true is 'yes'.*list"),
        (LEAST.replace('number = "n"', 'numbr = "n"'), "columns.numbr is not a field.*'number'"),
        (LEAST.replace('number = "n"\n', ""), "columns.number is missing"),
        (LEAST.replace('"n"', "7"), "columns.number is 7"),
        (LEAST.replace('"n"', '""'), "columns.number is empty"),
        (LEAST.replace('currency = "EUR"', ""), "no currency"),
        (LEAST.replace("EUR", "EURO"), "defaults.currency 'EURO'"),
        (LEAST + 'email = "{debtor}@x.test"', r"defaults.email uses \{debtor\}"),
        (LEAST + "= 3", "not TOML"),
    ],
)
def test_a_wrong_profile_names_its_key(text: str, says: str) -> None:
    with pytest.raises(UnusableFile, match=says):
        parse_profile(text)


def test_what_is_not_said_is_found_out_later() -> None:
    profile = parse_profile(LEAST)
    assert (profile.mode, profile.max_vanished, profile.delimiter, profile.true) == ("delta", 0.2, None, None)


texts = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1).filter(str.strip)


@given(texts, texts, st.lists(texts), st.floats(0, 1), st.sampled_from([None, ".", ","]))
def test_a_profile_survives_toml_and_json(
    column: str, name: str, words: list[str], share: float, decimal: str | None
) -> None:
    profile = Profile(
        columns={"number": column, "debtor_ref": "d", "amount": "a"},
        defaults={"currency": "EUR", "debtor_name": name.replace("{", "(")},
        max_vanished=share,
        decimal=decimal,
        true=tuple(words),
    )
    assert asdict(parse_profile(profile.as_toml())) == asdict(profile)
    assert asdict(profile_from(profile.as_dict())) == asdict(profile)
