"""The chart: what it renders, held against what the engine on one machine reads of the same files."""
