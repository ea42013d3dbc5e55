"""Where the weights lie, and the hashes that name them."""

import hashlib
from pathlib import Path

import pytest

from seminar_qa.errors import ModelError
from seminar_qa.weights import (
    DEFAULT_ENCODER,
    DEFAULT_ENCODER_SHA256,
    english_words,
    find_encoder,
    find_reader,
    hash_file,
    hash_model,
    hash_weights,
)


def test_the_packaged_encoder_has_the_weights_that_upstream_published():
    assert (
        DEFAULT_ENCODER_SHA256 == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    )
    assert hash_weights(find_encoder(DEFAULT_ENCODER)) == DEFAULT_ENCODER_SHA256


def test_an_encoder_may_be_given_as_a_folder(tmp_path: Path):
    assert find_encoder(str(tmp_path)) == tmp_path


@pytest.mark.parametrize("name", ["nobody/no-such-model", "/no/such/folder", "not a name"])
def test_an_encoder_that_is_not_on_this_machine_is_named_with_the_cure(name: str):
    with pytest.raises(ModelError, match="no encoder “") as caught:
        find_encoder(name)
    assert name in str(caught.value)
    assert "hf download" in str(caught.value)


def test_the_reader_comes_with_the_package():
    assert find_reader().name == "reader.safetensors"
    assert find_reader().stat().st_size > 1_000_000


def test_a_file_is_hashed_by_its_bytes(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"abc")
    assert (
        hash_file(tmp_path / "file")
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


def test_a_missing_file_of_weights_is_an_error_that_names_it(tmp_path: Path):
    with pytest.raises(ModelError, match=r"gone\.safetensors"):
        hash_file(tmp_path / "gone.safetensors")


def test_one_file_of_weights_gives_its_own_hash(tmp_path: Path):
    (tmp_path / "model.safetensors").write_bytes(b"abc")
    (tmp_path / "config.json").write_text("{}")
    assert hash_weights(tmp_path) == hashlib.sha256(b"abc").hexdigest()


def test_several_files_of_weights_are_hashed_together_in_order_of_name(tmp_path: Path):
    (tmp_path / "b.safetensors").write_bytes(b"second")
    (tmp_path / "a.safetensors").write_bytes(b"first")
    joined = hashlib.sha256(b"first").hexdigest() + hashlib.sha256(b"second").hexdigest()
    assert hash_weights(tmp_path) == hashlib.sha256(joined.encode()).hexdigest()


def test_older_weights_are_taken_where_there_are_no_safetensors(tmp_path: Path):
    (tmp_path / "pytorch_model.bin").write_bytes(b"abc")
    assert hash_weights(tmp_path) == hashlib.sha256(b"abc").hexdigest()


def test_a_folder_without_weights_is_no_model(tmp_path: Path):
    with pytest.raises(ModelError, match="holds no weights"):
        hash_weights(tmp_path)


def test_other_prompts_make_another_model_of_the_same_weights(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"abc")
    (tmp_path / "config.json").write_text("{}")
    before = hash_model(tmp_path, "00")
    (tmp_path / "config.json").write_text('{"prompts": {}}')
    assert hash_model(tmp_path, "00") != before


def test_the_words_of_the_encoder_are_whole_words_in_lower_case():
    words = english_words()
    assert 15_000 < len(words) < 25_000
    assert {"harbour", "cooperation", "said", "mayor"} <= words
    assert not {"[PAD]", "[unused0]", "##ing", "a", "2018", "Kloeck", "Mayor", ""} & words
    assert {word for word in words if word != word.lower()} == set()
