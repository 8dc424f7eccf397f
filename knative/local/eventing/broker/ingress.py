"""Takes events: `POST /<namespace>/<broker>`, answered as Knative's ingress answers, 202 once the event is kept.

An ASGI app. What is refused is said in a line of text, for whoever reads the sender's log.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from knative.local.eventing.broker.dispatcher import Dispatcher
from knative.local.eventing.broker.events import Headers, NotTakenError, arrived, passed_on, read
from knative.local.eventing.broker.intake import AwayError, Intake
from knative.local.eventing.broker.store import rows_for
from knative.local.model import BrokerName, Namespace

LARGEST_BODY_BYTES = 1024 * 1024
ALLOW = "POST, OPTIONS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    reason: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Ingress:
    """Keeps what it takes, and hands it to the dispatcher, which knows the Brokers too."""

    def __init__(self, intake: Intake, dispatcher: Dispatcher) -> None:
        self._intake = intake
        self._dispatcher = dispatcher

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        body = bytearray()
        is_whole = False
        while not is_whole and len(body) <= LARGEST_BODY_BYTES:
            message = await receive()
            body += message.get("body", b"")
            is_whole = not message.get("more_body", False)
        answer = await self.answer(scope["method"], scope["path"], headers, bytes(body))
        text = answer.reason.encode()
        made = {"allow": ALLOW, "content-length": str(len(text)), **answer.headers}
        if text:
            made["content-type"] = "text/plain; charset=utf-8"
        if not is_whole:
            made["connection"] = "close"
        raw = [(name.encode(), value.encode()) for name, value in made.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": text})

    async def answer(self, method: str, path: str, headers: Headers, body: bytes) -> Answer:
        """What a request comes to."""
        if method == "OPTIONS":
            return Answer(status=200, headers={"webhook-allowed-origin": "*", "webhook-allowed-rate": "*"})
        if method != "POST":
            return Answer(status=405)
        if path == "/":
            return Answer(status=404, reason="an event goes to /<namespace>/<broker>")
        parts = path.removesuffix("/").split("/")
        if len(parts) != 3:
            return Answer(status=400, reason="an event goes to /<namespace>/<broker>")
        if len(body) > LARGEST_BODY_BYTES:
            return Answer(status=413, reason=f"an event may have {LARGEST_BODY_BYTES} bytes")
        content_type = next((value for name, value in headers if name.lower() == "content-type"), "")
        try:
            event = read(content_type, headers, body)
        except NotTakenError as error:
            return Answer(status=400, reason=error.reason)
        configuration = self._dispatcher.configuration
        if configuration is None:
            return _not_now("the engine has not said yet which Brokers there are")
        namespace, broker = Namespace(parts[1]), BrokerName(parts[2])
        if (namespace, broker) not in configuration.brokers:
            return Answer(status=404, reason=f"there is no Broker {broker} in {namespace}")
        try:
            kept = arrived(event, datetime.now(UTC))
        except NotTakenError as error:
            return Answer(status=400, reason=error.reason)
        rows = rows_for(kept, passed_on(headers), configuration.of_broker(namespace, broker))
        reserved = self._dispatcher.reserve(rows)
        try:
            await self._intake.keep(rows)
        except AwayError:
            self._dispatcher.give_back(reserved)
            return _not_now("Postgres is away")
        self._dispatcher.begin(reserved, rows)
        return Answer(status=202)


def _not_now(reason: str) -> Answer:
    return Answer(status=503, reason=reason, headers={"retry-after": "1"})
