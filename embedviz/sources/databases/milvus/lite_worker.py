"""Process that serves a copy of a file of Milvus Lite, through a socket of this user alone.

Milvus Lite is written in Python: in the process of the window it would hold it up, and it would
listen at a port that anybody on this machine may ask.
"""

from __future__ import annotations

import shutil
from importlib import import_module
from pathlib import Path

from embedviz.core.processes.child_setup import lower_priority, take_pipes
from embedviz.core.processes.messages import Message, read_message, write_message


def main() -> None:
    """Serve until the pipe of requests ends, that is when whoever started this is gone."""
    requests, replies = take_pipes()
    lower_priority(niceness=2, oom_score=500)
    first = read_message(requests)
    if first is None:
        return
    try:
        server_module = import_module("milvus_lite.adapter.grpc.server")
        database = import_module("milvus_lite.db").MilvusLite(first.facts["path"])
        server = server_module._build_server(database, 4)
        server.add_insecure_port(f"unix:{first.facts['socket']}")
        server.start()
    except Exception as error:  # noqa: BLE001 - told to whoever started this
        write_message(replies, Message("failed", {"words": f"{type(error).__name__}: {error}"}))
        return
    write_message(replies, Message("ready"))
    while read_message(requests) is not None:
        pass
    # Where this process was not ended but left alone, nobody else deletes the copy.
    server.stop(0).wait()
    database.close()
    shutil.rmtree(Path(first.facts["path"]).parent, ignore_errors=True)


if __name__ == "__main__":
    main()
