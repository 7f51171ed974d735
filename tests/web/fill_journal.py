#!/usr/bin/python3
"""Makes one recorded picture into very many, in the journal that the daemon itself has made: fill_journal.py STORAGE COUNT. Each
has a file of its own (a hard link), an event of three, and a time one minute before the event that follows."""

import os
import pathlib
import sqlite3
import sys

storage, count = pathlib.Path(sys.argv[1]), int(sys.argv[2])
journal = sqlite3.connect(storage / ".snapcron" / "pictures.db")
path, camera, rule, captured, size = journal.execute("SELECT path, camera, rule, captured, bytes FROM pictures ORDER BY id DESC").fetchone()
rows = []
for number in range(count):
    event, within = divmod(number, 3)
    name = f"{camera}/many/{event // 1000}/{number}.jpg"
    (storage / name).parent.mkdir(parents=True, exist_ok=True)
    os.link(storage / path, storage / name)
    minutes = count // 3 + 1 - event
    rows.append((name, camera, rule, f"many-{event}", captured - minutes * 60_000_000_000 + within * 500_000_000, size))
with journal:
    journal.execute("DELETE FROM pictures")
    journal.executemany("INSERT INTO pictures (path, camera, rule, event, captured, bytes) VALUES (?, ?, ?, ?, ?, ?)", rows)
