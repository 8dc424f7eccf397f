"""Who tells how the functions run, what is told, and how it is streamed: for the function watch-operations."""
