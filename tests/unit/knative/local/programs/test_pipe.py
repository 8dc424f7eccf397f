"""Nothing of what a program says first is lost, not even where it is read before there is somebody to tell."""

import asyncio
import socket

from knative.local.programs.pipe import _End


def test_what_a_program_says_before_its_client_is_joined_comes_first() -> None:
    async def told() -> bytes:
        client, program = _End(), _End()
        ours, theirs = socket.socketpair()
        with theirs:
            await asyncio.get_running_loop().create_connection(lambda: client, sock=ours)
            program.data_received(b"settings, ")
            program.join(client)
            program.data_received(b"answer")
            client.close()
            await client.gone.wait()
            return theirs.recv(100)

    assert asyncio.run(told()) == b"settings, answer"
