"""Rows that are looked for and locked before they are changed."""

from sqlalchemy import CTE, Select


def once(rows: Select[*tuple[object, ...]]) -> CTE:
    """These rows, locked, without those that another transaction is at: to be joined by an update.

    As a subquery with IN they would be looked for anew for each row of the table that is compared with them,
    should PostgreSQL know too little of the table.
    """
    return rows.with_for_update(skip_locked=True).cte("found")
