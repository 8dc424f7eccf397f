"""The words of a search: as the index has them, the last one unfinished, and the likeliest where none is found.

What a text is to the index, `catalog.plain` says (migration 0009), of goods and questions alike.
"""

import re

from sqlalchemy import Connection, text

MOST_CORRECTED = 6  # a slip in a phrase, and not a whole book
# A word that somebody may still be typing: not quoted, not excluded by a minus, not the word `or`.
UNFINISHED_WORD = re.compile(r"(?:^|\s)(?!or$)(\w+)$", re.IGNORECASE)
WORD = re.compile(r"[^\W_]{1,64}")

PLAIN = text("SELECT btrim(catalog.plain(:words))")
# One slip in a short word, two in a longer one: a swap of two letters counts as two.
CORRECT = text("""
    SELECT COALESCE(likely.word, typed) AS word
    FROM unnest(CAST(:typed AS text[])) WITH ORDINALITY AS given (typed, position)
    LEFT JOIN LATERAL (
        SELECT word, catalog.levenshtein_less_equal(word, typed, slips) AS distance
        FROM catalog.words, (SELECT CASE WHEN length(typed) < 5 THEN 1 ELSE 2 END AS slips) AS bound
        WHERE length(word) BETWEEN length(typed) - slips AND length(typed) + slips
            AND catalog.levenshtein_less_equal(word, typed, slips) <= slips
        ORDER BY distance, left(word, 1) <> left(typed, 1), word LIMIT 1
    ) AS likely ON true ORDER BY position
""")


def plain(connection: Connection, words: str) -> str:
    """The words without case and marks."""
    return str(connection.execute(PLAIN, {"words": words}).scalar_one())


def corrected(connection: Connection, words: str) -> str:
    """Plain words, each as the likeliest that a product has. Who quotes or excludes a word means it as it stands."""
    if '"' in words or " -" in f" {words}":
        return words
    typed = WORD.findall(words)[:MOST_CORRECTED]
    return " ".join(connection.execute(CORRECT, {"typed": typed}).scalars()) or words


def split(words: str) -> tuple[str, str]:
    """All but the last word, and the last word as a prefix for `to_tsquery`; the prefix is empty if it is none."""
    unfinished = UNFINISHED_WORD.search(words) if words.count('"') % 2 == 0 else None
    return (words[: unfinished.start(1)].strip(), f"{unfinished[1]}:*") if unfinished else (words, "")
