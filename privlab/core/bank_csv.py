"""A bank's own purchases from a CSV file, checked field by field, and back again."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

import numpy as np

from privlab.core.bank import Transactions

COLUMNS = ("customer", "age", "date", "shop", "category", "amount")
FIRST_DAY = date(2026, 1, 1)
MOST_FAULTS = 5  # that one message names
MOST_AMOUNT = 10**12  # yuan: sums of cents stay within 64 bits
Row = Mapping[str, str | None]


class BadTable(ValueError):
    """A file that is not as it must be: the text says where, and what to do."""


def read_transactions(
    lines: Iterable[str], *, columns: Mapping[str, str] | None = None
) -> Transactions:
    """Purchases from the ``lines`` of a CSV file with a header (an open file will do).

    ``columns`` maps our names (``COLUMNS``) to the file's, where they differ: text for
    customer, shop and category, whole years for age, 2026-01-31 for date, 12.50 for
    amount. Order customers, shops and categories by first appearance. ``BadTable``
    names row, column, value and remedy of the first faults; row 1 is the header.
    """
    # Excel puts a mark of byte order in front
    lines = (
        line.removeprefix("\ufeff") if i == 0 else line for i, line in enumerate(lines)
    )
    reader = csv.DictReader(lines, restkey="\0more")
    names = _names(reader.fieldnames or [], columns or {})
    records, faults, ages = [], [], {}
    for record in reader:
        row = reader.line_num
        try:
            records.append(_record(record, names, ages, row))
        except BadTable as fault:
            faults.append(str(fault))
        if len(faults) == MOST_FAULTS:
            break
    if faults:
        raise BadTable("; ".join(faults))
    if not records:
        raise BadTable("the file has a header and no rows: export at least one")
    return _table(records, ages)


def write_transactions(table: Transactions) -> str:
    """The purchases as CSV text with the header ``COLUMNS``."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for customer, day, shop, category, cents in zip(
        *(getattr(table, name).tolist() for name in ("customer", "day", "shop")),
        *(getattr(table, name).tolist() for name in ("category", "cents")),
        strict=True,
    ):
        amount = f"{cents // 100}.{cents % 100:02d}"
        when = FIRST_DAY + timedelta(days=day)
        who = (f"c{customer}", table.age[customer], when.isoformat())
        writer.writerow([*who, f"s{shop}", table.categories[category], amount])
    return out.getvalue()


def _names(header: list[str], columns: Mapping[str, str]) -> dict[str, str]:
    """Our name to the file's; ``BadTable`` for one that neither knows."""
    if unknown := sorted(set(columns) - set(COLUMNS)):
        raise BadTable(
            f"columns maps {unknown[0]!r}: use the names {', '.join(COLUMNS)}"
        )
    names = {ours: columns.get(ours, ours) for ours in COLUMNS}
    for ours, theirs in names.items():
        if header.count(theirs) != 1:
            raise BadTable(
                f"row 1: column {theirs!r} ({ours}) is there {header.count(theirs)} "
                f"times among {header}; name the right one: "
                f"columns={{{ours!r}: ...}}"
            )
    return names


def _record(record: Row, names: dict[str, str], ages: dict, row: int) -> tuple:
    """One purchase: customer, date, shop, category, cents; notes the customer's age."""
    if "\0more" in record:
        raise BadTable(
            f"row {row}: more fields than the header, from "
            f"{record[chr(0) + 'more'][0]!r} on; put text with commas in quotes"
        )
    values = {}
    for ours, theirs in names.items():
        text = (record[theirs] or "").strip()
        try:
            values[ours] = PARSERS[ours](text)
        except ValueError as fault:
            where = f"row {row}, column {theirs!r}"
            raise BadTable(f"{where}: {text!r} {fault}") from None
    customer, age = values["customer"], values["age"]
    if ages.setdefault(customer, age) != age:
        raise BadTable(
            f"row {row}, column {names['age']!r}: {age} for customer {customer!r}, "
            f"who was {ages[customer]} above; give each customer one age"
        )
    return tuple(values[name] for name in COLUMNS if name != "age")


def _text(text: str) -> str:
    if not text:
        raise ValueError("is empty; fill it in or leave the row out")
    return text


def _age(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 0 < int(text) <= 120:
        raise ValueError("is no age; write whole years from 1 to 120")
    return int(text)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("is no date; write it as 2026-01-31") from None


def _cents(text: str) -> int:
    """Exact: a float would round 0.29 to 28.999... cents."""
    found = re.fullmatch(r"([0-9]+)(?:\.([0-9]{1,2}))?", text)
    if not found or int(found[1]) > MOST_AMOUNT:
        raise ValueError(
            "is no amount; write it as 1234.50, without sign, unit or thousands' commas"
        )
    return 100 * int(found[1]) + int((found[2] or "").ljust(2, "0"))


PARSERS: dict[str, Callable] = {
    **{"customer": _text, "age": _age, "date": _date},
    **{"shop": _text, "category": _text, "amount": _cents},
}


def _table(records: list[tuple], ages: Mapping[str, int]) -> Transactions:
    customers, dates, shops, categories, cents = zip(*records, strict=True)
    first = min(dates)

    def numbered(names: Iterable[str]) -> np.ndarray:
        place = {name: i for i, name in enumerate(dict.fromkeys(names))}
        return np.array([place[name] for name in names])

    return Transactions(
        age=np.array([ages[name] for name in dict.fromkeys(customers)]),
        customer=numbered(customers),
        day=np.array([(each - first).days for each in dates]),
        shop=numbered(shops),
        category=numbered(categories),
        cents=np.array(cents, dtype=np.int64),
        categories=tuple(dict.fromkeys(categories)),
    )
