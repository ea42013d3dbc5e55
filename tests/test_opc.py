"""Packages of parts."""

import io
import zipfile

import pytest

from seminar_qa.errors import UnreadableFileError
from seminar_qa.parsers.opc import Package, Relation


def package(**parts: str) -> Package:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return Package(data.getvalue())


RELATIONS = """<Relationships xmlns="r">
<Relationship Id="1" Type="http://x/officeDocument" Target="/word/Document.xml"/>
<Relationship Id="2" Type="http://x/styles" Target="../my%20styles.xml"/>
<Relationship Id="3" Type="http://x/hyperlink" Target="http://y" TargetMode="External"/>
</Relationships>"""


def test_the_main_part_is_the_one_that_is_named_in_any_case_of_letters():
    found = package(**{"_rels__.rels": RELATIONS, "word__document.xml": "<a/>"})
    assert found.main("usual.xml") == "word/Document.xml"
    assert found.root("word/Document.xml").tag == "a"


def test_the_usual_name_is_taken_where_none_is_said():
    assert (
        package(**{"word__document.xml": "<a/>"}).main("word/document.xml") == "word/document.xml"
    )
    with pytest.raises(UnreadableFileError, match="no part “word/document.xml”"):
        package(a="").main("word/document.xml")


def test_relationships_lead_from_a_part_to_others():
    found = package(**{"word___rels__a.xml.rels": RELATIONS, "my styles.xml": "<s/>"})
    assert found.relations("word/a.xml") == {
        "1": Relation("officeDocument", "word/Document.xml"),
        "2": Relation("styles", "my styles.xml"),
    }
    assert found.related("word/a.xml", "styles") == ["my styles.xml"]
    assert found.related("word/a.xml", "officeDocument") == []


def test_a_part_that_is_not_there_has_no_root_and_no_relationships():
    assert (package(a="").root("b"), package(a="").relations("b")) == (None, {})


def test_a_target_outside_the_package_is_no_part():
    outside = RELATIONS.replace("../my%20styles.xml", "../../../../etc/passwd")
    found = package(**{"word___rels__a.xml.rels": outside})
    assert found.related("word/a.xml", "styles") == []
