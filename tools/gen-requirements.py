#!/usr/bin/env python3
"""Writes policies/requirements.tsv from a list of requirements.

The list has a heading and ten tab-separated columns; the first is the id, the
ninth what the text wants done (enforce, workflow, record, attest, reference).
Only these facts are taken, and the folder of the edition; no sentence is.

    tools/gen-requirements.py ../shared/domain/clauses.tsv > policies/requirements.tsv
"""
import sys

FOLDERS = {
    "HN": "hannan-2022-07",
    "AN": "annaka-2026-04",
    "FC": "fuchu-2022-05",
    "IM": "imabari-auditors",
    "FS": "fukushima-2023-06",
}
OLD = ("FS-OLD-", "fukushima-2021-04")  # what is known of the edition before
WANTED = {"enforce", "workflow", "record", "attest", "reference"}


def folder(clause):
    return OLD[1] if clause.startswith(OLD[0]) else FOLDERS[clause[:2]]


def main():
    rows = open(sys.argv[1], encoding="utf-8").read().split("\n")[1:]
    print("# The requirements of the five policies: id, body, what carries it, folder of the edition.")
    print("# Written by tools/gen-requirements.py; read by `sekisho policy coverage`.")
    for row in filter(None, rows):
        field = row.split("\t")
        if len(field) != 10 or field[8] not in WANTED:
            sys.exit("not a requirement: " + row[:60])
        print(field[0], field[0][:2], field[8], folder(field[0]), sep="\t")


if __name__ == "__main__":
    main()
