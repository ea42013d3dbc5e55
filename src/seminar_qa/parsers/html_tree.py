"""HTML bytes as a tree: their encoding, and lxml's parser made safe for hostile pages.

Nothing is fetched, no entity of the page's own is unfolded and no script is run. What of the tree
is text of the report is not known here (`html_pruning`, `html`).
"""

import re
from typing import TypeAlias

from lxml import etree

from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers.source import decode

Element: TypeAlias = etree._Element

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DECLARED = (
    re.compile(rb"<meta\s[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.I),
    re.compile(rb"<\?xml\s[^>]{0,100}?encoding\s*=\s*[\"']([\w.:-]{1,40})", re.I),
)
_HEAD = 4096
"""A page must declare its encoding within so many bytes; browsers look at 1024."""
_CODECS = {
    "cp1252": "latin-1 latin1 iso-8859-1 iso8859-1 us-ascii ascii ansi_x3.4-1968 l1 windows-1252",
    "cp932": "shift_jis shift-jis x-sjis sjis ms_kanji windows-31j ms932 csshiftjis",
    "euc_jp": "euc-jp x-euc-jp cseucpkdfmtjapanese",
    "iso2022_jp_ext": "iso-2022-jp csiso2022jp",
    "gb18030": "gb18030 gbk gb2312 gb_2312-80 x-gbk chinese",
    "big5hkscs": "big5 big5-hkscs x-x-big5 cn-big5",
    "cp949": "euc-kr ks_c_5601-1987 ksc5601 korean windows-949",
    "cp1254": "iso-8859-9 latin5 windows-1254",
    "cp874": "tis-620 iso-8859-11 windows-874",
    "mac_roman": "macintosh mac x-mac-roman",
    "mac_cyrillic": "x-mac-cyrillic",
}
_CODEC_OF = {label: codec for codec, labels in _CODECS.items() for label in labels.split()}
_SAME_NAME = re.compile(r"(?:windows-|cp)125[0-8]|iso-8859-(?:[2-8]|1[03456])|koi8-[ru]|ibm866")
_FEW = 1000
"""One character in so many may be damaged in a page that declares its encoding."""

_DOCTYPE_SUBSET = re.compile(r"\A(\s*(?:<\?[^<>]*>\s*)?)<!DOCTYPE[^<>\[]*\[.*?\]\s*>", re.I | re.S)
_END_OF_PAGE = re.compile(r"</(?:html|body)\s*>", re.I)
_SELF_CLOSED = re.compile(r"<([a-z][\w:.-]*)((?:\s[^<>]*)?)/>", re.I)
_BREAK_CLOSED = re.compile(r"</br\s*/?>", re.I)
_INLINE_STYLE = re.compile(r"</?(?:font|b|i|u|em|strong|span|big|small|tt|s)\b[^<>]*>", re.I)
_VOID = frozenset(
    "area base basefont br col embed frame hr img input link meta param source track wbr".split()
)
_TAG = re.compile(r"<[a-z!?/]", re.I)


def read_tree(data: bytes) -> Element:
    """Return the root of the page in `data`: whole, or UnreadableFileError says why not."""
    text = decode_html(data)
    if not text.strip():
        raise UnreadableFileError("the file holds no text")
    return _parsed(_mended(text))


def decode_html(data: bytes) -> str:
    """Return the text of a page by byte order mark, UTF-8, its declaration, or its bytes' look.

    What is valid UTF-8 is read so whatever it declares: pages are often saved anew with their old
    declaration left in. Raises UnreadableFileError when it is not text.
    """
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return _checked(data.decode(codec, "replace"))
    codec = _declared_codec(data[:_HEAD])
    if codec == "iso2022_jp_ext" or (codec and not _is_utf8(data)):
        text = data.decode(codec, "replace")
        if text.count("\ufffd") * _FEW <= len(text):
            return _checked(text)
    return _checked(decode(data))


def _declared_codec(head: bytes) -> str:
    """Return Python's name for the encoding a page declares; "" for none and for UTF-8."""
    for pattern in _DECLARED:
        match = pattern.search(head)
        if match:
            label = match[1].decode("ascii", "replace").lower()
            return _CODEC_OF.get(label) or (label if _SAME_NAME.fullmatch(label) else "")
    return ""


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _checked(text: str) -> str:
    """Refuse what is plainly no text: a picture that is called a page."""
    head = text[:_HEAD]
    strange = sum((c < " " and c not in "\t\n\r\f\x1b") or c == "\ufffd" for c in head)
    if strange * 20 > len(head) or ("\x00" in head and not _TAG.search(head)):
        raise UnreadableFileError("it is called a web page, but its bytes are no text")
    return text.replace("\x00", "")


def _mended(text: str) -> str:
    """Return the page as libxml2 reads it like a browser: nothing after </body> is lost."""
    text = _unwrapped(_DOCTYPE_SUBSET.sub(r"\1", text))
    if text.lstrip().startswith("<?xml") or "http://www.w3.org/1999/xhtml" in text[:_HEAD]:
        text = _SELF_CLOSED.sub(_closed, text)
    return _BREAK_CLOSED.sub("<br>", _END_OF_PAGE.sub("", text))


def _closed(match: re.Match[str]) -> str:
    tag, attributes = match.groups()
    return match[0] if tag.lower() in _VOID else f"<{tag}{attributes}></{tag}>"


def _unwrapped(text: str) -> str:
    """Put the characters of CDATA sections into the page; they would be taken for comments."""
    first, *sections = text.split("<![CDATA[")
    parts = [first]
    for section in sections:
        inside, end, rest = section.partition("]]>")
        parts += [inside.replace("&", "&amp;").replace("<", "&lt;"), rest] if end else [section]
    return "".join(parts)


def _parsed(text: str) -> Element:
    """Parse; a page of font tags that are never closed is read without them."""
    for attempt in (text, _INLINE_STYLE.sub("", text)):
        parser = etree.HTMLParser(
            encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
        )
        try:
            root = etree.fromstring(attempt.encode("utf-8", "replace"), parser)
        except etree.XMLSyntaxError as error:
            raise UnreadableFileError("the page cannot be parsed as HTML") from error
        limits = [e for e in parser.error_log if e.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT]
        if not limits:
            break
    else:
        raise UnreadableFileError("its parts are nested too deeply, more than 2,000 levels")
    if root is None:
        raise UnreadableFileError("the file holds no text")
    return root
