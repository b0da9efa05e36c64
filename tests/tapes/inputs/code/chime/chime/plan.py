import sys


def read_plan(path):
    entries = []
    print("reading", path)
    with open(path) as lines:
        for number, line in enumerate(lines, start=1):
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            try:
                time, bell = line.split(maxsplit=1)
            except ValueError:
                print("bad line", number, line, file=sys.stderr)
                continue
            entries.append((time, bell))
    print("read", len(entries), "entries")
    return entries
