"""The page's table: a line for those who may reach the same, in words where that is everybody."""

from collections.abc import Iterable, Sequence

from knative.isolation.network_policies import Object, Party, Policies
from knative.isolation.parties import OTHERS, Door, doors, functions, jobs, state

HEADER = "| who | may reach |\n|---|---|"
_every = {8012: "every function :8012", 9090: "every function :9090", 8080: "every function :8080"}


def reach(objects: Sequence[Object]) -> dict[str, list[Door]]:
    """By name, which doors each party may open. Whom no policy concerns as a sender is shown among ours alone."""
    policies = Policies.among(objects)
    places = doors(objects)
    parties = [*functions(objects), *jobs(objects), *state(objects).values(), *OTHERS]
    ours = {party.name for party in (*functions(objects), *jobs(objects), *state(objects).values())}
    return {
        sender.name: [
            door for door in places
            if door.party.name != sender.name
            and (sender.name in ours or sender.namespace == "shop" or _is_guarded(policies, door))
            and policies.may_reach(sender, door.party, door.port)
        ]
        for sender in parties if sender.namespace is not None
    }  # fmt: skip


def table(objects: Sequence[Object]) -> str:
    """The table as Markdown."""
    names = [party.name for party in functions(objects)]
    by_reach: dict[tuple[str, ...], list[str]] = {}
    for who, found in reach(objects).items():
        by_reach.setdefault(tuple(_words(found, len(names))), []).append(who)
    lines = [f"| {_who(who, names)} | {', '.join(words) or 'nothing of ours'} |" for words, who in by_reach.items()]
    return "\n".join([HEADER, *lines]) + "\n"


def _words(found: Iterable[Door], function_count: int) -> list[str]:
    """The doors' names; of a port that all functions have, once."""
    found = list(found)
    words: list[str] = []
    for door in found:
        of_functions = [each for each in found if "serving.knative.dev/service" in each.party.labels]
        all_of_port = [each for each in of_functions if each.port == door.port]
        is_functions = door in of_functions
        word = _every[door.port] if is_functions and len(all_of_port) == function_count else door.name
        if word not in words:
            words.append(word)
    return words


def _who(who: Sequence[str], functions: Sequence[str]) -> str:
    return "every function" if set(who) == set(functions) else ", ".join(who)


def _is_guarded(policies: Policies, door: Door) -> bool:
    """Whether there is anybody who may not: what is open to all says nothing of somebody who is not ours."""
    nobody = Party(name="nobody", namespace="nowhere")
    return not policies.may_reach(nobody, door.party, door.port)
