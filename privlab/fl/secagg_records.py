"""States and messages of secure aggregation as Flower's records, and back."""

from collections.abc import Mapping
from dataclasses import fields

from flwr.app import ConfigRecord, RecordDict

NAME = "secagg"


def put(records: RecordDict, thing, prefix: str = NAME) -> RecordDict:
    """Write a dataclass of numbers, bytes and tables {client: bytes} into ``records``.

    Each table becomes a record of its own, ``prefix.field``: Flower's records cannot
    count the bytes of an empty list.
    """
    single = {"kind": type(thing).__name__}
    for each in fields(thing):
        value = getattr(thing, each.name)
        if isinstance(value, Mapping):
            put_table(records, value, f"{prefix}.{each.name}")
        else:
            single[each.name] = value
    records[prefix] = ConfigRecord(single)
    return records


def taken(records: RecordDict, kind: type, prefix: str = NAME):
    """What ``put`` wrote; ``ValueError`` where it was something else, or nothing."""
    record = records.get(prefix, {})
    if record.get("kind") != kind.__name__:
        raise ValueError(f"{record.get('kind')} instead of {kind.__name__}")
    values = {
        each.name: record[each.name]
        if each.name in record
        else taken_table(records, f"{prefix}.{each.name}")
        for each in fields(kind)
    }
    return kind(**values)


def put_table(records: RecordDict, table: Mapping[int, bytes], name: str) -> RecordDict:
    """Write a table {client: bytes} as the record ``name``."""
    records[name] = ConfigRecord({str(client): x for client, x in table.items()})
    return records


def taken_table(records: RecordDict, name: str) -> dict[int, bytes]:
    """The table in the record ``name``."""
    return {int(client): x for client, x in records[name].items()}


def forget(records: RecordDict, prefix: str = NAME) -> None:
    """Remove all that ``put`` wrote: no secret is kept longer than it is needed."""
    for name in [n for n in records if n.split(".")[0] == prefix]:
        del records[name]
