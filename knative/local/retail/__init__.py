"""A retailer's own data: its goods as our catalogue, its invoices as our orders."""
