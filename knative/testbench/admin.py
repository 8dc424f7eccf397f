"""Lets somebody run the shop on the bench, as `zerocart admin` does on one machine: by the database's owner.

in.sh python -m knative.testbench.admin EMAIL
"""

import sys

from knative.local.data import persons
from knative.testbench import shop_state


def main(email: str) -> None:
    persons.grant(shop_state.owner_url(), email, "admin")


if __name__ == "__main__":
    main(sys.argv[1])
