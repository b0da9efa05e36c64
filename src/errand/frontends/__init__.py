"""Faces of the service; each only translates, and reaches `errand.service` and `errand.domain` alone."""
