"""The peer: runs statements in DuckDB and prints the rows of the last one as JSON.

peer.py STATEMENTS THREADS
"""

import json
import sys

import duckdb


def main():
    path, threads = sys.argv[1:]
    connection = duckdb.connect(config={"threads": int(threads)})
    with open(path, encoding="utf-8") as file:
        answer = connection.execute(file.read())
    json.dump(answer.fetchall() if answer.description else [], sys.stdout, default=str)


main()
