"""`make bench`: starts a stack of its own, measures it, stops it, prints the figures.

Figures are of this machine, now. What else runs on it moves them; the ratios less so, for both sides are measured in
turns in one run.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import burst, cold_start, machine, memory, throughput
from tests.bench.bench import Bench, own_bench, say
from tests.bench.figures import Figure, as_markdown, as_text
from tests.stack import PROJECT, QUICK_AUTOSCALER

Group = Callable[[Bench], list[Figure]]
