"""The goods that the shop is shipped with, and how they were made."""
