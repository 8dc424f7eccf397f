"""The broker's process: an ingress on a Unix socket that Envoy leads to, a dispatcher, and the engine's orders.

It outlives the engine, and goes on with what it was told last. Without having been told anything, it takes no event.
"""

import asyncio
import os
import signal
from typing import Any

import psycopg
import uvicorn

from knative.local import control_server, secrets
from knative.local.asgi_server import AsgiServer
from knative.local.control import Tell
from knative.local.eventing.broker import store
from knative.local.eventing.broker.configuration import Configuration
from knative.local.eventing.broker.database import Database
from knative.local.eventing.broker.dispatcher import Dispatcher
from knative.local.eventing.broker.ingress import Ingress
from knative.local.eventing.broker.intake import AwayError, Intake
from knative.local.home import Home
from knative.local.listening import listen
from knative.local.parts import postgres
from shared.errors import ZerocartError
from shared.timestamps import rfc3339


class Process:
    def __init__(self, home: Home, database_url: str, mesh_port: int) -> None:
        self._home = home
        self._taking = Database(database_url, "broker-ingress", waits_for_disk=True)
        # What is lost of these is done again: an event that was delivered is delivered once more.
        self._giving = Database(database_url, "broker-dispatcher", waits_for_disk=False)
        self._intake = Intake(self._taking)
        self._dispatcher = Dispatcher(self._giving, mesh_port, self._fail)
        self._stopped = asyncio.Event()
        self._failure: BaseException | None = None
        self._forgetting: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Serve until told to stop. Raises what was a fault of ours: whoever looks after this starts another one."""
        ingress = Ingress(self._intake, self._dispatcher)
        config = uvicorn.Config(
            ingress, http="h11", ws="none", lifespan="off", loop="none", log_config=None, access_log=False,
            date_header=False, server_header=False,
        )  # fmt: skip
        server = AsgiServer(config)
        serving = asyncio.create_task(server.serve(sockets=[listen(self._home.broker_ingress_socket)]))
        dispatching = asyncio.create_task(self._dispatcher.run())
        for task in (serving, dispatching):
            task.add_done_callback(self._ended)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stopped.set)
        orders = await control_server.serve(self._home.broker_socket, self._answer)
        await self._stopped.wait()
        if self._failure:
            raise self._failure
        orders.close()
        await server.end(serving)
        dispatching.cancel()
        await self._dispatcher.release()
        self._taking.close()
        self._giving.close()

    def _fail(self, error: BaseException) -> None:
        self._failure = error
        self._stopped.set()

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            self._fail(error)

    async def _answer(self, request: dict[str, Any], _tell: Tell) -> object:
        match request:
            case {"op": "configure", "configuration": value}:
                configuration = Configuration.of_json(value)
                self._dispatcher.configure(configuration)
                self._forgetting = asyncio.create_task(self._forget(configuration))
                return {}
            case {"op": "status"}:
                return await self._status()
        raise ZerocartError("the broker does not know this", "it is of another version: `zerocart down`, then `up`")

    async def _forget(self, configuration: Configuration) -> None:
        """Again and again, while Postgres is away and nothing newer was said."""
        while self._dispatcher.configuration is configuration:
            try:
                await self._intake.forget(configuration)
            except AwayError:
                await asyncio.sleep(1.0)
            else:
                break

    async def _status(self) -> object:
        try:
            found = await self._giving.run(store.counts)
        except psycopg.Error:
            return None
        return [
            {
                "namespace": each.namespace, "broker": each.broker, "trigger": each.trigger,
                "waiting": each.waiting_count, "retrying": each.retrying_count, "parked": each.parked_count,
                "oldest": each.oldest_at and rfc3339(each.oldest_at),
            }
            for each in found
        ]  # fmt: skip


def main(home: Home, mesh_port: int) -> None:
    """Be the broker of a stack."""
    os.umask(0o077)
    role = postgres.ROLES["eventing"]
    url = postgres.url(home.run, secrets.role_passwords(home)[role], user=role)
    asyncio.run(Process(home, url, mesh_port).run())
