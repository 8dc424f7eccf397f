"""What Alembic runs for each command: on the connection that `shared.migrations.runner` opened and locked."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table_schema="public",
    # Each step commits with its row in the version table: an interrupted run goes on where it stopped.
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
