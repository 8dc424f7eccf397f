"""How the storefront gets into a bucket that a CDN serves; start at `plan`, which decides everything."""
