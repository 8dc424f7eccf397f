"""What those who run the shop see of the engine, and may have it do: for the function watch-operations."""
