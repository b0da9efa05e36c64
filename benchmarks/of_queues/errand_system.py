"""Errand: an item is a subtask. Not yet: what several processes need is not there."""

import sys

if __name__ == "__main__":
    sys.exit("Errand does not run in several processes yet.")
