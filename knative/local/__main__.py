"""`python -m knative.local`: the command line, and the processes of a stack that it starts."""

import os
import sys


def main(arguments: list[str]) -> int:
    match arguments:
        case ["engine", *options]:
            from knative.local import daemon  # noqa: PLC0415 - each process imports what it needs and no more
            from knative.local.home import Home  # noqa: PLC0415

            daemon.main(Home.from_environment(os.environ), resume="--resume" in options)
        case ["keeper", socket_path]:
            from knative.local import keeper  # noqa: PLC0415

            keeper.main(socket_path)
        case ["zygote", "--check"]:
            from knative.local import zygote  # noqa: PLC0415

            zygote.load()
        case ["zygote", socket_path]:
            from knative.local import zygote  # noqa: PLC0415

            zygote.main(socket_path)
        case ["broker", mesh_port]:
            from knative.local.eventing.broker import process  # noqa: PLC0415
            from knative.local.home import Home  # noqa: PLC0415

            process.main(Home.from_environment(os.environ), int(mesh_port))
        case ["prepare-data"]:
            from knative.local.retail import preparation  # noqa: PLC0415

            preparation.main()
        case ["autoscaler", "replay"]:
            from knative.local.autoscaler import replay  # noqa: PLC0415

            return replay.run(sys.stdin, sys.stdout)
        case _:
            from knative.local import cli  # noqa: PLC0415

            cli.main()
    return 0


def zerocart() -> None:
    """The entry point of the installed command."""
    try:
        sys.exit(main(sys.argv[1:]))
    except ModuleNotFoundError as error:
        # An installation that was interrupted; anything prettier would need what is missing.
        sys.stderr.write(
            f"\nerror: the environment is half installed: {error.name} is missing\n\n"
            "hint: `rm -rf .venv && make up` installs it again\n"
        )
        sys.exit(1)


if __name__ == "__main__":
    zerocart()
