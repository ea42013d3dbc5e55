"""Whose turn a paragraph of minutes is: the labels in front of what is said.

A label looks like "Note:" and "Example:" do, so it is told by evidence in the whole report: it
comes again and changes with others, it names somebody introduced elsewhere, or it stands among
turns. Whom a label stands for is not known here (`roster`).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from seminar_qa.documents import Block, Kind
from seminar_qa.speakers.japanese_names import japanese_label
from seminar_qa.speakers.vocabulary import COURTESY, GIVEN_NAMES, PARTICLES, RANKS
from seminar_qa.text import fold, has_cjk

_COLON = re.compile(r"(?P<label>[^\s:：<][^:：\n]{0,119}?)\s?[:：](?!//)(?=\s|[^\x00-\x7f])\s*")
_CHAT = re.compile(r"<(?P<label>[^<>\s][^<>]{0,38})>\s+(?=\S)")
_CIRCLE = re.compile(
    r"[○◯〇◆◎●]\s?(?P<label>[^\s:：。、○◯〇（(]{1,20}(?:[（(][^）)]{1,20}[）)])?)[\s:：]\s*(?=\S)"
)
_OFFICE = re.compile(
    r"(?P<label>(?:副?議長|副?委員長|副?会長|座長|司会|事務局|議員|委員)[（(][^）)]{1,15}[）)])[\s:：]*(?=\S)"
)
_BRACKET = re.compile(r"【(?P<label>[^【】\s:：。]{2,20})】[\s:：]*(?=\S)")
_ALONE = re.compile(
    r"(?:【(?P<office>[^【】\s:：。]{2,20})】|(?P<label>[^\s:：<【][^:：\n]{0,59}?)\s?[:：])\s*"
)
_HANSARD = re.compile(
    r"(?P<label>(?:The\s[A-Z]{4,}(?:\s[A-Z]{4,})?|(?:Mr|Mrs|Ms|Dr|Senator|Chairman|Chairwoman)\.?\s"
    r"[A-Z][A-Z'’-]+(?:\s[A-Z][A-Z'’-]+)?(?:\sof\s[A-Z]\w+)?))\.\s+(?=\S)"
)
_NOTE_IN_LABEL = re.compile(r"\s?[（(\[][^（）()\[\]]*[）)\]]")
_UNKNOWN = re.compile(r"\(?(?:\?{1,5}|@{1,5}\d{0,2}|[A-Z]{2,4}(?:/[A-Z]{2,4})+)\)?")
_WORD = re.compile(r"[^\W\d_][\w.'’-]*|\d{1,3}")
_LOW_WORD = re.compile(r"(?<![\w-])[a-zà-ÿ][\w'’]*+(?!:)")
_NICK = re.compile(r"[a-z][\w-]{1,14}")
_COUNTED = (Kind.PARAGRAPH, Kind.LIST_ITEM)
_NO_LABELS = frozenset(
    "a abstract action actions advice agenda aim aims answer attendance attendees attention "
    "author authors background benefits caption caveat cc challenge challenges comment comments "
    "conclusion conclusions cons contact contents copyright correction date decision decisions "
    "definition description details discussion dissent duration edit editor editors email example "
    "examples excursus fax figure footnote format from goal goals hint host how hypothesis idea "
    "important info information input introduction issue issues item items keywords language "
    "lesson lessons link links location manager method methods minutes motion name nb next no "
    "note notes notice objective objectives opinion organiser organisers organizer organizers "
    "outcome outcomes output overview page participants phone photo place present presenter "
    "presenters problem proposal pros ps purpose q question questions quote re reason "
    "recommendation recommendations reference references regrets remark remarks reminder report "
    "reporter resolution resolutions resolved response result results risk risks scope scribe "
    "scribes secretary see session sessions slide slides solution source sources speaker speakers "
    "status step steps subject summary table task tasks tel time timeline tip title to todo topic "
    "topics translation update url use venue version video vote warning website what when where "
    "why yes".split()
)
_INTRODUCES = re.compile(
    r"(?:\w+\s)?(?:presenters?|speakers?|presented by|(?:co-)?chair(?:person|man|woman|s)?"
    r"|moderat(?:ors?|ed by)|lecturers?|panell?ists?|keynotes?|discussants?|rapporteurs?"
    r"|attendees|attending|participants|present|(?:in )?attendance|members|guests?"
    r"|(?:co-)?hosts?|facilitators?|organi[sz]ers?|apologies|absent|regrets|interviewe[er]s?|interpreters?)"
)
_LISTED = re.compile(
    r"^(?:present|in attendance|attendees|attendance|participants|members(?: present)?"
    r"|panell?ists)\s?[:：][^\S\n]*(?P<names>\S[^\n]{0,5000})",
    re.I | re.M,
)
_NAMED_WITH_LABEL = re.compile(
    r"(?P<name>[^\W\d_a-z][\w'’-]+(?:\s[^\W\d_a-z][\w'’-]*\.?){1,3})\s\([A-Z]{2,5}\)"
)
_OFFICES = frozenset(
    "moderator,chair,chairman,chairwoman,chairperson,speaker,host,interviewer,operator,clerk,"
    "witness,audience,audience member,audience question,unidentified speaker,unknown speaker,"
    "unidentified,questioner,participant,narrator,facilitator,panelist,panellist,presenter,"
    "reporter,interpreter,male speaker,female speaker,the court,the witness,the clerk".split(",")
)
"""Who speaks in a transcript by no other name, in capital letters."""
_SENTENCE = re.compile(r"[^\na-z]\S*\s[^\n]*[.!?…](?!\w)")
_ASKED = ("Q", "A")
_ENOUGH_ASKED = 4
_JAPANESE_OFFICES = frozenset("事務局 司会 司会者 座長 議長 委員長 会長".split())
_JAPANESE_END = re.compile(
    r"[【［〔《＜■□◆◇●※]|[○◯〇](?![○◯〇])|（(?![\d０-９一二三四五六七八九十ア-ン]{1,2}）)[^（）]{1,20}）"
    r"|(?=[^\s:：。、]*[^\x00-\u2fff])[^\s:：。、]{1,20}[:：]"
)
_COLON_AT_END = re.compile(r"(?P<label>[^\s:：<][^:：\n]{0,60}?)\s?[:：](?=\s|\Z)")
_NEAR = 6
_DASHES = re.compile(r"\.{2,4}|…")
_JAPANESE_NO_LABELS = re.compile(
    r"(?:日時|場所|会場|議題|議事|出席|欠席|資料|注|備考|目的|結論|概要|主催|質問|回答|問|答|例|図|表|写真|連絡先|期間|時間|日程|対象"
    r"|定員|参加|内容|方法|結果|背景|課題|まとめ|補足|参考|出典|件名|氏名|担当|電話|住所)"
)


@dataclass(frozen=True)
class _Opening:
    """What may be a label at the start of block `number`; the turn's words begin at `end`.

    `place` counts the blocks before it without those that only go on with a turn.
    """

    number: int
    label: str
    end: int
    style: str
    kind: Kind = Kind.PARAGRAPH
    place: int = 0
    is_alone: bool = False

    @property
    def name(self) -> str:
        """The label without brackets."""
        return _NOTE_IN_LABEL.sub("", self.label).strip() or self.label

    @property
    def counts(self) -> bool:
        """Whether it is evidence for a label, and not only judged by that of others."""
        if self.name in _ASKED or (self.is_alone and not _is_evident(self)):
            return False
        return self.kind in _COUNTED and (self.style == "chat" or not _NICK.fullmatch(self.label))

    @property
    def key(self) -> str:
        """What is the same for all turns of one label."""
        return fold(self.name)


def mark_turns(text: str, blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return `blocks` with the speaker's label of each turn, as written, and `start` behind it.

    What goes on with a turn, an item of a list or a line behind "...", has its label too; a
    heading ends it. A short turn that was taken for a heading or a caption is a paragraph again.
    """
    openings = _openings(text, blocks)
    labels = _Evidence(text, openings).labels
    turns = {opening.number: opening for opening in openings if opening.number in labels}
    marked = list(_marked(text, blocks, turns))
    wrong = {
        text[block.start : block.end]
        for number, block in enumerate(blocks)
        if number in turns and block.kind is Kind.HEADING
    }
    return tuple(_without_sections(marked, wrong)) if wrong else tuple(marked)


