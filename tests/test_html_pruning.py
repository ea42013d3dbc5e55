"""What of a page is left out, and that it is told."""

from seminar_qa.documents import DocumentBuilder
from seminar_qa.parsers.html import parse_html
from seminar_qa.parsers.html_pruning import prune
from seminar_qa.parsers.html_tree import read_tree
from seminar_qa.parsers.html_weights import weigh
from seminar_qa.parsers.source import SourceFile

PROSE = "<p>Osaka spoke about hydrogen at some length today.</p>"
SAID = "Osaka spoke about hydrogen at some length today."
LINKS = "<a href=a>Home</a> <a href=b>News</a> <a href=c>Contact us</a> <a href=d>About</a>"


def read(page: str) -> tuple[str, dict[str, int]]:
    """The text of a page, and the characters of what was left out."""
    builder = DocumentBuilder()
    parse_html(SourceFile(page.encode()), builder)
    return builder.text, {left.what: left.characters for left in builder.extraction.left_out}


def test_menus_and_hidden_parts_are_left_out_and_told():
    page = f"<nav>Menu</nav><div role=search>Find</div><p hidden>a</p><p aria-hidden=true>b</p><p style='Display : NONE'>c</p>{PROSE}<del>gone</del>"
    assert read(page) == (SAID, {"navigation": 8, "hidden text": 3, "struck text": 4})


def test_machinery_is_left_out_without_a_word():
    page = f"<script>a</script><style>b</style><template>c</template><form><label>d</label><select><option>e</select><button>f</button><textarea>g</textarea>{PROSE}</form><noscript>h</noscript><svg><text>i</text></svg>"
    assert read(page) == (SAID, {})


def test_what_a_page_shows_without_scripts_is_read_when_there_is_nothing_else():
    assert read(f"<body><script>a</script><noscript>{PROSE}</noscript>") == (SAID, {})
    assert read(f"<body style='visibility:hidden'>{PROSE}</body>")[0] == SAID


def test_only_the_main_part_and_the_head_of_the_page_are_read():
    page = f"<header><nav>Menu</nav><h1>Day</h1><p>3 May 2019</p><p><a href=zh>Chinese</a></p></header><aside>Sponsors</aside><div><div>Beside</div><main>{PROSE}<aside>Kept</aside></main></div><footer>Imprint</footer>"
    assert read(page) == (
        f"Day\n\n3 May 2019\n\n{SAID}\n\nKept",
        {
            "navigation": 4,
            "sidebar": 8,
            "text around the main part": 6,
            "page footer": 7,
            "link": 7,
        },
    )


def test_lines_below_a_title_outside_the_main_part_are_its_front_matter():
    page = (
        f"<body><h1>Day</h1><p>3 May 2019</p><div><p>x</p></div>{PROSE}<main>{PROSE}{PROSE}</main>"
    )
    assert read(page)[0] == f"Day\n\n3 May 2019\n\nx\n\n{SAID}\n\n{SAID}"


def test_a_title_in_the_main_part_goes_before_the_name_of_the_site():
    page = f"<header><h1>Our site</h1></header><main><h1>Day</h1>{PROSE}</main>"
    assert read(page) == (f"Day\n\n{SAID}", {"page header": 8})


def test_an_only_article_is_the_main_part_and_several_are_not():
    assert read(f"<div>Beside</div><article>{PROSE}</article>")[0] == SAID
    assert read(f"<div>Beside</div><article>{PROSE}</article><article>Two.</article>")[0] == (
        f"Beside\n\n{SAID}\n\nTwo."
    )


def test_a_main_part_that_is_not_the_main_one_is_not_believed():
    assert read(f"<main>Skip</main><div>{PROSE}</div>")[0] == f"Skip\n\n{SAID}"


def test_lists_of_links_beside_the_text_are_left_out_and_prose_is_not():
    page = f"<table><tr><td>{LINKS}</td><td><h2>Talks</h2>{PROSE}</td><td><p>Gifu wrote all of this down in May, see {LINKS}.</p></td></tr></table>"
    text, left = read(page)
    assert text.startswith(f"Talks\n\n{SAID}\n\nGifu wrote all of this down in May, see Home")
    assert left == {"list of links": 26}


def test_a_list_of_links_among_the_text_is_kept():
    page = f"{PROSE}<ul><li><a href=a>Ana Ruiz: Hydrogen</a><li><a href=b>Bo Li: Wind</a><li><a href=c>Cy: Sun</a></ul>"
    assert read(page) == (f"{SAID}\n\n- Ana Ruiz: Hydrogen\n- Bo Li: Wind\n- Cy: Sun", {})


def test_the_path_to_the_page_is_left_out():
    page = f"<p><a href=a>Home</a> &gt; <a href=b>Reports</a> &gt; Day</p>{PROSE}"
    assert read(page) == (SAID, {"list of links": 20})


def test_a_table_of_contents_is_left_out_where_it_repeats_the_headings():
    page = f"<main><ol><li><a href=#a>One</a><ol><li><a href=#b>1.1 Two</a></ol></ol><h2 id=a>One</h2><h3 id=b>Two</h3>{PROSE}<ul><li><a href=#c>Three</a><li><a href=#d>Four</a></ul></main>"
    assert read(page) == (f"One\n\nTwo\n\n{SAID}\n\n- Three\n- Four", {"table of contents": 11})


def test_a_line_that_only_leads_to_another_place_of_the_page_is_left_out():
    assert read(f"<a href=#x>Skip to content</a>{PROSE}<p><a href=#top>Top</a></p>") == (
        SAID,
        {"link": 18},
    )


def test_a_page_of_links_alone_is_read():
    assert read(f"<div>{LINKS}</div>")[0] == "Home News Contact us About"


def test_it_says_which_part_is_the_head_and_whether_there_is_a_main_one():
    root = read_tree(f"<header><h1>Day</h1></header><main>{PROSE}</main>".encode())
    pruning = prune(root, weigh(root))
    assert [head.tag for head in pruning.heads] == ["header"]
    assert pruning.title is not None
    assert pruning.title.text == "Day"
    assert pruning.has_main
