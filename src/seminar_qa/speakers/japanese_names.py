"""Persons in Japanese sentences and labels: 田中太郎氏（東京大学教授）は…と述べた.

A name is told by what follows it, an honorific or an office, and by the particle behind that.
"""

import re
from dataclasses import dataclass

from seminar_qa.text import has_cjk

_HONORIFIC = "氏|さん|さま|様|君|くん|先生"
_OFFICE = (
    "名誉教授|准教授|教授|助教|講師|学長|総長|代表取締役社長|代表取締役|取締役|副社長|社長|副会長|会長|理事長|専務理事|理事"
    "|副委員長|委員長|委員|副議長|議長|議員|副知事|知事|副市長|市長|区長|町長|村長|副大臣|大臣|政務官|審議官|参事官|事務局長"
    "|センター長|本部長|部長|次長|課長|係長|局長|所長|室長|院長|館長|支店長|支局長|主任研究員|上席研究員|研究員|総領事|大使"
    "|公使|領事|代表|顧問|専門員|参考人|座長|会員|弁護士|医師|記者|執行役員|監査役|主査|主任|担当官|監督|校長"
)
_QUALIFIER = "(?:元|前|副|特任|客員|上席|主任|専務|常務|特別)?"
_LETTER = "[一-龯々ヶァ-ヴー・A-Za-zà-ÿÀ-ß]"
_MENTION = re.compile(
    rf"(?:(?<=^)|(?<=[、。，\s」）の「]|[^一-龯々ヶァ-ヴー・]))"
    rf"(?:(?P<before>[^、。，\s「」のは]{{2,30}})の)?"
    rf"(?P<name>{_LETTER}{{1,16}}?(?:{_HONORIFIC}|{_OFFICE}))"
    rf"(?:[（(](?P<beside>[^（）()]{{1,60}})[）)])?(?P<particle>から(?:は)?|より|は|が|も|によると|によれば)"
)
_SPEECH = re.compile(
    r"述べ|語っ|語る|話し|話す|説明|紹介|報告|発言|指摘|強調|挨拶|あいさつ|質問|質疑|回答|答え|答弁|発表|提案|講演|触れ"
    r"|言及|示し|求め|訴え|まとめ|締めくく|主張|呼びかけ|提言|表明|伝え|話題提供|解説|述懐|問題提起|意見"
)
_PRONOUN = re.compile(r"^(?:同)?(?:氏|教授|委員|市長|知事|会長|社長|大使|彼|彼女)(?:は|が|も)")
_ROLE_END = re.compile(rf"(?P<role>{_QUALIFIER}(?:{_OFFICE}))$")
_ENDING = re.compile(rf"(?:{_HONORIFIC}|{_QUALIFIER}(?:{_OFFICE}))$")
_LABEL = re.compile(
    rf"(?P<office>[^（(]{{1,15}})[（(](?P<inside>[^）)]{{1,15}})[）)]|(?P<name>.{{1,16}}?)(?P<ending>{_OFFICE})"
)
_INSTITUTION = re.compile(
    r"^.*(?:大学院?|研究所|会社|省|庁|センター|機構|協会|財団|銀行|都|道|府|県|市|区|町|村|局|部|課)"
)
_NOBODY = re.compile(
    rf"^(?:[同各両全副本当前現新某他元]|一部|複数|司会|出席|多くの|参加)*(?:{_HONORIFIC}|{_OFFICE})$"
)


@dataclass(frozen=True)
class JapaneseMention:
    """A person in a Japanese sentence: places in the text of name, role and organisation."""

    name: tuple[int, int]
    role: tuple[int, int] | None
    organisation: tuple[int, int] | None
    speaks: bool


def japanese_mention(text: str, start: int, end: int) -> JapaneseMention | None:
    """Return the first person who is the subject of `text[start:end]`, None without one."""
    match = _MENTION.search(text[start : min(end, start + 400)])
    if not match or _NOBODY.match(match["name"]):
        return None
    speaks = "によ" in match["particle"] or bool(_SPEECH.search(text, start + match.end(), end))
    name = _shift(match.span("name"), start)
    role: tuple[int, int] | None = None
    organisation: tuple[int, int] | None = None
    for group in ("beside", "before"):
        if match[group] and not (role or organisation):
            role, organisation = _split(match[group], start + match.start(group))
    inner = _INSTITUTION.match(match["name"])
    ending = _ROLE_END.search(match["name"])
    if inner and ending and inner.end() < ending.start() and not organisation:
        organisation = _shift(inner.span(), name[0])
        role = role or _shift(ending.span("role"), name[0])
        name = (organisation[1], name[1])
    elif ending and not role:
        role = _shift(ending.span("role"), name[0])
    return JapaneseMention(name, role, organisation, speaks)


def _shift(span: tuple[int, int], by: int) -> tuple[int, int]:
    return span[0] + by, span[1] + by


def _split(description: str, start: int) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    """Return role and organisation of 東京大学教授, where the role stands last."""
    match = _ROLE_END.search(description)
    if not match:
        return None, (start, start + len(description))
    organisation = description[: match.start()].rstrip("・、 ")
    role = _shift(match.span("role"), start)
    return role, (start, start + len(organisation)) if organisation else None


def continues(text: str, start: int) -> bool:
    """Tell whether a sentence at `start` begins with 同氏は and the like."""
    return bool(_PRONOUN.match(text[start : start + 8]))


def japanese_label(label: str) -> tuple[str, str | None] | None:
    """Return name and role of a label such as 議長（田中君） or 田中委員; None if it is neither."""
    match = _LABEL.fullmatch(label)
    if not match or not has_cjk(label):
        return None
    if not match["inside"]:
        return label, match["ending"]
    person, office = match["inside"], match["office"]
    return (office, None) if re.fullmatch(rf".*(?:{_OFFICE})", person) else (person, office)


def stem(name: str) -> str:
    """Return a name without honorific and office: 田中 of 田中委員 and of 田中氏."""
    ending = _ENDING.search(name)
    return name[: ending.start()] if ending and ending.start() else name


def is_same(name: str, other: str) -> bool:
    """Tell whether two names may be one person's: 田中氏 and 田中太郎教授."""
    short, long = sorted((stem(name), stem(other)), key=len)
    return len(short) > 1 and long.startswith(short)
