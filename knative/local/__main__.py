"""`python -m knative.local`: the command line, and the processes of a stack that it starts."""

import os
import sys

from knative.local.home import Home


def main(arguments: list[str]) -> int:
    match arguments:
        case ["engine", *options]:
            from knative.local import daemon  # noqa: PLC0415 - each process imports what it needs and no more

            daemon.main(Home.from_environment(os.environ), resume="--resume" in options)
        case ["zygote", socket_path]:
            from knative.local import zygote  # noqa: PLC0415

            zygote.main(socket_path)
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
