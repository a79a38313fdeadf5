"""One fact, one value: which sentences contradict what is stored, and which only seem to."""

import pytest

from returns.checks.contradictions import Passage, contradictions
from tests.support.growth import LINE, growth

# Stored for Marchshire: £150,000 for 2005/06; 2.5% a year until 2007/08; filing by 20 December 2004; Cabinet meets
# on 16 December 2004.
WRONG = [
    ("An incomplete proforma may cost the capital funding of £150,000 in 2006/07.", ["2006/07"]),
    ("The IEG4 grant for 2006-07 depends on it.", ["2006-07"]),
    ("The IEG4 grant for 2006/2007 depends on it.", ["2006/2007"]),
    ("The ODPM will pay the grant in 2004 /05.", ["2004 /05"]),
    ("The capital grant of £250,000 for 2005/06 is at risk.", ["£250,000"]),
    ("The capital grant of £15,000 is at risk.", ["£15,000"]),
    ("The capital grant of £250k is at risk.", ["£250k"]),
    ("The capital grant of £1.5m is at risk.", ["£1.5m"]),
    ("The capital grant of 200000 is at risk.", ["200000"]),
    ("We rely on the IEG4 grant of 200000.", ["200000"]),
    ("We rely on the IEG4 grant of 0.2 million pounds.", ["0.2 million"]),
    ("ODPM may withhold the grant of £150 thousand for 2007/08.", ["2007/08"]),
    ("ODPM may withhold funding of £100,000 in 2006/07.", ["£100,000", "2006/07"]),
    ("Councils must make efficiency gains of 3% a year.", ["3%"]),
    ("Sir Peter Gershon asked for efficiency gains of 2% per annum up to 2007/08.", ["2%"]),
    ("The efficiency target is 2.5 per cent a year until 2008/09.", ["2008/09"]),
    ("The target is efficiency gains of 5 per cent each year to 2006/07.", ["5 per cent", "2006/07"]),
    ("The return must be submitted by 21 December 2004.", ["21 December 2004"]),
    ("The return must be filed by 20th January, 2005.", ["20th January, 2005"]),
    ("The deadline for the IEG4 submission: the return is due on 15/12/2004.", ["15/12/2004"]),
    ("The proforma is due by December 19, 2004.", ["December 19, 2004"]),
    ("Cabinet meets on 15 December 2004 to consider the return.", ["15 December 2004"]),
    ("Cabinet will approve the IEG4 return on 2004-12-17.", ["2004-12-17"]),
]
RIGHT = [
    "The capital grant of £150,000 for 2005/06 may be withheld.",
    "The capital grant of £150000 for 2005 /06 may be withheld.",
    "The capital grant of £150k for 2005-06 may be withheld.",
    "The capital grant of £0.15m for 2005/2006 may be withheld.",
    "We rely on the IEG4 grant of 150000.",
    "We rely on the IEG4 grant of 0.15 million pounds.",
    "The ODPM’s capital grant of £ 150,000.00 is for 2005–06.",
    "In 2003/04 we received a grant of £200,000 under IEG2.",
    "The DWP paid a grant of £80,000 towards benefits in 2004/05.",
    "Lottery funding of £40,000 opened two village centres in 2003/04.",
    "The capital grant of £150,000 is meant for two schemes, of £90,000 and £60,000.",
    "Net spending is £13.8 million, and 2.5% a year of it is £345,000.",
    "Gains of £84,000 were made in 2004/05.",
    "Efficiency gains of 2.5% a year are expected until 2007/08.",
    "Efficiency gains of 2.5 per cent per annum are expected up to 2007/08.",
    "Efficiency gains of 1.8% were made in e-procurement in 2004/05.",
    "Gains rose by 12% and cheques fell by 40% a month.",
    "All services are to be 100% e-enabled by December 2005.",
    "The return must be submitted by 20 December 2004.",
    "The return must reach the ODPM no later than 20th December, 2004.",
    "Cabinet meets on 16 December 2004 to approve the return.",
    "Cabinet agreed the customer strategy on 3 March 2003.",
    "The contract was signed on 31/05/2005 and filed with the return.",
    "The site was redesigned in 2004 with 20 residents.",
    "The funding of schools is for another return.",
    "On 31 February 2004 the return was sent to nobody.",
    "",
]


def found_in(return_, text: str) -> list[str]:
    return [each.found for each in contradictions(return_, [Passage("here", text)])]


@pytest.mark.parametrize(("text", "expected"), WRONG, ids=[text[:50] for text, _ in WRONG])
def test_what_contradicts_is_listed(marchshire, text, expected):
    assert found_in(marchshire, text) == expected


@pytest.mark.parametrize("text", RIGHT, ids=[text[:50] or "nothing" for text in RIGHT])
def test_what_agrees_or_speaks_of_something_else_is_not(marchshire, text):
    assert found_in(marchshire, text) == []


def test_place_fact_and_stored_value_are_named(marchshire):
    text = "All is well. If an element is empty, the capital grant of £150,000 for 2006/07 may be withheld. So be it."
    (found,) = contradictions(marchshire, [Passage("Section 1, Local context", text, "/x/")])

    assert (found.passage.where, found.fact, found.found, found.stored) == (
        "Section 1, Local context",
        "Grant year",
        "2006/07",
        "2005/06",
    )
    assert found.found in found.around


# One sentence as long as a field allows, full of what the rules look for.
REPEATED = [
    "the ODPM grant of £150,000 for 2005/06 and ",
    "the IEG4 return is due by 20 December 2004 and ",
    "Cabinet meets about the return on 16 December 2004 and ",
    "efficiency gains of 2.5% a year until 2007/08 and ",
    "the return grant efficiency by 1,1,1,1,1,1,1,1 ",
    "1,",
    "grant ODPM 1.1.1.1.1.1.",
    "grant ODPM 9999999999",
    "return by     ",
    "£ ",
    ". ",
    "; A",
    "December ",
    "to the year ",
]


@pytest.mark.parametrize("words", REPEATED)
def test_long_text_costs_no_more_than_its_length(marchshire, words):
    """The year comes first, so that each rule is asked of the sentence."""

    def text_of(size: int) -> str:
        begin = "The IEG4 return of this grant, efficiency of 3% a year by 20 December 2004: "
        return begin + words * (size // len(words))

    assert growth(lambda text: found_in(marchshire, text), text_of, 5_000) < LINE


def test_square_would_be_found_out():
    """The twin: the same measure, of work that looks at each word beside each other."""

    def square(text: str) -> int:
        words = text.split()
        return sum(one < two for one in words for two in words)

    assert growth(square, lambda size: "word " * (size // 20), 5_000) > LINE


def test_each_contradiction_of_a_long_sentence_is_found(marchshire):
    text = "The IEG4 grant " + "of £150,000 grant 2006/07 " * 300

    assert found_in(marchshire, text) == ["2006/07"] * 300
