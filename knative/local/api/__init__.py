"""A Kubernetes API server of what the engine runs, as far as `kubectl` and `kn` need one.

It lives in the engine's process, on loopback, behind a token. Start at `app`.
"""
