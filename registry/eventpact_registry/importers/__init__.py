"""Contracts made from what there is: a registry and a cluster, trees of schemas, AsyncAPI documents, Python classes.

    found = from_registry(client, topics, wishes)      # or another source: a draft of one system, and what was guessed
    files = written(found.system)                      # the files of its contracts
    prove(files, Path("contracts"))                    # they load, beside what the folder holds already
    save(files, Path("contracts"))                     # nothing that is there is changed

Each source is a file here; drafts, and the writing of files, are common to all.
"""
