"""Keeps events in Postgres: committed when `add` returns."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, text
from sqlalchemy.exc import DataError

from shared import database, settings
from shared.cloud_events import CloudEvent
from shared.errors import MalformedRequest

# One statement however many they are. Their order keeps two batches with the same events from a deadlock.
INSERT = text("""
    INSERT INTO analytics.events (source, id, type, subject, time, data, others)
    SELECT source, id, type, subject, time, data::jsonb, others::jsonb
    FROM unnest(
        CAST(:sources AS text[]), CAST(:ids AS text[]), CAST(:types AS text[]), CAST(:subjects AS text[]),
        CAST(:times AS timestamptz[]), CAST(:data AS text[]), CAST(:others AS text[])
    ) AS event(source, id, type, subject, time, data, others)
    ORDER BY source, id
    ON CONFLICT (source, id) DO NOTHING
""")


def add(events: Sequence[CloudEvent]) -> int:
    """Store the events that are new by their source and id, once also within `events`; how many were new.

    Raises:
        MalformedRequest: the data of one is JSON, but beyond what Postgres keeps, such as 1e-20000.
        Unavailable: the database is away; they may be sent again.
    """
    new = list({(event.source, event.id): event for event in reversed(events)}.values())  # the first one counts
    if not new:
        return 0
    values = {
        "sources": [event.source for event in new],
        "ids": [event.id for event in new],
        "types": [event.type for event in new],
        "subjects": [event.subject for event in new],
        "times": [event.time for event in new],
        "data": [event.data.decode() if event.data is not None else None for event in new],
        "others": [msgspec.json.encode(event.others).decode() for event in new],
    }

    def insert(connection: Connection) -> int:
        return connection.execute(INSERT, values).rowcount

    try:
        return database.run(database.engine(settings.current()), insert)
    except DataError as error:
        raise MalformedRequest("The data holds a number that is too large or too fine to be stored") from error
