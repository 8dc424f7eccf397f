"""Search in all the world's alphabets, and with a slip of the finger.

`catalog.plain` is how a text is looked at, by the index and by a question alike. `catalog.words` is the vocabulary: a
word that nobody wrote like that is corrected to one that somebody did, and searched by the index, so a slip costs a
look at the words and not at the goods.
"""

from alembic import op

revision = "0009_search"
down_revision = "0008_carts"

# Without case, and without marks: `Café` is `cafe`. Scripts that leave no space between words (Chinese, Japanese,
# Thai, Lao, Burmese, Khmer) get one at each character, so that a word is found amid others.
PLAIN = r"""
    CREATE FUNCTION catalog.plain(said text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN regexp_replace(
        regexp_replace(normalize(lower(said), NFKD), '[\u0300-\u036f]', '', 'g'),
        '([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])', ' \1 ', 'g'
    )
"""
SEARCH = """
    ALTER TABLE catalog.products ADD COLUMN search tsvector NOT NULL GENERATED ALWAYS AS (
        setweight(to_tsvector('english', {name}), 'A') ||
        setweight(to_tsvector('english', {description}), 'B') ||
        setweight(to_tsvector('simple', {sku}), 'B')
    ) STORED
"""
# fuzzystrmatch counts slips of any letter; pg_trgm, without a locale of the operating system, sees ASCII ones only.
WORDS = r"""
    CREATE TABLE catalog.words (word text PRIMARY KEY CHECK (length(word) BETWEEN 3 AND 64));
    CREATE INDEX words_length ON catalog.words (length(word)) INCLUDE (word);
    CREATE FUNCTION catalog.words_of(said text) RETURNS SETOF text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    BEGIN ATOMIC
        SELECT DISTINCT word FROM regexp_split_to_table(catalog.plain(said), '[^[:alpha:]]+') AS word
        WHERE length(word) BETWEEN 3 AND 64 ORDER BY word;
    END;
    CREATE FUNCTION catalog.keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO catalog.words SELECT catalog.words_of(NEW.name || ' ' || NEW.description) ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$;
    CREATE TRIGGER keep_words AFTER INSERT OR UPDATE OF name, description ON catalog.products
        FOR EACH ROW EXECUTE FUNCTION catalog.keep_words();
    INSERT INTO catalog.words SELECT DISTINCT word FROM catalog.products, catalog.words_of(name || ' ' || description)
        AS word;
"""


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS fuzzystrmatch SCHEMA catalog")
    op.execute(PLAIN)
    _replace_search("catalog.plain({column})")
    op.get_bind().exec_driver_sql(WORDS)


def downgrade() -> None:
    _replace_search("{column}")
    op.execute("DROP TRIGGER keep_words ON catalog.products")
    op.execute("DROP FUNCTION catalog.keep_words(), catalog.words_of(text), catalog.plain(text)")
    op.execute("DROP TABLE catalog.words")
    op.execute("DROP EXTENSION fuzzystrmatch")


def _replace_search(form: str) -> None:
    """The column under its old name: the release before this one goes on searching meanwhile."""
    op.execute("ALTER TABLE catalog.products DROP COLUMN search")
    op.execute(SEARCH.format(**{name: form.format(column=name) for name in ("name", "description", "sku")}))
    op.execute("CREATE INDEX products_search ON catalog.products USING gin (search)")
