import stat
from pathlib import Path

import pytest

from engine.errors import Unusable
from web.settings import Settings, documented, read_settings, secret_key


def test_everything_has_a_default(tmp_path: Path) -> None:
    settings = read_settings({"DULY_HOME": str(tmp_path), "PATH": "/bin"})
    assert settings.database == f"sqlite:///{tmp_path / 'duly.sqlite'}"
    assert settings.public_url == "http://127.0.0.1:8765"


def test_an_unknown_option_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(Unusable, match="did you mean DULY_SMTP_URL"):
        read_settings({"DULY_SMTP_ULR": "smtp://localhost"})


@pytest.mark.parametrize(("name", "value"), [("DULY_PORT", "http"), ("DULY_TIMEZONE", "Mars/Base"), ("DULY_PORT", "0")])
def test_an_impossible_value_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(Unusable, match=name):
        read_settings({name: value})


def test_a_secret_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path))
    first = secret_key(settings)
    assert secret_key(settings) == first
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_cookies_follow_the_public_address() -> None:
    assert Settings(base_url="https://duly.firm.test/").cookies_over_https
    assert not Settings().cookies_over_https


def test_every_option_is_documented() -> None:
    assert all(text for _name, _default, text in documented())


def test_the_readme_names_every_option() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert [name for name, _default, _text in documented() if name not in readme] == []
