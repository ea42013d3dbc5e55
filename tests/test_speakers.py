"""Who speaks in a report: the first report in full, two real minutes in samples, invented ones."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from seminar_qa.documents import Document, DocumentBuilder, Kind, Speaker
from seminar_qa.parsers import read_document
from seminar_qa.parsers.source import SourceFile
from seminar_qa.sentences import split_sentences
from seminar_qa.speakers import find_speakers, mark_turns

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared" / "documents" / "real"

FIRST_SPEAKERS = [
    ("Mr. Olivier Becht", "President", "European Center for Japanese Studies in Alsace"),
    (
        "Mr. Georg K. Löer",
        "Representative Director & President",
        "North Rhine-Westphalia (NRW) Japan K.K.",
    ),
    ("Dr. Ben Kloeck", None, "Flanders Investment & Trade"),
    ("Mr. Takuya Tasso", "Governor", "Iwate Prefecture"),
    (
        "Mr. Yoshinori Sakiura",
        "Executive Director",
        "Tourism & International Affairs Bureau of Gifu Prefectural Government",
    ),
    (
        "Mr. Yasumi Kitao",
        "Executive Director",
        "Growth Industry Promotion Office, Department of Commerce, Industry and Labor of Osaka Prefectural Government",
    ),
    ("Mr Riki Aoki", None, "Commerce and Industrial Promotion Division, Hitachi City"),
    ("Mr. Tatsuya Ishida", None, "JETRO headquarters"),
    (
        "Dr. Philippe de Taxis du Poët",
        "EU-side General Manager",
        "EU-Japan Centre for Industrial Cooperation",
    ),
    ("Dr. Daniel Kremers", None, "German Institute for Japanese Studies"),
    (
        "Mr. Tatsushi Amano",
        "Deputy Director General",
        "New Energy and Power Finance Department of the Japan Bank for International Cooperation (JBIC)",
    ),
    ("Ms. Marta Sanna", "Managing Director", "Smartimport"),
    ("Dr. Haruyuki Hiratani", "General Manager", "Takasago Electric"),
    (
        "Dr. Virginie Fermaud",
        "Director",
        "European Center for Japanese Studies in Alsace and the Alsace Japan Agency (AJA/CEEJA)",
    ),
    ("Ms. Patricia Flor", "EU Ambassador to Japan", None),
    ("Ms. Catherine Trautmann", "former Member", "European Parliament"),
]

FIRST_REPORT = [
    ("EU-JAPAN CENTRE FOR INDUSTRIAL COOPERATION", None),
    ("日欧産業協力センター", None),
    ("Seminar Report", None),
    ("“Cooperation between European and Japanese Regions”", None),
    ("November 20, 2018 Tokyo", None),
    ("The EU-Japan Centre for Industrial Cooperation", None),
    ("The seminar attracted approximately 100 audiences.", None),
    ("As a starter, Mr. Olivier Becht,", "Becht"),
    ("Mr. Becht is a member of", "Becht"),
    ("The cooperation between Alsace and Japan", "Becht"),
    ("It started in 1863 through textile", "Becht"),
    ("The key word for the Alsace-Japan", "Becht"),
    ("The CEEJA works not only in", "Becht"),
    ("As for cooperation with Japanese regions,", "Becht"),
    ("Mr. Georg K. Löer, Representative Director", "Löer"),
    ("After clarifying the basic idea for", "Löer"),
    ("Focus of cooperation with Fukushima is", "Löer"),
    ("Dr. Ben Kloeck of Flanders Investment", "Kloeck"),
    ("He introduced Flanders as a leading", "Kloeck"),
    ("From the Japanese side, representatives of", None),
    ("Mr. Takuya Tasso, Governor of Iwate", "Tasso"),
    ("More specifically, he introduced cooperation projects", "Tasso"),
    ("As for a cooperation in advanced", "Tasso"),
    ("Mr. Yoshinori Sakiura, Executive Director, Tourism", "Sakiura"),
    ("The partnership is not limited to", "Sakiura"),
    ("It also includes Belgium, Hungary and", "Sakiura"),
    ("As for cooperation with France, the", "Sakiura"),
    ("As a result of strategic partnership,", "Sakiura"),
    ("Mr. Yasumi Kitao, Executive Director, Growth", "Kitao"),
    ("In the life science field Osaka", "Kitao"),
    ("In the new energy field, Osaka", "Kitao"),
    ("It concerns the cooperation in the", "Kitao"),
    ("The cooperation is expected to involve", "Kitao"),
    ("As an example of cooperation between", "Aoki"),
    ("According to Mr. Aoki, the beginning", "Aoki"),
    ("During 2011-2013, a group of companies", "Aoki"),
    ("They found business potential but felt", "Aoki"),
    ("From 2015, industrial exchange projects started", "Aoki"),
    ("Example of bilateral cooperation includes annual", "Aoki"),
    ("Also, joint participation to an European", "Aoki"),
    ("As a result of these exchanges,", "Aoki"),
    ("Mr. Tatsuya Ishida who is responsible", "Ishida"),
    ("Mr. Ishida indicated following three elements", "Ishida"),
    ("Existence of key persons in both", "Ishida"),
    ("Harmonizing efforts to overcome historical/cultural differences.", "Ishida"),
    ("Establishing common goal in mutual cooperation.", "Ishida"),
    ("Dr. Philippe de Taxis du Poët,", "Poët"),
    ("he mentioned the idea of establishing", "Poët"),
    ("He also stressed that cooperation between", "Poët"),
    ("During the panel discussion, Dr. Daniel", "Kremers"),
    ("They could benefit from international regional", "Kremers"),
    ("Mr. Tatsushi Amano, Deputy Director General,", "Amano"),
    ("Mr. Amano said the aim of", "Amano"),
    ("In addition, Mr. Amano introduced annual", "Amano"),
    ("Although evaluation of Germany shows an", "Amano"),
    ("Ms. Marta Sanna, Managing Director of", "Sanna"),
    ("She indicated however, a possibility of", "Sanna"),
    ("Dr. Haruyuki Hiratani, General Manager of", "Hiratani"),
    ("He indicated that a cooperation of", "Hiratani"),
    ("Dr. Virginie Fermaud, Director of the", "Fermaud"),
    ("In the success of Alsace in", "Fermaud"),
    ("One was the existence of key", "Fermaud"),
    ("Ms. Patricia Flor, EU Ambassador to", "Flor"),
    ("Ms. Catherine Trautmann, former Member of", "Trautmann"),
    ("She believes that one successful case", "Trautmann"),
    ("From JETRO’s homepage she said, she", "Trautmann"),
    ("As sources of successful regional cooperation,", "Trautmann"),
    ("She also stressed the need for", "Trautmann"),
    ("Prepared by Toshiro Fukura, Manager, Policy", None),
    ("Scenes from the seminar", None),
    ("Mr. Olivier Becht speaking as a", None),
    ("Mr. Tatsuya Tasso introducing his prefecture", None),
    ("Dr. Philippe de Taxis du Poët", None),
    ("Ambassador Patricia Flor commenting on EU-Japan", None),
    ("Ms. Catherine Trautmann making closing remarks", None),
]
"""Each sentence by its first words, with the family name of who speaks in it."""

TC39 = [
    ("Okay, just to say our only", "Ben Allen"),
    ("There’s a couple other", "Shane F Carr"),
    ("(Slide 4) Okay, so historic—the sort", "Ben Allen"),
    ("You have the next topic as", "Daniel Minor"),
    ("My concern is about the problem", "Waldemar Horwat"),
    ("The scope, Stage 1", "Nicolò Ribaudo"),
    ("It’s a very open and kind", "Michael Ficarra"),
    ("I would say there’s", "Jordan Harband"),
    ("I don’t mean to say that", "Kevin Gibbons"),
    ("I don't think that makes sense", "Ruben Bridgewater"),
    ("CHU also would like an update", "Chris de Almeida"),
    ("I guess I will answer that.", "Daniel Minor"),
    ("So I took a brief view", "Lea Verou"),
    ("The Symbol parts don’t avoid is", "Jordan Harband"),
    ("Yeah, the rationale for the ask", "Jordan Harband"),
    ("Sorry, we have a couple of", "Chris de Almeida"),
    ("All right on the queue we", "Chris de Almeida"),
    ("The thing is the fact that", "Ashley Claymore"),
    ("Regardless of what object spreading was", "Lea Verou"),
    ("So a possible answer, just want", "Mark S. Miller"),
    ("I think we would do", "Lea Verou"),
    ("Halfway through the time box.", "Rob Palmer"),
    ("Oh, yes, yes.", "Lea Verou"),
    ("Yeah, I agree with everything Mark", "Gus Caplan"),
    ("How would this interact with", "Waldemar Horwat"),
    ("I think we’re going quite deep", "Rob Palmer"),
    ("I have experience with languages which", "Waldemar Horwat"),
    ("Positive is: yes, my preference is", "Ashley Claymore"),
    ("So I do want to point", "Jordan Harband"),
    # the scribe took "WH mentioned …" for a label: it is Ashley Claymore who goes on
    ("mentioned wanting more information.", "Ashley Claymore"),
]
"""Turns evenly spread over the minutes: distinctive words and who a reader says speaks them."""

GAMES = [
    ("A way for a user to watch and ad", "Gili Zeevi"),
    ("I am excited to be here", "Andrzej Mazur"),
    ("[reads funny headlines]", None),
    ("If W3C could solve one problem for you", "Bernard Aboba"),
    ("would this PromiseTask be callable only", "NellWaliczek"),
    ("so a PromiseTask would be different", "NellWaliczek"),
    ("I'm not a browser person", "Ricardo_ThreeJS"),
    ("my understanding is that we've reached consensus", "Andrew Sutherland"),
    ("I've never used it", "David Catuhe"),
    ("I started at Mozilla 10 years ago", "Luke Wagner"),
    ("I've had that conversation with the TypeScript team", "Luke Wagner"),
    ("interesting to imagine bringing the Accessibility Object Model", "Matthew_PacielloGroup"),
    ("emscripten goes back even before asm.js", "Luke Wagner"),
    ("what might influence this", "Francois"),
    ("the languages are pretty similar", "Myles"),
    ("SPIRv has a head start", "Myles"),
    ("we keep the same shader as the base", "David Catuhe"),
    ("we are trying to reduce the download tax", "David Catuhe"),
    ("we have had quite a few developers prefer", "NeilT"),
    ("you can obfuscate whistle", "Myles"),
    ("[talking about previous user research done]", "Indira"),
    ("I work at Mozilla on the DOM Team", "Andrew Sutherland"),
    ("provide semantics information for the items", "Francois"),
    ("some of them are conditional", "Luis"),
    ("[some of the people in the room]", None),
    ("games can teach us about the balance", None),
    ("will music with semantics help?", "Geoff"),
    ("#a11y hashtag will help you", "Brannon"),
    ("accessibility people are working on more", "Luis"),
    ("there are a few things that are easy", "Matthew_PacielloGroup"),
]
"""The same for minutes that name people in several ways; the fullest writing stands for them."""

Found = tuple[tuple[Speaker, ...], list[tuple[str, str | None]]]


def found_in(document: Document, known: tuple[Speaker, ...] = ()) -> Found:
    marked = replace(document, blocks=mark_turns(document.text, document.blocks))
    sentences = split_sentences(marked)
    speakers, who = find_speakers(marked, sentences, known)
    said = [
        (marked.text[s.start : s.end], None if index is None else speakers[index].name)
        for s, index in zip(sentences, who, strict=True)
    ]
    return speakers, said


def read(path: Path) -> Document:
    return read_document(path.name, SourceFile(path.read_bytes()), "00")


def report(*paragraphs: str) -> Document:
    """A report of paragraphs; "# " makes a heading, "- " an item, "... " goes on with a turn."""
    builder = DocumentBuilder()
    for text in paragraphs:
        if text.startswith("# "):
            builder.add(Kind.HEADING, text[2:], level=1)
        elif text.startswith("- "):
            builder.add(Kind.LIST_ITEM, text[2:], marker="-")
        elif text.startswith("... "):
            builder.add(Kind.PARAGRAPH, text[4:], marker="...", tight=True)
        else:
            builder.add(Kind.PARAGRAPH, text)
    return Document("0", "r", "0", "text/plain", builder.text, builder.blocks)


def names(*paragraphs: str) -> list[str | None]:
    """Who speaks in each sentence of a report."""
    return [name for _, name in found_in(report(*paragraphs))[1]]


def only(*paragraphs: str) -> Speaker:
    speakers, _ = found_in(report(*paragraphs))
    assert len(speakers) == 1
    return speakers[0]


@pytest.fixture(scope="module")
def first() -> Found:
    return found_in(read(ROOT / "documents" / "seminar-report-2018-11-20.txt"))


def test_the_first_report_has_these_speakers(first: Found):
    assert [(s.name, s.role, s.organisation) for s in first[0]] == FIRST_SPEAKERS


def test_every_sentence_of_the_first_report_belongs_to_whom_a_reader_says(first: Found):
    said = [(" ".join(text.split()[:6]), name and name.split()[-1]) for text, name in first[1]]
    assert said == FIRST_REPORT


def test_the_name_of_a_speaker_stands_where_it_is_said_to(first: Found):
    text = read(ROOT / "documents" / "seminar-report-2018-11-20.txt").text
    assert all(text[s.start : s.end] == s.name for s in first[0])


@pytest.mark.skipif(not REAL.exists(), reason="the shared reports are not here")
def test_turns_of_real_minutes_belong_to_whom_a_reader_says():
    right = 0
    for path, turns in (
        ("tc39/2025-11-20.md", TC39),
        ("w3c_games_workshop/27-games-minutes.html", GAMES),
    ):
        said = found_in(read(REAL / path))[1]
        for words, name in turns:
            hits = [who for text, who in said if words in text]
            assert hits, f"{words} stands in no sentence"
            right += hits[0] == name
    assert len(TC39) == len(GAMES) == 30
    assert right / 60 >= 0.95


@pytest.mark.skipif(not REAL.exists(), reason="the shared reports are not here")
def test_a_report_without_titles_has_its_speakers_too():
    speakers, said = found_in(read(REAL / "w3c_games_workshop" / "report.html"))
    assert (
        "Tom Greenaway runs a breakout session on the topic to assess ways to improve the situation.",
        "Tom Greenaway",
    ) in said
    assert {
        "David Catuhe",
        "Luke Wagner",
        "Myles C. Maxfield",
        "Hongchan Choi",
        "Nell Waliczek",
    } <= {s.name for s in speakers}
    assert not {"Khronos Group", "Game", "Web", "Microsoft"} & {s.name for s in speakers}


@pytest.mark.parametrize(
    ("sentence", "name", "role", "organisation"),
    [
        (
            "Prof. Dr. Jānis Ozols (University of Latvia) showed maps.",
            "Prof. Dr. Jānis Ozols",
            None,
            "University of Latvia",
        ),
        ("Luke Wagner (Mozilla) presented a plan.", "Luke Wagner", None, "Mozilla"),
        (
            "Andrew Sutherland from Mozilla explained the cache.",
            "Andrew Sutherland",
            None,
            "Mozilla",
        ),
        (
            "John Smith, head of research at Peatland Trust, argued that it pays.",
            "John Smith",
            "head of research",
            "Peatland Trust",
        ),
        (
            "In her speech, Minister Inga Bērziņa welcomed the guests.",
            "Inga Bērziņa",
            "Minister",
            None,
        ),
        (
            "Deputy Prime Minister Chrystia Freeland said little.",
            "Chrystia Freeland",
            "Deputy Prime Minister",
            None,
        ),
        (
            "A talk by Ms. Kiri Tamihana, Senior Advisor for Climate at the Ministry of Environment, followed.",
            "Ms. Kiri Tamihana",
            "Senior Advisor for Climate",
            "Ministry of Environment",
        ),
        ("“Bogs are slow,” said Erik Dahl of Bogwatch.", "Erik Dahl", None, "Bogwatch"),
        (
            "The last word was given by Dr. Amina Diallo, Vice President for Sales, Acme Ltd.",
            "Dr. Amina Diallo",
            "Vice President for Sales",
            "Acme Ltd",
        ),
        (
            "Mrs. Ana Ruiz, Professor of Physics at Kyoto University, reported gains.",
            "Mrs. Ana Ruiz",
            "Professor of Physics",
            "Kyoto University",
        ),
        (
            "Mr. Lee, Minister of Foreign Affairs of Japan, stressed peace.",
            "Mr. Lee",
            "Minister of Foreign Affairs",
            "Japan",
        ),
        ("The moderator, Sarah Cole (BBC), asked who pays.", "Sarah Cole", None, "BBC"),
        ("Mr. Smithson's presentation described wetlands.", "Mr. Smithson", None, None),
        ("According to Ms. Okafor, the sea rises.", "Ms. Okafor", None, None),
        ("東京大学教授の田中太郎氏は水素について述べた。", "田中太郎氏", "教授", "東京大学"),
        ("山田花子氏（トヨタ自動車部長）が事例を紹介した。", "山田花子氏", "部長", "トヨタ自動車"),
        ("続いて佐藤市長は謝意を表明した。", "佐藤市長", "市長", None),
    ],
)
def test_a_person_who_speaks_has_name_role_and_organisation_as_written(
    sentence, name, role, organisation
):
    speaker = only(sentence)
    assert (speaker.name, speaker.role, speaker.organisation) == (name, role, organisation)
    assert names(sentence) == [name]


@pytest.mark.parametrize(
    "sentence",
    [
        "Working with John Smith, the team presented results.",
        "The European Commission presented figures and explained its plan.",
        "New Zealand explained its position.",
        "Siemens Energy said it would invest.",
        "Osaka Prefecture introduced its own plan.",
        "Participants asked about Mr. Lee.",
        "Mr. Sato was asked whether it works.",
        "The session was chaired well, as the audience noted.",
        "会場からは多くの質問があった。",
    ],
)
def test_who_is_merely_mentioned_and_what_is_no_person_does_not_speak(sentence):
    assert found_in(report(sentence))[0] == ()


def test_a_paragraph_goes_on_with_its_speaker_and_the_next_one_is_nobodys():
    assert names("Ms. Berg explained the grid. It is old. She stressed its age.", "It rained.") == [
        "Ms. Berg",
        "Ms. Berg",
        "Ms. Berg",
        None,
    ]


def test_a_paragraph_that_begins_with_he_or_the_name_goes_on_with_the_last_speaker():
    told = (
        "Mr. Ivan Petrov described the port.",
        "He also showed maps.",
        "Mr. Petrov is an engineer.",
    )
    assert names(*told) == ["Mr. Ivan Petrov"] * 3


def test_she_is_not_a_man():
    assert names("Mr. Ivan Petrov described the port.", "She also showed maps.") == [
        "Mr. Ivan Petrov",
        None,
    ]


def test_a_heading_ends_what_he_may_mean():
    assert names("Mr. Petrov described the port.", "# Costs", "He showed maps.")[-1] is None


def test_another_subject_switches_and_the_audience_is_nobody():
    told = "Mr. Ito spoke of cars. Ms. Ruiz replied that buses do. Participants asked for more. It was late."
    assert names(told) == ["Mr. Ito", "Ms. Ruiz", None, None]


def test_of_two_who_speak_together_neither_is_the_speaker_but_both_are_listed():
    speakers, said = found_in(report("Mr. Lee and Ms. Park explained the law."))
    assert [s.name for s in speakers] == ["Mr. Lee", "Ms. Park"]
    assert said[0][1] is None


@pytest.mark.parametrize(
    "sentence",
    [
        "In response, the Minister noted costs.",
        "The chair thanked him.",
        "Petrov's colleague Inge Larsen disagreed.",
        "Rio Tinto argued for mining.",
    ],
)
def test_a_sentence_about_somebody_else_ends_what_he_may_mean(sentence):
    told = f"Mr. Ivan Petrov described the harbour. {sentence} He said more."
    assert names(told, "He concluded.") == ["Mr. Ivan Petrov", None, None, None]


@pytest.mark.parametrize(
    "told",
    [
        "Ms. Anna Berg asked why. He replied that it rains.",
        "Maria Silva asked why. She replied that it rains.",
        "Mr. Lee asked why. He answered that it rains.",
        "Dr. Lee asked why. He said that it rains.",
    ],
)
def test_who_asks_does_not_answer(told):
    assert names(told)[1] is None
    assert names(*re.split(r"(?<=why)[.] ", told))[1] is None


def test_who_is_known_to_be_the_man_goes_on_after_a_question():
    assert names("Mr. Lee asked why. He also noted the cost.") == ["Mr. Lee"] * 2


def test_all_who_share_a_sentence_are_listed_as_they_are_described():
    speakers, said = found_in(
        report(
            "Zhang Xiaoming, CEO of SunPower China, and Ana Beatriz da Silva, Brazil's Minister "
            "of Energy, spoke about tenders. She said more."
        )
    )
    assert [s.cited for s in speakers] == [
        "Zhang Xiaoming, CEO, SunPower China",
        "Ana Beatriz da Silva, Brazil's Minister of Energy",
    ]
    assert [name for _, name in said] == [None, None]
    told = "Ms. Ito, Ambassador of Japan, and her French counterpart, Mr. Blanc, called for peace."
    assert [s.cited for s in found_in(report(told))[0]] == [
        "Ms. Ito, Ambassador, Japan",
        "Mr. Blanc",
    ]


def test_a_bare_family_name_of_two_is_nobodys():
    told = (
        "Mr. Wang Jun (China Development Bank) and Ms. Wang Mei (Tsinghua University) gave talks.",
        "Ms. Wang Mei spoke first.",
        "Wang said that it rains.",
        "Mr. Wang noted it.",
    )
    assert names(*told) == [None, "Ms. Wang Mei", None, "Mr. Wang Jun"]


def test_a_name_ends_before_a_preposition():
    assert only("Dr P. Nguyen In attendance spoke.").name == "Dr P. Nguyen"


def test_a_side_car_that_is_silent_of_the_organisation_leaves_what_the_text_says():
    document = report("Rajesh Kumar Sharma, Director of Foo Ltd, spoke about dams.")
    speakers, _ = found_in(document, (Speaker("Rajesh Kumar Sharma", "Boss"),))
    assert [s.cited for s in speakers] == ["Rajesh Kumar Sharma, Boss, Foo Ltd"]


def test_people_of_one_family_name_are_told_apart_by_title():
    told = (
        "Mr. Jan Dahl spoke.",
        "Ms. Eva Dahl replied.",
        "Mr. Dahl agreed.",
        "Ms. Dahl concluded.",
    )
    assert names(*told) == ["Mr. Jan Dahl", "Ms. Eva Dahl", "Mr. Jan Dahl", "Ms. Eva Dahl"]


def test_a_longer_name_that_comes_later_stands_for_the_person():
    assert names("Mr. Petrov spoke.", "Mr. Ivan Petrov concluded.") == ["Mr. Ivan Petrov"] * 2


def test_a_list_belongs_to_who_introduced_it():
    told = ("Ms. Berg named two points.", "- Old cables.", "- New cables.", "That was all.")
    assert names("Ms. Berg outlined two points:", *told[1:]) == ["Ms. Berg"] * 3 + [None]


def test_a_quotation_belongs_to_the_name_below_it():
    told = "“We dig. We plant.” - Andrzej Mazur"
    assert set(names(told)) == {"Andrzej Mazur"}


def test_prose_below_a_heading_that_names_a_talk_is_its_speakers():
    told = (
        "# Keynote by Lea Sommer (Foo GmbH)",
        "Pumps are simple.",
        "Bob Hill asked why.",
        "# Other",
        "Fine.",
    )
    assert names(*told) == [None, "Lea Sommer", "Bob Hill", None, None]


def test_captions_and_notes_are_nobodys():
    builder = DocumentBuilder()
    builder.add(Kind.CAPTION, "Mr. Olivier Becht presented his plan")
    builder.add(Kind.NOTE, "Mr. Toshiro Fukura reported")
    document = Document("0", "r", "0", "t", builder.text, builder.blocks)
    assert found_in(document)[0] == ()


def test_in_minutes_the_table_of_attendees_says_who_a_label_is():
    builder = DocumentBuilder()
    for row in (["Ana Ruiz", "ARZ", "Acme"], ["Bo Lund", "BLD", "Umbrella"]):
        builder.add_row(["Delegate", "Initials", "Affiliation"], row)
    for line in ("ARZ: Hello. Shall we?", "BLD: Mr. Smith said no.", "CTX: Who?"):
        builder.add(Kind.PARAGRAPH, line)
    speakers, said = found_in(Document("0", "r", "0", "t", builder.text, builder.blocks))
    assert speakers[0] == Speaker("Ana Ruiz", None, "Acme", ("ARZ",), 10, 18)
    assert [name for _, name in said[2:]] == ["Ana Ruiz", "Ana Ruiz", "Bo Lund", None]


def test_a_label_is_resolved_by_given_name_and_by_what_somebody_says_of_himself():
    told = (
        "# Keynote by David Catuhe (Microsoft)",
        "David: I like the Web.",
        "... it is wide",
        "Ana: Ana Ruiz, CTO, Acme",
        "David: Yes.",
        "Ana: No.",
        "???: Perhaps.",
        "# Break",
        "Applause.",
    )
    assert names(*told) == [
        None,
        *["David Catuhe"] * 2,
        "Ana Ruiz",
        "David Catuhe",
        "Ana Ruiz",
        None,
        None,
        None,
    ]
    assert found_in(report(*told))[0][1].cited == "Ana Ruiz, CTO, Acme"


def test_of_two_with_one_given_name_the_heading_decides_else_the_label_stands():
    turns = ("Ana: Yes.", "Bo: No.", "Ana: Why?", "Bo: So.")
    people = ("Present: Ana Ruiz (Acme); Ana Weber (Foo); Bo Lund (Bar)",)
    assert names(*people, "# Talk by Ana Weber", *turns)[2] == "Ana Weber"
    assert names(*people, "# Talks", *turns)[2] == "Ana"


def test_japanese_minutes_have_their_speakers():
    told = ("○議長（山田太郎君）　開会します。", "議題は一つです。", "○田中委員　質問します。")
    speakers, said = found_in(report(*told))
    assert [name for _, name in said] == ["山田太郎君", "山田太郎君", "田中委員"]
    assert (speakers[0].role, speakers[0].labels) == ("議長", ("議長（山田太郎君）",))


def test_what_stands_between_two_japanese_turns_under_other_labels_is_not_the_firsts():
    told = (
        "○鈴木課長　説明します。",
        "【佐藤委員】　いくらですか。",
        "注：後日配布した。",
        "終わり。",
    )
    assert names(*told) == ["鈴木課長", "佐藤委員", None, None]


def test_labels_alone_and_unknown_people_keep_turns_from_being_somebody_elses():
    told = ("Ms. Lee:", "It is late. It rains.", "Nobody knows.", "Mr. Park:", "I disagree.")
    assert names(*told) == [None, "Ms. Lee", "Ms. Lee", None, None, "Mr. Park"]
    assert set(names(*("Q: What is it?", "A: A pump.") * 3)) == {None}


def test_a_japanese_paragraph_goes_on_with_its_speaker():
    told = (
        "田中太郎氏は水素について述べた。安全が第一である。",
        "同氏は費用も指摘した。",
        "会議は終わった。",
    )
    assert names(*told) == [*["田中太郎氏"] * 3, None]


def test_a_side_car_corrects_and_adds():
    known = (
        Speaker("Olga Berg", "Mayor", "City of Bergen"),
        Speaker("Wu Ping", None, "Baidu", ("WP",)),
        Speaker("Per Holm"),
    )
    document = report(
        "Ms. Olga Berg, Director of Foo, explained the plan.", "Wu Ping details costs."
    )
    speakers, said = found_in(document, known)
    assert [s.cited for s in speakers] == [
        "Ms. Olga Berg, Mayor, City of Bergen",
        "Wu Ping, Baidu",
        "Per Holm",
    ]
    assert [name for _, name in said] == ["Ms. Olga Berg", "Wu Ping"]
    assert speakers[2].start is None


def test_a_report_without_a_person_has_no_speakers():
    assert found_in(report("It rained in Bergen. Nobody came.")) == (
        (),
        [("It rained in Bergen.", None), ("Nobody came.", None)],
    )


def test_a_long_hostile_text_takes_seconds_only():
    document = report(*["Mr. Ab Cd, Ef Gh, President of the (X, Aa Bb, " * 20] * 200)
    speakers, said = found_in(document)
    assert len(said) >= 200
    assert speakers == ()