def _openings(text: str, blocks: Sequence[Block]) -> list[_Opening]:
    found: list[_Opening] = []
    place = 0
    for number, block in enumerate(blocks):
        if block.kind is Kind.TABLE_ROW or block.kind is Kind.TITLE or block.speaker:
            continue
        if block.kind is Kind.FRONT and block.end - block.start > 2_000:
            continue
        if number and _DASHES.fullmatch(text[blocks[number - 1].end : block.start].strip()):
            continue
        place += 1
        opening = _opening(text, number, block) or _alone(text, number, blocks)
        if opening:
            found.append(replace(opening, place=place))
    return found


def _opening(text: str, number: int, block: Block) -> _Opening | None:
    patterns = (
        ("bracket", _BRACKET),
        ("chat", _CHAT),
        ("circle", _CIRCLE),
        ("office", _OFFICE),
        ("colon", _COLON),
        ("hansard", _HANSARD),
    )
    for style, pattern in patterns:
        match = pattern.match(text, block.start, min(block.end, block.start + 200))
        if match and match.end() < block.end and _looks_like_label(match["label"]):
            label = match["label"].strip()
            if style == "bracket" and not _is_office(label, text[match.end() : block.end]):
                return None
            if style == "colon" and _introduces(label, text[match.end() : block.end]):
                return None
            return _Opening(number, label, match.end(), style, block.kind)
    return None


