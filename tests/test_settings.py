"""Settings come from arguments, the environment and a file, in this order."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from seminar_qa.errors import SettingsError
from seminar_qa.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def home_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder with nothing set."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SEMINAR_QA_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_anything_set_the_home_is_the_working_directory(tmp_path: Path):
    settings = load_settings()
    assert settings.home == tmp_path
    assert settings.documents == tmp_path / "documents"
    assert settings.index == tmp_path / "index"


def test_the_defaults_are_those_of_the_documentation():
    settings = load_settings()
    assert settings.encoder == "all-MiniLM-L6-v2"
    assert settings.passage_words == 80
    assert settings.passages_read == 20
    assert settings.query_prompt is None
    assert settings.balanced_threshold is None
    assert (settings.read_seconds, settings.read_memory) == (60, 2048)
    assert settings.read_processes is None
    assert settings.ocr_seconds == 600
    assert settings.organiser_token is None
    assert (settings.watch_settle, settings.watch_polling) == (1, False)


def test_the_environment_sets_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SEMINAR_QA_HOME", str(tmp_path / "elsewhere"))
    assert load_settings().documents == tmp_path / "elsewhere" / "documents"


def test_a_relative_home_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SEMINAR_QA_HOME", "sub/../other")
    assert load_settings().home == tmp_path / "other"


def test_the_file_in_the_home_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "seminar-qa.toml").write_text(
        'passage_words = 50\nquery_prompt = "q: "\n'
    )
    monkeypatch.setenv("SEMINAR_QA_HOME", str(tmp_path / "other"))
    settings = load_settings()
    assert settings.passage_words == 50
    assert settings.query_prompt == "q: "


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "seminar-qa.toml").write_text("passage_words = 50\npassages_read = 7\n")
    monkeypatch.setenv("SEMINAR_QA_PASSAGE_WORDS", "60")
    settings = load_settings()
    assert (settings.passage_words, settings.passages_read) == (60, 7)


def test_an_argument_goes_before_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SEMINAR_QA_PASSAGE_WORDS", "60")
    assert Settings(home=tmp_path, passage_words=70).passage_words == 70


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("passage_words", "19"),
        ("passage_words", "201"),
        ("passage_words", "many"),
        ("passages_read", "0"),
        ("passages_read", "101"),
        ("read_seconds", "0"),
        ("read_seconds", "86401"),
        ("read_seconds", "nan"),
        ("read_seconds", "inf"),
        ("read_memory", "511"),
        ("read_memory", "1.5"),
        ("read_processes", "0"),
        ("read_processes", "65"),
        ("ocr_seconds", "-1"),
        ("ocr_seconds", "86401"),
        ("balanced_threshold", "1.1"),
        ("strict_threshold", "-0.1"),
        ("watch_settle", "-1"),
        ("watch_settle", "3601"),
        ("watch_polling", "maybe"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_its_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
):
    monkeypatch.setenv(f"SEMINAR_QA_{name.upper()}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert f"the setting {name} = '{value}' cannot be used" in str(caught.value)
    assert f"SEMINAR_QA_{name.upper()}" in str(caught.value)


def test_an_unknown_setting_in_the_file_is_named(tmp_path: Path):
    (tmp_path / "seminar-qa.toml").write_text("passage_wrods = 50\n")
    with pytest.raises(SettingsError, match="passage_wrods"):
        load_settings()


@pytest.mark.parametrize("data", [b"passage_words = \n", b"\xff\xfe"])
def test_a_file_that_is_no_toml_is_an_error_that_names_it(tmp_path: Path, data: bytes):
    (tmp_path / "seminar-qa.toml").write_bytes(data)
    with pytest.raises(SettingsError, match=r"seminar-qa\.toml cannot be read"):
        load_settings()


def test_an_unknown_argument_is_refused(tmp_path: Path):
    with pytest.raises(ValidationError, match="colour"):
        Settings(home=tmp_path, colour="red")


def test_a_misspelt_setting_in_the_environment_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setenv("SEMINAR_QA_HOME", str(tmp_path))
    monkeypatch.setenv("SEMINAR_QA_PASSAGE_WRODS", "50")
    with pytest.raises(SettingsError, match="SEMINAR_QA_PASSAGE_WRODS"):
        load_settings()


def test_ocr_can_be_left_and_reading_be_given_more_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SEMINAR_QA_OCR_SECONDS", "0")
    monkeypatch.setenv("SEMINAR_QA_READ_SECONDS", "86400")
    monkeypatch.setenv("SEMINAR_QA_READ_PROCESSES", "64")
    settings = load_settings()
    assert (settings.ocr_seconds, settings.read_seconds, settings.read_processes) == (0, 86400, 64)


def test_what_may_be_sent_and_asked_can_be_limited(monkeypatch: pytest.MonkeyPatch):
    assert (load_settings().largest_upload, load_settings().questions_per_minute) == (200, None)
    monkeypatch.setenv("SEMINAR_QA_LARGEST_UPLOAD", "5")
    monkeypatch.setenv("SEMINAR_QA_QUESTIONS_PER_MINUTE", "30")
    assert (load_settings().largest_upload, load_settings().questions_per_minute) == (5, 30)
    monkeypatch.setenv("SEMINAR_QA_QUESTIONS_PER_MINUTE", "0")
    with pytest.raises(SettingsError, match="questions_per_minute = '0'"):
        load_settings()


def test_the_organisers_token_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SEMINAR_QA_ORGANISER_TOKEN", "swordfish")
    settings = load_settings()
    assert settings.organiser_token.get_secret_value() == "swordfish"
    assert "swordfish" not in f"{settings!r}{settings.model_dump_json()}"


def test_an_empty_token_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SEMINAR_QA_ORGANISER_TOKEN", "")
    with pytest.raises(SettingsError, match="organiser_token"):
        load_settings()


def test_a_token_that_cannot_be_used_is_not_told(tmp_path: Path):
    (tmp_path / "seminar-qa.toml").write_text("organiser_token = 31337\n")
    with pytest.raises(SettingsError, match="organiser_token") as caught:
        load_settings()
    assert "31337" not in str(caught.value)
