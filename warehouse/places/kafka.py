"""Topics of Kafka, read partition by partition from the offset behind the last one that was landed.

No group is joined and nothing is committed: the broker need not remember anything of us.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import IO, Any

from warehouse.base.errors import LandingError
from warehouse.places.fetched import Fetched
from warehouse.places.queue_lines import line_of
from warehouse.places.queue_names import QueueNames
from warehouse.places.visit import Visit
from warehouse.places.web import is_this_machine
from warehouse.source_definitions.place import Fetch

_ANSWER_SECONDS = 10.0
_WAIT_SECONDS = 0.2
_AT_ONCE = 1_000


@dataclass
class _Part:
    """A partition as it is read."""

    number: int
    begin: int
    end: int  # what the broker had when the visit began
    notes: list[str]
    first: int | None = None
    last: int = -1
    count: int = 0
    is_over: bool = False


def fetch_topic(visit: Visit, fetch: Fetch, names: QueueNames) -> Iterator[Fetched]:
    """Fetch what is new of a topic, a file for each partition.

    Raises
    ------
    LandingError
        If the topic is not there, or ends before what was landed of it.
    TimeoutError
        If the time is over.
    """
    with closing(_consumer(visit)) as consumer:
        parts = list(_parts(consumer, visit, fetch, names))
        files = {part.number: visit.folder / f"{fetch.file}-{part.number}.jsonl" for part in parts}
        opened: dict[int, IO[str]] = {}
        try:
            opened = {number: path.open("w", encoding="utf-8", newline="") for number, path in files.items()}
            _read(consumer, visit, fetch, {part.number: part for part in parts}, opened)
        finally:
            for file in opened.values():
                file.close()
    for part in parts:
        named = names.batch(f"p{part.number}", (part.first,), (part.last,)) if part.first is not None else ""
        what = f"{part.count:,} records of {fetch.topic}, partition {part.number}"
        if part.count or part.notes:
            yield Fetched(f"{visit.name}/{fetch.key}", files[part.number], named, what, notes=part.notes)


def topic_end(visit: Visit, fetch: Fetch, names: QueueNames) -> str:
    """Where the topic ends, if it goes on behind what was landed; else empty."""
    with closing(_consumer(visit)) as consumer:
        parts = list(_parts(consumer, visit, fetch, names))
    return ",".join(str(part.end) for part in parts) if any(part.end > part.begin for part in parts) else ""


def _read(consumer: Any, visit: Visit, fetch: Fetch, parts: dict[int, _Part], opened: dict[int, IO[str]]) -> None:
    from confluent_kafka import KafkaError, KafkaException, TopicPartition

    waiting = [part for part in parts.values() if part.end > part.begin]
    if not waiting:
        return
    consumer.assign([TopicPartition(fetch.topic, part.number, part.begin) for part in waiting])
    left = visit.place.rows_maximum
    while left and not all(part.is_over for part in waiting):
        visit.check_time()
        for message in consumer.consume(min(left, _AT_ONCE), timeout=_WAIT_SECONDS):
            part = parts[message.partition()]
            if (error := message.error()) and error.code() == KafkaError._PARTITION_EOF:
                part.is_over = True
                continue
            if error:
                raise KafkaException(error)
            part.first = message.offset() if part.first is None else part.first
            part.last, part.count = message.offset(), part.count + 1
            part.is_over |= part.last >= part.end - 1
            opened[part.number].write(line_of(message.value()) + "\n")
            left -= 1
    if not left:
        waiting[0].notes.append(f"{visit.place.rows_maximum:,} records are the most in one fetch; the rest comes next")


def _parts(consumer: Any, visit: Visit, fetch: Fetch, names: QueueNames) -> Iterator[_Part]:
    from confluent_kafka import TopicPartition

    topic = consumer.list_topics(fetch.topic, timeout=_ANSWER_SECONDS).topics[fetch.topic]
    if topic.error:
        raise LandingError(
            f"{visit.name}: {fetch.topic} cannot be read: {topic.error.str()}", "Check the topic's name in source.yml."
        )
    for number in sorted(topic.partitions):
        low, high = consumer.get_watermark_offsets(TopicPartition(fetch.topic, number), timeout=_ANSWER_SECONDS)
        landed = names.last_landed(f"p{number}")
        begin = landed[0] + 1 if landed else low
        if begin > high:
            raise LandingError(
                f"{visit.name}: partition {number} of {fetch.topic} ends at offset {high:,}, and was landed up to "
                f"{begin:,}: it was made anew.",
                f"Give the place another name, such as {visit.name}_2, so that it is read from its beginning.",
            )
        notes = []
        if low > begin:
            notes.append(
                f"WARNING: offsets {begin:,} to {low - 1:,} of partition {number} were deleted by the broker before "
                "they were fetched"
            )
        yield _Part(number, max(begin, low), high, notes)


def _consumer(visit: Visit) -> Any:
    from confluent_kafka import Consumer

    return Consumer(
        {
            "bootstrap.servers": visit.place.parts.netloc,
            "group.id": "clientele",  # asked for, and not joined
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "error",
            "isolation.level": "read_committed",
            "allow.auto.create.topics": False,
            "socket.connection.setup.timeout.ms": int(_ANSWER_SECONDS * 1000),
            **_security(visit),
        },
        logger=_silent(),
    )


def _security(visit: Visit) -> dict[str, str]:
    is_encrypted = visit.place.scheme == "kafkas"
    authorities = visit.credentials.authorities_file
    trusted = {"ssl.ca.location": authorities} if is_encrypted and authorities else {}
    if not visit.credentials.user:
        return {"security.protocol": "SSL" if is_encrypted else "PLAINTEXT", **trusted}
    if not is_encrypted and not is_this_machine(visit.place.parts.hostname):
        raise LandingError(
            f"{visit.name}: a password is not sent to {visit.place.parts.hostname} in the clear.", "Use kafkas://."
        )
    return {
        "security.protocol": "SASL_SSL" if is_encrypted else "SASL_PLAINTEXT",
        "sasl.mechanism": "PLAIN",
        "sasl.username": visit.credentials.user,
        "sasl.password": visit.credentials.password,
        **trusted,
    }


def _silent() -> logging.Logger:
    """What the library logs beside the errors that it raises would stand in every log, each few seconds."""
    logger = logging.getLogger("clientele.kafka")
    logger.setLevel(logging.CRITICAL)
    return logger
