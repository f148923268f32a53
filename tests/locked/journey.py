#!/usr/bin/env python3
"""The locked files of the browser's journey, with Japanese names.
  journey.py FOLDER XLSX   FOLDER/申請書類.zip (AES-256), FOLDER/調査票.xlsx (agile), FOLDER/様式第５号.pdf (AES-256)"""
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).parent
sys.path.insert(0, str(here))
import json

import office

folder, xlsx = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
PASSWORD = "Aonami-2026"
folder.mkdir(parents=True, exist_ok=True)
members = [["申請書.txt".encode("cp932").hex(), "申請者　髙﨑一郎\r\n".encode().hex()],
           ["内訳/一覧.csv".encode("cp932").hex(), "番号,件数\r\n1,2\r\n".encode().hex()]]
made = subprocess.run(["python3", here / "zipcrypto.py"], check=True, capture_output=True, input=json.dumps(
    {"password": PASSWORD.encode().hex(), "aes": True, "members": members}).encode())
(folder / "申請書類.zip").write_bytes(made.stdout)
(folder / "調査票.xlsx").write_bytes(office.agile(xlsx.read_bytes(), PASSWORD, spin=100000))
(folder / "plain").write_bytes(office.page("Receipt No 7421"))
subprocess.run(["qpdf", "--encrypt", PASSWORD, "owner", "256", "--", folder / "plain", folder / "様式第５号.pdf"], check=True)
