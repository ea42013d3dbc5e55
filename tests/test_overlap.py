"""Questions in Japanese, answered by the sentence that shares the most with them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from transformers import BertConfig, BertModel, BertTokenizerFast

from seminar_qa import overlap
from seminar_qa.engine import Engine
from seminar_qa.errors import ModelError
from seminar_qa.ingest import build_index
from seminar_qa.overlap import Overlap, OverlapReader, Shared, load_weights, split_passage, weigh
from seminar_qa.passages import passage_text
from seminar_qa.sentences import split_sentences
from seminar_qa.settings import Settings
from seminar_qa.text import words
from seminar_qa.vectors import CJK_PROBE

REPORT = """\
水素エネルギー地域協力セミナー報告書

1. 開催概要

本セミナーは2019年6月14日に福井市の県民会館で開かれた。参加者は全国から集まった86名であった。
主催は北陸水素協議会であり、県の後援を受けた。

2. 講演

田村教授は、燃料電池バスの走行距離が一回の充填で320キロメートルに達したと報告した。
敦賀港では水素ステーションの建設が進んでいる。この施設は「つるが水素館」と呼ばれている。
質疑では、補助金の不足が普及の遅れの理由として挙げられた。
"""
PASSAGE = (
    "参加者は福井県から集まった。参加者の数は86名で、会場は2階であった。"
    "次回の会合は2020年秋、敦賀市で開く。"
)


class Words:
    """A vocabulary in which each word tells the same."""

    def terms(self, text: str) -> list[str]:
        return list(dict.fromkeys(words(text)))

    def rarity(self, term: str) -> float:
        return 1.0


def reader(**options: object) -> OverlapReader:
    return OverlapReader(Words(), load_weights(), **options)


def marked(question: str, passage: str = PASSAGE) -> str:
    """Return what is marked first."""
    span = reader().read(question, [passage])[0][0]
    return passage[span.start : span.end]


def shared(question: str, sentence: str) -> Shared:
    return Overlap(question, Words()).shared(sentence)


def test_the_sentence_with_the_most_in_common_goes_first():
    assert marked("会場について教えてください") == "参加者の数は86名で、会場は2階であった。"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("参加者は何名でしたか。", "86名"),
        ("会場は何階ですか？", "2階"),
        ("次回の会合はいつ開きますか", "2020年"),
        ("次回の会合はどの市で開きますか", "敦賀市"),
        ("参加者の数はどれくらいですか", "86名"),
        ("参加者の数は何名ですか（８６名以外）", "参加者の数は86名で、会場は2階であった。"),
    ],
)
def test_what_is_asked_for_is_marked_and_else_the_sentence(question: str, answer: str):
    assert marked(question) == answer


def test_the_shares_are_of_the_question_by_rarity_and_script():
    found = shared("Kloeckの会議", "会議でKloeck氏が話した。")
    assert found == Shared(pairs=1 / 3, words=1 / 3, kanji=1.0)


def test_full_width_forms_are_the_same_as_plain_ones():
    assert shared("８６名のＳＭＲ", "86名のsmrだ") == shared("86名のSMR", "86名のsmrだ")


def test_what_the_question_says_itself_is_no_answer():
    question = "2019年の次の会合は何年ですか"
    assert shared(question, "2019年に開いた。").named == 0.0
    assert shared(question, "2021年に開いた。").named == 1.0


def test_a_length_of_time_is_no_date():
    assert shared("いつ終わりますか", "3日間にわたり開いた。").date == 0.0
    assert shared("いつ終わりますか", "3日に開いた。").date == 1.0


def test_spans_are_sentences_best_first_and_no_more_than_asked_for():
    spans = reader(spans=2).read("敦賀市の会合", [PASSAGE, "", "関係がない。"])
    assert [len(found) for found in spans] == [2, 0, 1]
    assert spans[0][0].score > spans[0][1].score > spans[2][0].score


def test_sentences_are_those_of_the_document(home_in_japanese: Path):
    engine = Engine.open(Settings(home=home_in_japanese))
    record = engine.record(engine.documents()[0].id)
    text = record.document.text
    found = {
        (passage.start + start, passage.start + end)
        for passage in record.passages
        for start, end in split_passage(text[passage.start : passage.end])
    }
    assert found == {(s.start, s.end) for s in split_sentences(record.document)}


class Meaning:
    """An encoder that finds one sentence near every question, and remembers what it was given."""

    def __init__(self, near: str):
        self.near = near
        self.given: list[str] = []

    def encode(
        self, texts: Sequence[str], advance: Callable[[int], None] = lambda _: None
    ) -> np.ndarray:
        self.given += texts
        near = [text.endswith("？") or text == self.near for text in texts]
        return np.array([[1.0, 0.0] if n else [0.6, 0.8] for n in near], dtype=np.float32)


def test_with_an_encoder_meaning_has_a_say():
    first, second = "催しは東京。", "催しは京都。"
    question = "催し？"
    plain = reader().read(question, [first + second])[0]
    assert plain[0].score == plain[1].score
    for_questions, for_passages = Meaning(second), Meaning(second)
    meant = reader(encoders=(for_questions, for_passages)).read(question, [first + second])[0]
    assert meant[0].start == len(first)
    assert meant[0].score - meant[1].score == pytest.approx(2 * overlap.MEANING)
    assert for_questions.given == [question]
    assert for_passages.given == [first, second]


def test_the_weights_are_those_the_package_carries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    assert weigh(Shared(kanji=1.0), load_weights()) == pytest.approx(load_weights()["kanji"])
    monkeypatch.setattr(overlap, "files", lambda _: tmp_path)
    with pytest.raises(ModelError, match="install seminar-qa again"):
        load_weights()


@pytest.fixture(scope="module")
def home_in_japanese(tmp_path_factory: pytest.TempPathFactory, home: Path, report: Path) -> Path:
    """A home with a Japanese report."""
    folder = tmp_path_factory.mktemp("japanese")
    (folder / "documents").mkdir()
    (folder / "index").mkdir()
    (folder / "index" / "models").symlink_to(home / "index" / "models", target_is_directory=True)
    (folder / "documents" / "suiso.txt").write_text(REPORT, encoding="utf-8")
    build_index(Settings(home=folder))
    return folder


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("セミナーはいつ開かれましたか。", "2019年6月14日"),
        ("参加者は何名でしたか。", "86名"),
        ("燃料電池バスの走行距離は何キロメートルに達しましたか。", "320キロメートル"),
        ("敦賀港では何の建設が進んでいますか。", "水素ステーション"),
        ("普及の遅れの理由は何ですか。", "補助金の不足"),
    ],
)
def test_a_japanese_question_gets_the_sentence_of_a_japanese_report(
    home_in_japanese: Path, question: str, answer: str
):
    reply = Engine.open(Settings(home=home_in_japanese)).ask(question).answer
    assert reply.answered
    assert answer in reply.quotes[0].text
    assert reply.quotes[0].found_by == "words"


@pytest.mark.parametrize(
    "question",
    ["鎌倉幕府を開いたのは誰ですか。", "フランスの首都の人口は何人ですか。", "株価はいくらか"],
)
def test_what_a_japanese_report_does_not_say_gets_a_no(home_in_japanese: Path, question: str):
    reply = Engine.open(Settings(home=home_in_japanese)).ask(question).answer
    assert not reply.answered
    assert reply.text is None


def test_a_japanese_question_about_an_english_report_finds_it_by_a_name_or_gets_a_no(
    engine: Engine,
):
    named = engine.ask("Ben Kloeckは何を説明しましたか。").answer
    assert "Kloeck" in (named.quotes or named.nearest)[0].text
    assert named.confidence < 0.5
    other = engine.ask("参加者は何人でしたか。").answer
    assert (other.answered, other.quotes, other.confidence) == (False, (), 0.0)


def multilingual_model(folder: Path) -> Path:
    """Make a Sentence-Transformers model of random weights that spells Japanese, with prompts."""
    characters = sorted({*REPORT, *CJK_PROBE, *map(chr, range(33, 127))} - {"\n", " "})
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    vocabulary = [*special, *characters, *(f"##{character}" for character in characters)]
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    BertTokenizerFast(
        str(folder / "vocab.txt"), do_lower_case=False, strip_accents=False
    ).save_pretrained(folder / "bert")
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=130,
    )
    BertModel(config).save_pretrained(folder / "bert")
    model = SentenceTransformer(
        modules=[Transformer(str(folder / "bert"), max_seq_length=128), Pooling(16)],
        prompts={"query": "query: ", "document": "passage: "},
        device="cpu",
    )
    model.save(str(folder / "model"))
    return folder / "model"


def test_a_multilingual_encoder_is_used_throughout_with_its_prompts(tmp_path: Path):
    model = multilingual_model(tmp_path)
    (tmp_path / "home" / "documents").mkdir(parents=True)
    (tmp_path / "home" / "documents" / "suiso.txt").write_text(REPORT, encoding="utf-8")
    settings = Settings(home=tmp_path / "home", encoder=str(model))
    build_index(settings)
    engine = Engine.open(settings)
    asked = "参加者は何名でしたか。"
    best = max(engine.candidates(asked), key=lambda candidate: candidate.score)
    indexed = passage_text(best.record.document, best.passage)
    question, passage = SentenceTransformer(str(model), device="cpu").encode(
        [f"query: {asked}", f"passage: {indexed}"], normalize_embeddings=True
    )
    assert best.evidence.dense == pytest.approx(float(question @ passage), abs=1e-3)
