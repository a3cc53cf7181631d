"""Drawings of results: ``draw(result, ax) -> ax``, in one look for every figure."""
