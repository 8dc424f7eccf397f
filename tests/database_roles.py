"""Which schemas the role of each domain may enter: its own, and those that it has a written reason for (0019)."""

SCHEMAS = {
    "shop_catalog": {"catalog"},
    "shop_identity": {"identity"},
    "shop_carts": {"carts", "catalog", "identity"},
    "shop_orders": {"orders", "catalog", "identity"},
    "shop_payments": {"payments"},
    "shop_analytics": {"analytics", "identity"},
    "shop_retention": {"analytics", "carts", "identity", "orders"},
    "shop_eventing": {"eventing"},
}
