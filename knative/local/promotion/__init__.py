"""A new revision gets its requests bit by bit while it does as well as the one before it, and is taken back if not."""
