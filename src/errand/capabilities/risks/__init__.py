"""Risks: what they are about, how much they weigh, and the sentences that say so."""

from errand.capabilities.risks.rank import rank

CAPABILITIES = (rank,)