def _alone(text: str, number: int, blocks: Sequence[Block]) -> _Opening | None:
    """Return the turn of the next block where this one is nothing but a label."""
    block = blocks[number]
    match = _ALONE.fullmatch(text, block.start, min(block.end, block.start + 80))
    if not match or match.end() < block.end or number + 1 >= len(blocks):
        return None
    following = blocks[number + 1]
    if following.kind is not Kind.PARAGRAPH or following.speaker:
        return None
    if _is_any_label(text, following) or _opening(text, number + 1, following):
        return None
    said = text[following.start : following.end]
    if match["office"]:
        is_turn = _is_office(match["office"], said)
        found = _Opening(number + 1, match["office"], following.start, "bracket")
        return found if is_turn else None
    label = match["label"]
    is_turn = block.kind is Kind.PARAGRAPH and _looks_like_label(label)
    if not is_turn or _introduces(label, said):
        return None
    return _Opening(number + 1, label, following.start, "colon", is_alone=True)


def _is_office(label: str, said: str) -> bool:
    """Tell whether 【...】 is a speaker's, by the office in it and a sentence behind it."""
    if _JAPANESE_NO_LABELS.match(label) or not re.search(r"[。？！?!]", said):
        return False
    return label in _JAPANESE_OFFICES or japanese_label(label) is not None


def _introduces(label: str, rest: str) -> bool:
    """Tell whether "Moderator:" is followed by nothing but names, so that nobody speaks."""
    if label in _JAPANESE_OFFICES:
        return not re.search(r"[。？！?!]", rest)
    if not _INTRODUCES.fullmatch(fold(label)):
        return False
    first = re.split(r"[,;(]|\sand\s", rest, maxsplit=1)[0].strip()
    words = first.split()
    are_names = all(_is_name_word(word) or word in PARTICLES for word in words)
    short = rest.rstrip()
    titled = re.match(r"\w+", fold(first))
    is_titled = bool(titled and titled[0] in COURTESY)
    is_closed = short.endswith(("!", "?")) or (short.endswith(".") and len(words) == 1)
    return 1 < len(words) + is_titled <= 8 and are_names and not is_closed


