"""Writes the Parquet files of this folder, by pyarrow and fastparquet: python3 make_files.py (pip install pyarrow==26.0.1 fastparquet==2026.9.0).

Row i of the column image_path is null when i % 5 == 3 (where a file has nulls), else the path of photo i modulo the file's period;
parquet_strings_test.cc knows rows, nulls and period of each file. clip_retrieval/metadata has the columns that clip-retrieval writes, the way it
writes them, for the pictures root/0.jpg to root/5.jpg and one row without a path.
"""
import json
import pathlib
import fastparquet
import pandas
import pyarrow
import pyarrow.parquet

HERE = pathlib.Path(__file__).parent


def paths(rows, nulls, period):
    photos = [i % period for i in range(rows)]  # in paths of several lengths
    return [None if nulls and i % 5 == 3 else f"/photos/{photo // 100:03}/IMG_{photo:05}{'_' * (photo % 7)}.jpg" for i, photo in enumerate(photos)]


def by_pyarrow(name, rows=100, nulls=True, period=1000, nullable=True, around=True, **options):
    fields = {"image_path": (pyarrow.string(), paths(rows, nulls, period), nullable)}
    if around:  # columns before and behind, one of them with a column of the same name inside
        fields = {"facts": (pyarrow.struct([("image_path", pyarrow.int64()), ("tags", pyarrow.list_(pyarrow.string()))]),
                            [{"image_path": i, "tags": ["a"] * (i % 3)} for i in range(rows)], True),
                  **fields, "similarity": (pyarrow.float64(), [i / 8 for i in range(rows)], True)}
    schema = pyarrow.schema([pyarrow.field(name, kind, nullable=null) for name, (kind, _, null) in fields.items()])
    table = pyarrow.table([pyarrow.array(values, kind) for kind, values, _ in fields.values()], schema=schema)
    pyarrow.parquet.write_table(table, HERE / f"pyarrow_{name}.parquet", **{"write_statistics": False, "store_schema": False} | options)


def encoded(encoding, **options):
    return {"use_dictionary": False, "column_encoding": {"image_path": encoding}, "around": False} | options


def by_fastparquet(name, rows=100, nulls=True, period=1000, kind="object", **options):
    frame = pandas.DataFrame({"similarity": [i / 8 for i in range(rows)], "image_path": pandas.Series(paths(rows, nulls, period), dtype=kind)})
    fastparquet.write(str(HERE / f"fastparquet_{name}.parquet"), frame, object_encoding={"image_path": "utf8"} if kind == "object" else "infer", **options)


for codec in ("none", "snappy", "gzip", "zstd", "lz4", "brotli"):
    by_pyarrow(codec, compression=codec, store_schema=True, write_statistics=True)
    by_pyarrow(codec + "_v2", compression=codec, data_page_version="2.0", around=False)
for version, name in (("1.0", ""), ("2.0", "_v2")):
    by_pyarrow("plain" + name, **encoded("PLAIN", data_page_version=version))
    by_pyarrow("delta_length" + name, rows=400, **encoded("DELTA_LENGTH_BYTE_ARRAY", data_page_version=version))
    by_pyarrow("delta" + name, rows=400, **encoded("DELTA_BYTE_ARRAY", data_page_version=version))
    by_pyarrow("required" + name, nulls=False, nullable=False, around=False, data_page_version=version)
by_pyarrow("checksums", write_page_checksum=True, around=False, compression="none")
by_pyarrow("checksums_v2", write_page_checksum=True, around=False, compression="zstd", data_page_version="2.0")
by_pyarrow("row_groups", rows=250, period=7, row_group_size=40)
by_pyarrow("fallback", rows=2000, compression="zstd", dictionary_pagesize_limit=4096, data_page_size=2048, write_batch_size=64, around=False)
by_pyarrow("one_value", nulls=False, period=1, around=False)
by_pyarrow("one_row", rows=1, around=False)
by_pyarrow("no_rows", rows=0)
by_pyarrow("large", rows=100_000, period=100_000, row_group_size=30_000, around=False, **{k: v for k, v in encoded("DELTA_BYTE_ARRAY", compression="zstd", compression_level=19).items() if k != "around"})

for codec in ("UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD", "LZ4_RAW", "BROTLI"):
    by_fastparquet(codec.lower(), compression=codec)
by_fastparquet("no_nulls", nulls=False, has_nulls=False)
by_fastparquet("row_groups", rows=250, row_group_offsets=40)
by_fastparquet("category", period=7, rows=250, kind="category")


def clip_retrieval(number, names):
    metadata = [json.dumps({"key": f"{i:09}", "width": 640 + i, "exif": None, "license": {"name": "none"}}) for i in range(len(names))]
    frame = pandas.DataFrame({"image_path": names, "caption": [f"a picture, {i}" for i in range(len(names))], "metadata": metadata})
    facts = pandas.json_normalize(frame["metadata"].apply(json.loads))
    (HERE / "clip_retrieval/metadata").mkdir(parents=True, exist_ok=True)
    with open(HERE / f"clip_retrieval/metadata/metadata_{number}.parquet", "wb") as file:
        frame.join(facts).drop(columns=["metadata"]).to_parquet(file)


clip_retrieval("00", ["root/3.jpg", "root/0.jpg", "root/5.jpg", "root/1.jpg"])  # ten writers, of which some had nothing to write
clip_retrieval("02", ["root/4.jpg", None, "root/2.jpg"])
