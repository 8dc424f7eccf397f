"""Where a command line begins and ends: the only place that turns an error into text and an exit code.

0: done; 1: failed, with what to do; 2: wrong usage; 130: interrupted. No traceback reaches a person.
"""

import sys

import click

from knative.local.terminal import show_error
from shared.errors import StartError, ZerocartError


def enter(command: click.Command, *, hint: str = "") -> None:
    """Run a command with the process's own arguments; does not return where it failed.

    Args:
        hint: what to do where the machine itself refuses something, as a file or a socket.
    """
    try:
        command.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except ZerocartError as error:
        show_error(error)
        sys.exit(1)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        show_error(StartError(f"{where}{error.strerror or error}", hint))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