def _is_any_label(text: str, block: Block) -> bool:
    """Tell whether a block begins like a turn or a note: it goes on with no turn."""
    end = min(block.end, block.start + 120)
    if _JAPANESE_END.match(text, block.start, end):
        return True
    match = _COLON.match(text, block.start, end) or _COLON_AT_END.match(text, block.start, end)
    return bool(match and _looks_like_label(match["label"], known=False))


def _looks_like_label(label: str, *, known: bool = True) -> bool:
    """Tell whether a string may name a speaker: few words, each of them like a name's.

    With `known` those words that are known to be no labels are none.
    """
    name = _NOTE_IN_LABEL.sub("", label).strip()
    if _UNKNOWN.fullmatch(label) or _UNKNOWN.fullmatch(name):
        return True
    words = re.split(r"[\s_]+", name)
    if not name or len(words) > 6 or len(name) > 50 or (known and _is_no_label(name)):
        return False
    if _NICK.fullmatch(name):
        return True
    if has_cjk(name):
        return len(name) <= 16 and not _JAPANESE_NO_LABELS.match(name) and "は" not in name
    low = [word for word in words if not _is_name_word(word)]
    return _is_name_word(words[0]) and all(word in PARTICLES or word == "of" for word in low)


def _is_no_label(name: str) -> bool:
    spoken = name in _ASKED or (name.isupper() and fold(name) in _OFFICES)
    return fold(name) in _NO_LABELS and not spoken


def _is_name_word(word: str) -> bool:
    if word.startswith("("):
        return False
    return bool(_WORD.fullmatch(word.strip(".,"))) and (word[0].isupper() or word[0].isdigit())


