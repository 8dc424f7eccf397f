"""The programs that the stack stands on: how each is configured, commanded and asked whether it is ready."""
