"""`topics`: every topic of the system, as the contracts want it, for a service that makes its own or a tenant's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eventpact_codegen.python.pages.page import module_docstring
from eventpact_codegen.python.text import comment, mapping, string
from eventpact_codegen.python.views import TopicsView, TopicView
from eventpact_codegen.target import Page
from eventpact_codegen.text import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eventpact_codegen.python.draft import Draft


def pages(draft: Draft) -> Iterator[Page]:
    """`topics.py`."""
    package = draft.package
    view = TopicsView(
        docstring=module_docstring(package, f"Topics of {package.system}, as its contracts want them on a cluster."),
        topics=tuple(
            TopicView(
                name=string(topic.name),
                partitions=Source(str(topic.partitions)),
                replication_factor=Source(str(topic.replication_factor)),
                config=mapping(topic.config),
                comment=comment(topic.description, indent=4),
            )
            for topic in package.topics
        ),
    )
    yield Page(f"{draft.import_package}/topics.py", "topics.py.jinja", view)
