"""Copies of Flower's records: what a network does to them, without the bytes."""

import copy

from flwr.app import (
    Array,
    ArrayRecord,
    ConfigRecord,
    Message,
    MetricRecord,
    RecordDict,
)
from flwr.app.message.message import make_message

Record = ArrayRecord | ConfigRecord | MetricRecord


def copied(records: RecordDict) -> RecordDict:
    """Records that can be changed without a trace in the original.

    An ``Array`` holds its numbers as bytes, which nobody can change, so the copy
    shares them: no number is copied.
    """
    return _with(records, {name: _copied(record) for name, record in records.items()})


def sent(message: Message, message_id: str) -> Message:
    """``message`` as the other side gets it: numbered, and sharing nothing mutable."""
    metadata = copy.copy(message.metadata)
    metadata.__dict__["_message_id"] = message_id
    if message.has_error():
        return make_message(metadata, error=message.error)
    return make_message(metadata, copied(message.content))


def array_bytes(message: Message) -> int:
    """Bytes of all arrays in the message, their names and headers included."""
    if message.has_error():
        return 0
    records = message.content.values()
    return sum(each.count_bytes() for each in records if isinstance(each, ArrayRecord))


def _copied(record: Record) -> Record:
    changeable = {
        name: copy.copy(value)
        for name, value in record.items()
        if isinstance(value, list | Array)
    }
    return _with(record, changeable)


def _with(record: Record | RecordDict, values: dict) -> Record | RecordDict:
    """A copy with other values of the same types.

    Past Flower's setter, which checks every type anew: that took half of a round.
    """
    new = record.copy()
    new.__dict__["_data"].update(values)
    return new
