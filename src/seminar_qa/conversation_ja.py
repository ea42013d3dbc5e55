"""What a Japanese follow-up may mean: its pronoun or fragment completed from the last turn."""

import re

_PRONOUN = re.compile(
    r"(?P<person>彼女ら|彼女|彼ら|彼(?!岸))|(?P<owner>その|この|あの)(?!他|ほか|後|日|年|月|週|ため|たび|うち|まま|よう|中"
    r"|報告|文書|資料|記事|会議|セミナー)|(?P<place>そこ|あそこ)|(?P<thing>それ(?!ぞれ|でも|では|なら|ら|以)|これ(?!ま|か|ら|以)|あれ(?!ば|から))"
)
_FRAGMENT = re.compile(
    r"(?:では|じゃあ|それでは|そして|また|で)?[、\s]*(.{1,16}?)(?:は|について(?:は)?|なら)?[？?]*"
)
_ASKING = re.compile(
    r"誰|だれ|どなた|何|なに|いつ|どこ|どの|どれ|どう|どんな|なぜ|いくつ|いくら|ですか|ますか|ましたか"
)
_QUESTION_WORD = re.compile(
    r"誰|だれ|どなた|何|なに|いつ|どこ|どの|どれ|どう|どんな|なぜ|いくつ|いくら"
)
_WHO = re.compile(r"誰|だれ|どなた")
_NAME = re.compile(
    r"[ァ-ヶー・]{2,}(?:[一-龯々]{1,4})?|[一-龯々]{2,}(?:の[一-龯々ァ-ヶー]{2,})?|[A-Za-z][\w.-]*(?:\s+[A-Z][\w.-]*)*"
)
_YEAR = re.compile(r"\d{4}年(?:度)?|[12]\d{3}|(?:令和|平成|昭和)[\d元]+年")


def complete_japanese(question: str, last_question: str, last_answer: str) -> str:
    """Return what `question` means after a turn, "" when it stands by itself or nothing fits."""
    subject = _subject(last_question)
    if match := _PRONOUN.search(question):
        named = subject
        if match["person"] and last_answer and _WHO.search(last_question):
            named = last_answer
        if not named or named in question:
            return ""
        put = named + ("の" if match["owner"] else "")
        return question[: match.start()] + put + question[match.end() :]
    fragment = _FRAGMENT.fullmatch(question)
    if not fragment or _ASKING.search(question) or not last_question:
        return ""
    return _put_in(fragment[1], last_question, subject)


def _subject(question: str) -> str:
    """Return the topic of a question, what stands before its first は, or else its first name."""
    topic = re.split(r"[、,]", question.partition("は")[0])[-1] if "は" in question else ""
    if topic and not _QUESTION_WORD.search(topic):
        return topic.strip()
    names = [name for name in _NAME.findall(question) if not _QUESTION_WORD.search(name)]
    return names[0] if names else ""


def _put_in(fragment: str, last_question: str, subject: str) -> str:
    """Return the last question about the fragment, in the place of a year or of its first name."""
    if (year := _YEAR.search(fragment)) and _YEAR.search(last_question):
        return _YEAR.sub(year[0], last_question, count=1)
    if year:
        return f"{fragment}、{last_question}"
    name = _NAME.search(last_question)
    if name and _NAME.fullmatch(fragment) and not _QUESTION_WORD.search(name[0]):
        return last_question.replace(name[0].partition("の")[0], fragment, 1)
    return f"{fragment}は、{last_question}" if subject else ""
