"""Prints a file of Parquet or Arrow as pyarrow reads it: one object of JSON with types, sizes of groups, and rows."""

import json
import sys

import pyarrow
import pyarrow.feather
import pyarrow.parquet


def plain(value):
    return value.isoformat() if hasattr(value, "isoformat") else value


file = sys.argv[1]
if file.endswith(".parquet"):
    parquet = pyarrow.parquet.ParquetFile(file)
    table = parquet.read()
    groups = [parquet.metadata.row_group(k).num_rows for k in range(parquet.num_row_groups)]
else:
    reader = pyarrow.ipc.open_file(file)
    table = reader.read_all()
    groups = [reader.get_batch(k).num_rows for k in range(reader.num_record_batches)]
table.validate(full=True)
rows = [{name: plain(value) for name, value in row.items()} for row in table.to_pylist()]
print(json.dumps({"types": {field.name: str(field.type) for field in table.schema}, "groups": groups, "rows": rows}))
