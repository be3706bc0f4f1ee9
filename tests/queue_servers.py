"""Brokers that tests read queues from: librdkafka's own mock cluster in a process of its own, and a real Redis."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tests.certificates import Certificates
from tests.server.native_server import HOST, free_port

_BROKER = """
import sys
from confluent_kafka import Producer
broker = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "mock"})
[found] = broker.list_topics(timeout=20).brokers.values()
print(f"{found.host}:{found.port}", flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True)
class Topic:
    """A topic of Kafka whose records are sent to one partition."""

    address: str
    field: str = "topic: shop.orders"

    def send(self, records: Sequence[bytes]) -> None:
        from confluent_kafka import Producer

        producer = Producer({"bootstrap.servers": self.address.removeprefix("kafka://")})
        for record in records:
            producer.produce("shop.orders", record, partition=1)
        assert producer.flush(20) == 0


@dataclass(frozen=True)
class Stream:
    """A stream of Redis whose entries have the record as their only field."""

    address: str
    field: str = "stream: shop:orders"
    client_options: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def send(self, records: Sequence[bytes]) -> None:
        from redis import Redis

        with Redis.from_url(self.address, **self.client_options) as client:
            for record in records:
                client.xadd("shop:orders", {"record": record})


@contextmanager
def kafka() -> Iterator[Topic]:
    """A broker that speaks Kafka's protocol, kept in memory."""
    broker = subprocess.Popen([sys.executable, "-c", _BROKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert broker.stdin and broker.stdout
    try:
        yield Topic(f"kafka://{broker.stdout.readline().strip()}")
    finally:
        broker.stdin.close()
        broker.wait(20)
        broker.stdout.close()


def redis_program() -> str | None:
    """Where Redis's server is, if it is installed."""
    return shutil.which("redis-server")


@contextmanager
def redis() -> Iterator[Stream]:
    """A Redis that keeps nothing on the disk."""
    port = free_port()
    with _redis(Stream(f"redis://{HOST}:{port}/0"), "--port", str(port)) as stream:
        yield stream


@contextmanager
def encrypted_redis(certificates: Certificates, password: str) -> Iterator[Stream]:
    """The same, which speaks TLS only and asks for a password."""
    port = free_port()
    options = ["--port", "0", "--tls-port", str(port), "--tls-auth-clients", "no", "--requirepass", password]
    options += ["--tls-cert-file", str(certificates.server), "--tls-key-file", str(certificates.server_key)]
    options += ["--tls-ca-cert-file", str(certificates.authority)]
    known = {"password": password, "ssl_ca_certs": str(certificates.authority)}
    with _redis(Stream(f"rediss://{HOST}:{port}/0", client_options=known), *options) as stream:
        yield stream


@contextmanager
def _redis(stream: Stream, *options: str) -> Iterator[Stream]:
    from redis import Redis
    from redis.exceptions import ConnectionError as NotUp

    memory_only = ["--bind", HOST, "--save", "", "--appendonly", "no", "--daemonize", "no"]
    server = subprocess.Popen([str(redis_program()), *options, *memory_only], stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while True:
            try:
                with Redis.from_url(stream.address, **stream.client_options) as client:
                    client.ping()
                break
            except NotUp:
                assert time.monotonic() < deadline
                time.sleep(0.02)
        yield stream
    finally:
        server.terminate()
        server.wait(20)
