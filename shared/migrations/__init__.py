"""The schemas of the shop's database, one numbered step a file, and the tool that applies them."""
