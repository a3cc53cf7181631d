"""The course's lessons, by the article's chapters."""

from privlab.plots.course_map import CourseMap

# chapter: ((number, short title), ...); a lesson's file is named after its number.
CHAPTERS = (
    ("Begin", (("00", "start here"),)),
    (
        "1 Risks",
        (
            ("1.1", "data leakage"),
            ("1.2", "inference"),
            ("1.3", "adversarial"),
            ("1.4", "memorisation"),
        ),
    ),
    ("2 Concepts", (("2", "concepts"),)),
    (
        "3 Methods",
        (
            ("3.1", "noise (DP)"),
            ("3.2", "encryption (HE)"),
            ("3.3", "federation (FL)"),
            ("3.4", "trade-offs"),
            ("3.5", "class federation"),
        ),
    ),
    (
        "4 Mathematics",
        (
            ("4.1", "DP"),
            ("4.2", "HE"),
            ("4.3", "FL"),
            ("4.4", "local DP, PATE"),
        ),
    ),
    (
        "5 Practice",
        (
            ("5.1", "article's listing"),
            ("5.2", "private training"),
            ("5.3", "private LMs"),
            ("5.4", "living with LLMs"),
        ),
    ),
    (
        "6 Industries",
        (("6.1", "finance"), ("6.2", "medicine"), ("6.3", "recommendation")),
    ),
    ("7 Outlook", (("7", "outlook"),)),
    ("8 Summary", (("8", "scoreboard"),)),
    ("9 Questions", (("9", "FAQ, glossary"),)),
)


# what this edition has; a test holds it against source/notebooks
READY = (
    "00",
    "1.1",
    "1.2",
    "1.3",
    "1.4",
    "2",
    "3.1",
    "3.2",
    "3.3",
    "3.4",
    "3.5",
    "4.1",
    "4.2",
    "4.3",
    "4.4",
    "5.1",
    "5.2",
    "5.3",
    "5.4",
    "6.1",
    "6.2",
    "6.3",
    "7",
    "8",
    "9",
)


def course_map() -> CourseMap:
    """The contents, with the lessons that are in this edition."""
    return CourseMap(chapters=CHAPTERS, ready=frozenset(READY))


def number(stem: str) -> str:
    """The number in a lesson's file name: "03_1_differential_privacy" is "3.1"."""
    digits = [part for part in stem.split("_") if part.isdigit()]
    return "00" if digits == ["00"] else ".".join(str(int(part)) for part in digits)
