"""Names of files that are sent: what they become, and which are refused."""

import pytest

from seminar_qa.errors import UploadError
from seminar_qa.filenames import LONGEST, safe_name


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("minutes.txt", "minutes.txt"),
        ("../../x.txt", "x.txt"),
        ("/etc/passwd.txt", "passwd.txt"),
        ("C:\\reports\\a.pdf", "a.pdf"),
        ("..\\..\\a.pdf", "a.pdf"),
        ("a/b\\c.md", "c.md"),
        (".hidden.txt", "hidden.txt"),
        ("...x.txt", "x.txt"),
        ("  a  b\t\n c.txt ", "a b c.txt"),
        ("a.txt. . .", "a.txt"),
        ("CON.txt", "_CON.txt"),
        ("con.tar.txt", "_con.tar.txt"),
        ("Aux .txt", "_Aux.txt"),
        ("lpt1.pdf", "_lpt1.pdf"),
        ("com¹.pdf", "_com¹.pdf"),
        ("console.txt", "console.txt"),
        ("a\x00b.txt", "ab.txt"),
        ("a\r\nContent-Type: x.txt", "a Content-Type_ x.txt"),
        ("report\u202efdp.txt", "reportfdp.txt"),
        ("\u2066a\u2069\u200b\ufeff.txt", "a.txt"),
        ("a\u2028b.txt", "a b.txt"),
        ("\udc80a.txt", "a.txt"),
        ("a\x1b[31mb.txt", "a[31mb.txt"),
        ('<b>"q"|*?.txt', "_b__q____.txt"),
        ("cafe\u0301.txt", "café.txt"),
        ("cafe\u200b\u0301.txt", "café.txt"),
        ("a \u200b b.txt", "a b.txt"),
        ("会議録 2024年.pdf", "会議録 2024年.pdf"),
        ("REPORT.PDF", "REPORT.PDF"),
        ("report.pdf.yaml", "report.pdf.yaml"),
        ("report.yml", "report.yml"),
        ("-rf.txt", "-rf.txt"),
    ],
)
def test_a_name_is_made_safe(given, name):
    assert safe_name(given) == name


@pytest.mark.parametrize(
    "given",
    [
        *(
            "",
            ".",
            "..",
            "/",
            "a/",
            ".txt",
            ".hidden",
            "a",
            "a.exe",
            "a.txt.exe",
            "a.doc",
            "a.pdf/",
        ),
        *("\x00", "\u202e", "a.t xt", ".upload-0123", "\u202e.pdf"),
    ],
)
def test_a_name_that_is_no_reports_is_refused_with_the_endings_that_are_read(given):
    with pytest.raises(UploadError, match=r"must end with .*\.pdf.*\.txt.*\.yaml"):
        safe_name(given)


@pytest.mark.parametrize(
    ("given", "ending"),
    [
        ("x" * 5_000 + ".docx", ".docx"),
        ("会" * 5_000 + ".pdf.yaml", ".pdf.yaml"),
        ("😀" * 60 + ".md", ".md"),
    ],
)
def test_a_long_name_is_cut_and_keeps_its_ending(given, ending):
    name = safe_name(given)
    assert LONGEST - 4 < len(name.encode()) <= LONGEST
    assert name.endswith(ending)
    assert given.startswith(name.removesuffix(ending))
