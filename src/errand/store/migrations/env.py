"""Alembic runs this; the connection comes from `Database.migrate`."""

from alembic import context

from errand.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite can not alter most of a table in place
    transactional_ddl=True,
)
context.run_migrations()
