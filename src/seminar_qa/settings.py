"""What can be set, by `SEMINAR_QA_*` in the environment or in `seminar-qa.toml` in the home.

Read by the walks and faces only; a stage takes plain arguments.
"""

import os
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from seminar_qa.errors import SettingsError
from seminar_qa.weights import DEFAULT_ENCODER

FILE = "seminar-qa.toml"


class Settings(BaseSettings):
    """All settings with their defaults."""

    model_config = SettingsConfigDict(env_prefix="SEMINAR_QA_", extra="forbid")

    home: Path = Field(default_factory=Path.cwd, description="Folder with documents/ and index/.")
    encoder: str = Field(
        DEFAULT_ENCODER,
        description="Sentence-Transformers model: a name, or the path of its folder.",
    )
    query_prompt: str | None = Field(
        None, description="Put before questions when embedding; the model's own if not given."
    )
    passage_prompt: str | None = Field(
        None, description="Put before passages when embedding; the model's own if not given."
    )
    passage_words: int = Field(80, ge=20, le=200, description="Longest passage, in words.")
    passages_read: int = Field(
        20, ge=1, le=100, description="How many passages the reader reads for a question."
    )
    read_seconds: float = Field(
        60, gt=0, le=86_400, description="Longest time to read one file, in seconds."
    )
    read_memory: int = Field(
        2048, ge=512, description="Most memory to read one file, in MiB (not on Windows, macOS)."
    )
    read_processes: int | None = Field(
        None, ge=1, le=64, description="How many files are read at a time; one a core, at most 4."
    )
    ocr_seconds: float = Field(
        600,
        ge=0,
        le=86_400,
        description="Longest time for the scanned pages of one file, in seconds; 0 leaves them.",
    )
    balanced_threshold: float | None = Field(
        None, ge=0, le=1, description="Least confidence to answer in mode balanced."
    )
    strict_threshold: float | None = Field(
        None, ge=0, le=1, description="Least confidence to answer in mode strict."
    )

    organiser_token: SecretStr | None = Field(
        None,
        min_length=1,
        description="What an organiser's programs must show to start an index run at the server.",
    )
    largest_upload: int = Field(
        200, ge=1, le=100_000, description="Most that may be uploaded at a time, in MiB."
    )
    questions_per_minute: int | None = Field(
        None, ge=1, description="How often a client may ask in a minute; no limit if not given."
    )
    watch_settle: float = Field(
        1,
        ge=0,
        le=3_600,
        description="How long files must be unchanged before --watch reads them, in seconds.",
    )
    watch_polling: bool = Field(
        False, description="Whether --watch looks through the folder: for network drives."
    )

    @property
    def documents(self) -> Path:
        """The folder of reports."""
        return self.home / "documents"

    @property
    def index(self) -> Path:
        """The folder of the index."""
        return self.home / "index"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments go before the environment, the environment before the file."""
        home = Path(os.environ.get("SEMINAR_QA_HOME") or Path.cwd())
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, home / FILE)


def load_settings() -> Settings:
    """Read the settings. Raises SettingsError, which names the setting and its value."""
    known = {f"SEMINAR_QA_{name.upper()}" for name in Settings.model_fields}
    for name in os.environ:
        if name.upper().startswith("SEMINAR_QA_") and name.upper() not in known:
            raise SettingsError(f"there is no setting {name}; there are {', '.join(sorted(known))}")
    settings = make_settings()
    try:
        return settings.model_copy(update={"home": settings.home.expanduser().resolve()})
    except (OSError, RuntimeError) as error:
        raise SettingsError(f"the home {settings.home} cannot be found: {error}") from error


def make_settings(**given: Any) -> Settings:
    """Return the settings, of which some are given.

    Raises SettingsError, which names the setting and its value.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"])) or "settings"
        value = "…" if name == "organiser_token" else first.get("input")
        raise SettingsError(
            f"the setting {name} = {value!r} cannot be used: {first['msg']}; "
            f"correct it in {FILE} or in SEMINAR_QA_{name.upper()}"
        ) from error
    except ValueError as error:
        raise SettingsError(f"{FILE} cannot be read: {error}") from error
