"""The catalogue's files read into plain data that knows its file and line. What it means is judged in `matters`."""

from pathlib import Path

from config.catalogue.reading import SUFFIX, CatalogueError, Located, contents, load, parse

__all__ = ["OFFICIALESE", "SHIPPED", "SUFFIX", "CatalogueError", "Located", "contents", "load", "parse"]

SHIPPED = Path(__file__).parent / "shipped"
OFFICIALESE = Path(__file__).parents[1] / "officialese.txt"  # words that are not said, with what to say instead