class _Evidence:
    """Tells labels from other openings by what the whole text shows."""

    def __init__(self, text: str, openings: list[_Opening]) -> None:
        self.text = text
        self.openings = openings
        items = [opening for opening in openings if opening.kind is Kind.LIST_ITEM]
        listed = self._is_transcript(items)
        self.counted = [
            o for o in openings if o.counts and (listed or o.kind is not Kind.LIST_ITEM)
        ]
        self.counts = Counter(opening.key for opening in self.counted)
        self.items = Counter(opening.key for opening in items)

    @property
    def labels(self) -> set[int]:
        """The numbers of the blocks that begin with a label."""
        sure = {o.number for o in self.counted if self._is_sure(o)} | self._asked
        sure |= self._untitled(sure)
        again = self._alternating(sure)
        kept = {
            o.number
            for o in self.openings
            if o.number in sure or (o.key in again and not self._is_single_item(o))
        }
        turns = len(kept)
        if turns >= 4 and len(again | {o.key for o in self.openings if o.number in sure}) >= 2:
            kept |= self._among(kept)
        if not kept:
            return kept
        unknown = {o.number for o in self.openings if _UNKNOWN.fullmatch(o.label)}
        return kept | (unknown if turns >= 4 else set())

    @property
    def _asked(self) -> set[int]:
        """The blocks of an interview with "Q:" and "A:" in turn."""
        asked = [o for o in self.openings if o.name in _ASKED and o.style == "colon"]
        changes = sum(a.name != b.name for a, b in pairwise(asked))
        enough = len(asked) >= _ENOUGH_ASKED and changes * 2 >= len(asked)
        return {o.number for o in asked} if enough else set()

    def _untitled(self, sure: set[int]) -> set[int]:
        """The blocks of "LEE:" where "MS. LEE:" has turns."""
        titled = [o.key.split() for o in self.counted if o.number in sure]
        families = {words[-1] for words in titled if words[0].rstrip(".") in COURTESY}
        return {o.number for o in self.counted if o.name.isupper() and o.key in families}

    def _is_single_item(self, opening: _Opening) -> bool:
        """Whether it is an item of a list such as "Ana: bring the maps", that nobody says."""
        is_item = opening.kind is Kind.LIST_ITEM and opening not in self.counted
        return is_item and self.items[opening.key] < 2

    def _is_sure(self, opening: _Opening) -> bool:
        """Whether a label needs no other beside it: by its form, or somebody introduced."""
        if opening.style in ("circle", "office", "bracket"):
            return True
        if opening.style == "chat":
            return self.counts[opening.key] > 1
        words = opening.key.replace(".", "").split()
        titled = words[0] in COURTESY or (len(words) > 1 and words[0] in RANKS)
        chair = words[0] == "the" and opening.name[4:].isupper()
        if opening.name.isupper() and opening.key in _OFFICES:
            return opening.key in self._spoken and len(self.counts) > 1
        if titled or chair:
            return self.counts[opening.key] > 1 or self._closes(opening)
        if opening.style == "colon" and opening.key in self._named:
            return self._closes(opening)
        return opening.style == "colon" and opening.key in self._introduced

    def _closes(self, opening: _Opening) -> bool:
        """Whether what follows the label reads like speech: a sentence."""
        rest = self.text[opening.end : opening.end + 400]
        return bool(re.match(r"[^\n]*[.!?…]", rest)) and "," not in opening.name

    @cached_property
    def _spoken(self) -> set[str]:
        """Labels of an office behind which a sentence stands at least once."""
        offices = (opening for opening in self.counted if opening.key in _OFFICES)
        return {o.key for o in offices if _SENTENCE.match(self.text, o.end, o.end + 400)}

    @cached_property
    def _introduced(self) -> set[str]:
        """Labels that stand in brackets behind a name, or in a table behind one."""
        initials = {match[1] for match in _INITIALS.finditer(self.text)}
        initials |= {match[1] for match in _ABBREVIATION.finditer(self.text)}
        return {fold(label) for label in initials}

    @cached_property
    def _named(self) -> set[str]:
        """Full names that stand before initials in brackets or in a list of those present."""
        named: set[str] = set()
        for match in _NAMED_WITH_LABEL.finditer(self.text):
            words = match["name"].split()
            named |= {fold(" ".join(words[first:])) for first in range(len(words) - 1)}
        for match in _LISTED.finditer(self.text):
            parts = re.split(r"[,;]|\sand\s", _NOTE_IN_LABEL.sub("", match["names"]))
            named |= {fold(part.strip(" .")) for part in parts}
        return {name for name in named if " " in name}

    @cached_property
    def _low_words(self) -> frozenset[str]:
        return frozenset(fold(match[0]) for match in _LOW_WORD.finditer(self.text))

    def _is_common(self, opening: _Opening) -> bool:
        """Whether the words of a label are words of the language, as in "Budget:"."""
        if opening.name.isupper() and len(opening.name) <= 4:
            return False
        words = [word for word in re.split(r"[\s_.]+", opening.key) if len(word) > 1]
        if words and words[0] in GIVEN_NAMES and self.counts[opening.key] > 1:
            return False
        return bool(words) and all(word in self._low_words for word in words)

    def _alternating(self, sure: set[int]) -> set[str]:
        """Labels that come again and change with others, in no fixed order."""
        often = [o for o in self.counted if self.counts[o.key] > 1 or o.number in sure]
        before: dict[str, set[str]] = {}
        for last, this in pairwise(often):
            if last.key != this.key:
                before.setdefault(this.key, set()).add(last.key)
        changes = sum(a.key != b.key for a, b in pairwise(often))
        names = {o.key for o in often if not self._is_common(o)}
        common = {o.key for o in often} - names
        free = {key for key in common if self.counts[key] > 2 and len(before.get(key, ())) > 1}
        kept = (names | (free if self._is_transcript(often) else set())) & _near_others(often)
        enough = len(often) >= 6 or any(_is_evident(o) for o in often if o.key in kept)
        return kept if len(kept) > 1 and changes > 1 and enough else set()

    def _is_transcript(self, often: list[_Opening]) -> bool:
        """Whether most of the text from the first to the last turn begins with such labels."""
        blocks = often[-1].place - often[0].place + 1 if often else 0
        return len(often) >= 8 and len(often) * 2 >= blocks

    def _among(self, kept: set[int]) -> set[int]:
        """Openings that stand directly beside a turn and do not read like anything else."""
        order = [o.number for o in self.counted]
        beside = set()
        for place, opening in enumerate(self.counted):
            near = {order[place - 1] if place else -9, *order[place + 1 : place + 2]}
            close = any(number in kept and abs(number - opening.number) <= 40 for number in near)
            spoken = opening.kind is Kind.PARAGRAPH and opening.style in ("colon", "chat")
            if close and spoken and not self._is_common(opening):
                beside.add(opening.number)
        return beside


