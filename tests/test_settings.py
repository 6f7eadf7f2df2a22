"""Settings, where they come from, and the table that tells of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner, Result

from app.cli import main
from app.settings import Settings


def printed() -> Result:
    result: Result = CliRunner().invoke(main, ["settings"])
    return result


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "settings"
    file.write_text("CONVSCOPE_PORT=1234\nCONVSCOPE_HOSTS=a.example, b.example\nCONVSCOPE_LOG_LEVEL=error\n")
    monkeypatch.setenv("CONVSCOPE_SETTINGS", str(file))
    monkeypatch.setenv("CONVSCOPE_LOG_LEVEL", "warning")
    settings = Settings.read(port=5)
    assert (settings.port, settings.log_level) == (5, "warning")
    assert settings.hosts == ["a.example", "b.example"]


def test_a_misspelt_line_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "settings"
    file.write_text("CONVSCOPE_PROT=1234\n")
    monkeypatch.setenv("CONVSCOPE_SETTINGS", str(file))
    with pytest.raises(ValidationError, match="prot"):
        Settings.read()
    monkeypatch.setenv("CONVSCOPE_SETTINGS", str(tmp_path / "none"))
    with pytest.raises(ValueError, match="which is no file"):
        Settings.read()


def test_what_is_printed_is_a_settings_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "settings"
    monkeypatch.setenv("CONVSCOPE_TRUSTED_PROXIES", "10.1.2.3/8, ::1")
    monkeypatch.setenv("CONVSCOPE_WORKERS", "3")
    first = printed().stdout
    assert "CONVSCOPE_TRUSTED_PROXIES=10.0.0.0/8,::1/128\n" in first
    file.write_text(first)
    monkeypatch.delenv("CONVSCOPE_TRUSTED_PROXIES")
    monkeypatch.delenv("CONVSCOPE_WORKERS")
    monkeypatch.setenv("CONVSCOPE_SETTINGS", str(file))
    assert printed().stdout == first


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("trusted_proxies", "*"),
        ("trusted_proxies", "proxy.example"),
        ("rate_limit", "many"),
        ("frame_ancestors", "https://a.example; script-src *"),
        ("frame_ancestors", "*"),
        ("workers", "0"),
        ("log_format", "xml"),
    ],
)
def test_bad_values_are_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"CONVSCOPE_{name.upper()}", value)
    result = printed()
    assert result.exit_code == 1
    assert name in result.stderr
    assert result.stderr.count("\n") == 1
