"""Role and organisation beside a name."""

import pytest

from seminar_qa.speakers.descriptions import describe, split_description
from seminar_qa.speakers.names import mentions_of, tokens_of


def described(sentence: str) -> tuple[str | None, str | None]:
    tokens = tokens_of(sentence, 0, len(sentence))
    mentions = mentions_of(tokens)
    others = frozenset(mention.first for mention in mentions if mention.titled)
    found = describe(sentence, tokens, mentions[0], others)
    return (
        sentence[slice(*found.role)] if found.role else None,
        sentence[slice(*found.organisation)] if found.organisation else None,
    )


@pytest.mark.parametrize(
    ("beside", "role", "organisation"),
    [
        (
            ", President of the Center for Towns in Alsace spoke",
            "President",
            "Center for Towns in Alsace",
        ),
        (", CTO, Softgames, said", "CTO", "Softgames"),
        (" (Mozilla) said", None, "Mozilla"),
        (" (CTO, Mozilla) said", "CTO", "Mozilla"),
        (" (through video) said", None, None),
        (" from Mozilla explained", None, "Mozilla"),
        (" of the Institute of Peace said", None, "Institute of Peace"),
        (
            ", Representative Director & President of Foo (NRW) Japan K.K. spoke",
            "Representative Director & President",
            "Foo (NRW) Japan K.K.",
        ),
        (
            ", Executive Director, Trade Office, Department of Labor of Osaka introduced",
            "Executive Director",
            "Trade Office, Department of Labor of Osaka",
        ),
        (
            ", Trade Division, Hitachi City who is there explained",
            None,
            "Trade Division, Hitachi City",
        ),
        (", EU Ambassador to Japan said", "EU Ambassador to Japan", None),
        (
            ", former Member of the European Parliament pointed",
            "former Member",
            "European Parliament",
        ),
        (", Head of Research at Acme, said", "Head of Research", "Acme"),
        (
            ", Professor of Physics at Kyoto University argued",
            "Professor of Physics",
            "Kyoto University",
        ),
        (", Minister of Foreign Affairs of Japan, said", "Minister of Foreign Affairs", "Japan"),
        (
            ", author of the Foo.js game engine at Microsoft, shares",
            "author of the Foo.js game engine",
            "Microsoft",
        ),
        (", Ambassador of Spain to India, said", "Ambassador of Spain to India", None),
        (", Ambassador of Japan, said", "Ambassador", "Japan"),
        (", a member of the town council, said", "member", None),
        (", CEO and co-founder of BogTech, said", "CEO and co-founder", "BogTech"),
        (", Managing Director of Foo from Sardinia, Italy pointed", "Managing Director", "Foo"),
        (
            " who is responsible for trade at the JETRO headquarters explained",
            None,
            "JETRO headquarters",
        ),
        (", Mr. Sato and Ms. Mori said", None, None),
        (" spoke about Osaka", None, None),
    ],
)
def test_what_stands_behind_a_name_is_split_into_role_and_organisation(beside, role, organisation):
    assert described(f"Ms. Ana Ruiz{beside}") == (role, organisation)


def test_a_description_alone_is_split_too():
    text = "Ana Ruiz, Minister of Finance"
    found = split_description(text, 10, len(text))
    assert (found.role, found.organisation) == ((10, 29), None)
