"""Persons in Japanese sentences and labels."""

import pytest

from seminar_qa.speakers.japanese_names import (
    continues,
    is_same,
    japanese_label,
    japanese_mention,
    stem,
)


def found(sentence: str) -> tuple[str | None, ...] | None:
    mention = japanese_mention(sentence, 0, len(sentence))
    if mention is None or not mention.speaks:
        return None
    spans = (mention.name, mention.role, mention.organisation)
    return tuple(sentence[slice(*span)] if span else None for span in spans)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("田中太郎氏（東京大学教授）は水素について述べた。", ("田中太郎氏", "教授", "東京大学")),
        ("東京大学教授の田中太郎氏は水素について述べた。", ("田中太郎氏", "教授", "東京大学")),
        ("続いて、山田花子さんが事例を紹介した。", ("山田花子さん", None, None)),
        ("佐藤市長は謝意を表明した。", ("佐藤市長", "市長", None)),
        ("京都大学鈴木教授は費用を説明した。", ("鈴木教授", "教授", "京都大学")),
        ("田中氏によると、雨が降った。", ("田中氏", None, None)),
    ],
)
def test_a_person_who_speaks_is_found(sentence, expected):
    assert found(sentence) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "会場からは多くの質問があった。",
        "田中氏は京都に住む。",
        "各委員から質問があった。",
        "水素は安全だと説明した。",
        "田中氏の計画を紹介した。",
    ],
)
def test_nobody_is_found_where_nobody_speaks(sentence):
    assert found(sentence) is None


def test_the_same_person_may_be_taken_up():
    assert continues("同氏は費用も指摘した。", 0)
    assert not continues("費用も指摘した。", 0)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("議長（田中君）", ("田中君", "議長")),
        ("環境部長（鈴木一郎君）", ("鈴木一郎君", "環境部長")),
        ("田中委員", ("田中委員", "委員")),
        ("田中", None),
        ("Ana (Acme)", None),
    ],
)
def test_a_label_has_a_name_and_a_role(label, expected):
    assert japanese_label(label) == expected


def test_an_honorific_or_an_office_is_no_part_of_the_name():
    assert [stem(name) for name in ("田中委員", "田中太郎氏", "鈴木副委員長", "田中")] == [
        "田中",
        "田中太郎",
        "鈴木",
        "田中",
    ]
    assert is_same("田中氏", "田中太郎教授")
    assert not is_same("田中氏", "佐藤氏")