def _near_others(often: list[_Opening]) -> set[str]:
    """Return the labels of which half or more stand near another turn, as in a conversation."""
    near: Counter[str] = Counter()
    for number, opening in enumerate(often):
        beside = often[max(0, number - 1) : number] + often[number + 1 : number + 2]
        near[opening.key] += any(abs(o.place - opening.place) <= _NEAR for o in beside)
    total = Counter(opening.key for opening in often)
    return {key for key in total if near[key] * 2 >= total[key]}


def _is_evident(opening: _Opening) -> bool:
    """Tell whether a label is a name by itself: a given name, initials, a Japanese name, a nick."""
    words = re.split(r"[\s_.]+", opening.key)
    initials = opening.name.isupper() and len(opening.name) <= 4
    if opening.is_alone:
        initials = opening.name.isupper() and opening.key in _OFFICES
    chat = opening.style != "colon"
    return chat or initials or has_cjk(opening.key) or bool({*words[:2]} & (GIVEN_NAMES | COURTESY))


_INITIALS = re.compile(r"[^\W\d_]{2,30}\s\(([A-Z]{2,5})\)")
_ABBREVIATION = re.compile(
    r"\b(?:Abbreviation|Abbr\.?|Initials|Acronym|Short|Code|TLA|IRC|Nick|略称):\s([^;\n]{1,20})"
)


def _marked(text: str, blocks: Sequence[Block], turns: dict[int, _Opening]) -> Iterator[Block]:
    """Yield the blocks with their speakers."""
    speaker: str | None = None
    style = ""
    end = 0
    for number, block in enumerate(blocks):
        opening = turns.get(number)
        if opening:
            speaker, style = opening.label, opening.style
            kind = Kind.LIST_ITEM if block.kind is Kind.LIST_ITEM else Kind.PARAGRAPH
            yield replace(block, start=opening.end, speaker=speaker, kind=kind, level=0)
        elif speaker and _goes_on(text, end, block, style):
            yield replace(block, speaker=speaker)
        else:
            speaker = None if block.kind is not Kind.NOTE else speaker
            yield block
        end = block.end


def _goes_on(text: str, end: int, block: Block, style: str) -> bool:
    gap = text[end : block.start]
    if not _DASHES.fullmatch(gap.strip()) and _is_any_label(text, block):
        return False
    if block.kind is Kind.LIST_ITEM:
        return True
    if block.kind is not Kind.PARAGRAPH:
        return False
    tight = "\n\n" not in gap and gap.strip() in ("", "...", "…", "..")
    return (
        tight or bool(_DASHES.fullmatch(gap.strip())) or style in ("circle", "bracket", "hansard")
    )


def _without_sections(blocks: Iterable[Block], wrong: set[str]) -> Iterator[Block]:
    """Yield the blocks with no section named by what turned out to be a turn."""
    for block in blocks:
        if any(name in wrong for name in block.section):
            kept = tuple(name for name in block.section if name not in wrong)
            yield replace(block, section=kept)
        else:
            yield block
