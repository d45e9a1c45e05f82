"""The target `typescript`: types that the compiler takes, and that say what the JSON of events is."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventpact.avro import Codec
from eventpact.avro.json import JsonEncoding
from eventpact.errors import ContractError
from eventpact_codegen import generate, render
from eventpact_codegen.collect import collect
from eventpact_codegen.typescript.target import TYPESCRIPT
from eventpact_codegen.typescript.text import comment
from eventpact_registry.contracts.repository import ContractRepository
from eventpact_registry.contracts.source import DirectorySource
from eventpact_testing.examples import ValueMaker
from tests.codegen.packages import CONTRACTS, GOLDEN, ROOT, system
from tests.registry.contracts.building import SHOP, TOPIC, Files, avsc, field, load

PINNED = Path(__file__).parent / "typescript"
"""The compiler's version: `package.json` and its lock."""

Compile = Callable[[Path], str]


@pytest.fixture(scope="session")
def tsc() -> Compile:
    """`tsc(folder)`: what the compiler says of a folder's `tsconfig.json`; empty where all is well."""
    compiler = installed()

    def compile_folder(folder: Path) -> str:
        command = ["node", str(compiler), "--project", str(folder), "--pretty", "false"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
        return done.stdout + done.stderr

    return compile_folder


def installed() -> Path:
    """The compiler, installed from the lock into `build/` by the first run that finds Node."""
    reason = None
    [version] = json.loads((PINNED / "package.json").read_text())["devDependencies"].values()
    home = ROOT / "build" / f"typescript-{version}"
    if not (shutil.which("node") and shutil.which("npm")):
        reason = "the compiler of TypeScript needs Node and npm"
    elif not home.exists():
        fresh = home.with_name(f"{home.name}.{os.getpid()}")
        shutil.copytree(PINNED, fresh)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=fresh, capture_output=True, text=True, timeout=240, check=False)
        if done.returncode:
            reason = f"npm ci failed: {done.stderr[-500:]}"
            shutil.rmtree(fresh)
        else:
            try:
                fresh.rename(home)
            except OSError:  # another process was quicker
                shutil.rmtree(fresh)
    if reason is not None and os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"in CI generated TypeScript is compiled: {reason}", pytrace=False)
    if reason is not None:
        pytest.skip(reason)
    return home / "node_modules" / "typescript" / "bin" / "tsc"


def sources(changes: Files | None = None, base: Files = SHOP) -> dict[str, str]:
    """The files of the shop's package, path to text; nothing is written."""
    [(_, files)] = render(load(changes, base), Path("packages"), target=TYPESCRIPT).values()
    return dict(files)


def project(folder: Path, changes: Files | None = None, base: Files = SHOP) -> Path:
    """The shop's package on disk."""
    generate(load(changes, base), folder, target=TYPESCRIPT)
    return folder / "shop"


def test_the_golden_tree_and_the_five_systems_compile(tmp_path: Path, tsc: Compile) -> None:
    for contracts in (CONTRACTS, ROOT / "contracts"):
        generate(ContractRepository.load(DirectorySource(contracts)), tmp_path, target=TYPESCRIPT)
    options = json.loads((tmp_path / "torture" / "tsconfig.json").read_text())
    (tmp_path / "tsconfig.json").write_text(json.dumps({**options, "include": ["*/src"]}))
    # The folders are modules, as each package's own `package.json` says.

    assert options["compilerOptions"]["strict"] is True
    assert tsc(tmp_path) == ""


SERVICE = """\
import type { Groups, Money, OrderPlaced, Topics, TypedEvent } from "bookshop-events";
import type { OrderPlaced as OrderPlacedV1 } from "bookshop-events/v1/order";

declare const arrived: TypedEvent;
declare const order: OrderPlaced;
declare const old: Groups["invoicing"];
declare const lending: Topics["shop.book.lent"];

export const amount: string = order.data.total.amount;
export const first: OrderPlacedV1 = old;
export const isOut = "reader" in lending;

export function copies(): number {
  if (arrived.type === "order.placed") {
    return arrived.event.data.lines.reduce((sum, line) => sum + line.copies, 0);
  }
  // @ts-expect-error other events have no lines
  return arrived.event.data.lines.length;
}

export const money: Money = { amount: "12.50", currency: "EUR" };
// @ts-expect-error no currency of the contract
export const pounds: Money = { amount: "12.50", currency: "GBP" };
// @ts-expect-error a decimal is text
export const rounded: Money = { amount: 12.5, currency: "EUR" };
// @ts-expect-error events do not change
order.version = 2;
"""


@pytest.mark.parametrize("resolution", ["nodenext", "bundler"])
def test_a_service_imports_the_package_as_it_is_and_is_checked_against_it(
    tmp_path: Path, tsc: Compile, resolution: str
) -> None:
    (tmp_path / "node_modules").mkdir()
    shutil.copytree(GOLDEN / "typescript" / "bookshop", tmp_path / "node_modules" / "bookshop-events")
    (tmp_path / "service.ts").write_text(SERVICE)
    (tmp_path / "package.json").write_text('{"name": "service", "type": "module"}')
    module = resolution if resolution == "nodenext" else "esnext"
    options = {"strict": True, "noEmit": True, "module": module, "moduleResolution": resolution, "types": []}
    options |= {"target": "es2022", "lib": ["es2022"]}
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "files": ["service.ts"]}))

    assert tsc(tmp_path) == ""


RESERVED = [
    "string",
    "number",
    "any",
    "class",
    "interface",
    "keyof",
    "type",
    "await",
    "never",
    "let",
    "declare",
    "Array",
]


def test_types_and_fields_may_be_called_like_words_of_the_language(tmp_path: Path, tsc: Compile) -> None:
    fields = [field(f"f{name}", {"type": "record", "name": name, "fields": [field(name)]}) for name in RESERVED]
    inner = field("list", {"type": "array", "items": ["null", "io.shop.string", "io.shop.keyof"]})
    folder = project(
        tmp_path,
        {
            "shop/order.placed/OrderPlaced.v1.avsc": avsc("OrderPlaced", field("orderId"), *fields, inner),
            "shop/index/topic.yaml": TOPIC.replace("orderId", "constructor"),
            "shop/index/Topics.v1.avsc": avsc("Topics", field("constructor"), namespace="io.shop.index"),
        },
    )

    assert tsc(folder) == ""
    text = (folder / "src" / "types.ts").read_text()
    assert "export interface keyof_ {\n  /** What it is. */\n  readonly keyof: string;\n}" in text
    assert "export interface Array {" in text
    assert "export interface Topics {" in (folder / "src" / "index_.ts").read_text()
    assert 'export type { Topics as IndexTopics } from "./index_.js";' in (folder / "src" / "index.ts").read_text()


def test_a_module_renames_what_it_imports_and_never_what_it_declares(tmp_path: Path, tsc: Compile) -> None:
    decimal = {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}
    elsewhere = {"type": "record", "name": "Money", "namespace": "org.bank", "fields": [field("amount", decimal)]}
    money = {"type": "record", "name": "Money", "fields": [field("theirs", elsewhere)]}
    folder = project(
        tmp_path,
        {
            "shop/order.placed/OrderPlaced.v1.avsc": avsc(
                "OrderPlaced",
                field("orderId"),
                field("money", money),
                field("Decimal", {"type": "record", "name": "Decimal", "fields": [field("value", decimal)]}),
            )
        },
    )

    assert tsc(folder) == ""
    types = (folder / "src" / "types.ts").read_text()
    assert 'import type { Decimal as AvroDecimal } from "./avro.js";' in types
    assert 'import type { Money as OrgBankMoney } from "./org-bank.js";' in types
    index = (folder / "src" / "index.ts").read_text()
    assert 'export type { Money as OrgBankMoney } from "./org-bank.js";' in index
    assert 'export type { Decimal as TypesDecimal, Money as TypesMoney } from "./types.js";' in index


def test_types_of_one_name_in_one_module_are_refused_with_their_place() -> None:
    changes = {
        "shop/order.placed/OrderPlaced.v1.avsc": avsc(
            "OrderPlaced",
            field("orderId"),
            field("a", {"type": "record", "name": "Part", "namespace": "io.shop.sub_part", "fields": []}),
            field("b", {"type": "record", "name": "Part", "namespace": "io.shop.subPart", "fields": []}),
        )
    }

    with pytest.raises(ContractError, match="would both be the type 'Part' of module 'sub-part'") as caught:
        sources(changes)

    assert caught.value.problems[0].place.startswith("contracts/shop/order.placed/OrderPlaced.v1.avsc:")


HOSTILE = [
    "*/",
    "*/ export const x = 1; /*",
    "@internal",
    "**/",
    "\\*/",
    "*\u2028/",
    "/",
    "`",
    "${x}",
    "{@link x}",
]


@given(st.lists(st.text() | st.sampled_from(HOSTILE), max_size=5).map(" ".join))
def test_no_text_ends_a_comment_or_begins_a_tag(doc: str) -> None:
    written = comment(doc, indent=2)

    assert written == "" or (written.startswith("/**") and written.endswith("*/"))
    assert "*/" not in written[:-2]
    assert re.search(r"(^|\s)@", written) is None
    assert written.isprintable() or set(filter(lambda char: not char.isprintable(), written)) == {"\n"}


def test_hostile_documentation_compiles_to_nothing_but_comments(tmp_path: Path, tsc: Compile) -> None:
    doc = "\n".join(HOSTILE) + "\nexport const boom: never = 1;\u2029 \u202e \u00fcber \u2713"
    kind = {"type": "enum", "name": "Kind", "symbols": ["A"], "doc": doc}
    event = avsc("OrderPlaced", field("orderId", doc=doc), field("kind", kind, doc=doc), doc=doc)
    description = json.dumps(doc)
    folder = project(
        tmp_path,
        {
            "shop/order.placed/OrderPlaced.v1.avsc": event,
            "shop/order.placed/topic.yaml": TOPIC.replace("Orders that were placed.", description),
            "shop/system.yaml": system("groups:", f"  reader: {{description: {description}, topics: ['*']}}"),
        },
    )

    assert tsc(folder) == ""
    code = re.sub(r"/\*.*?\*/", "", (folder / "src" / "events.ts").read_text(), flags=re.DOTALL)
    assert "boom" not in code
    assert "\u00fcber \u2713" in (folder / "src" / "events.ts").read_text()


def test_personal_data_is_marked_where_a_type_is_read() -> None:
    changes = {"shop/order.placed/OrderPlaced.v1.avsc": avsc("OrderPlaced", field("orderId", pii=True))}

    assert (
        "   * Personal data: not to be shown where people read.\n   */\n  readonly orderId: string;"
        in (sources(changes)["src/events.ts"])
    )


def test_a_pre_release_is_spelled_as_npm_does() -> None:
    files = sources({"shop/system.yaml": system().replace("1.0.0", "2.0.0rc1")})

    assert json.loads(files["package.json"])["version"] == "2.0.0-rc.1"


def test_an_enum_of_many_symbols_is_one_symbol_a_line() -> None:
    symbols = [f"SYMBOL_{number}" for number in range(12)]
    kind = field("kind", {"type": "enum", "name": "Kind", "symbols": symbols})
    files = sources({"shop/order.placed/OrderPlaced.v1.avsc": avsc("OrderPlaced", field("orderId"), kind)})

    assert 'export type Kind =\n  | "SYMBOL_0"\n  | "SYMBOL_1"\n' in files["src/types.ts"]


def test_the_plain_json_of_events_has_these_types(tmp_path: Path, tsc: Compile) -> None:
    """What the runtime writes, as values that the compiler checks: of every event of every system that we have."""
    lines = []
    for contracts in (CONTRACTS, ROOT / "contracts"):
        repository = ContractRepository.load(DirectorySource(contracts))
        generate(repository, tmp_path, target=TYPESCRIPT)
        for name, described in repository.systems.items():
            lines.append(f'import type {{ TypedEvent as {name} }} from "./{name}/src/index.js";')
            for event in collect(described).events:
                if event.type.pinned is None:
                    made = ValueMaker(Random(event.subject)).value(event.schema)
                    text = JsonEncoding(event.schema, "plain").text(Codec(event.schema).encode(made))
                    lines.append(f"({{ type: {json.dumps(event.event_type)}, event: {text} }}) satisfies {name};")
    options = json.loads((tmp_path / "quikapp" / "tsconfig.json").read_text())
    (tmp_path / "values.ts").write_text("\n".join(lines))
    (tmp_path / "tsconfig.json").write_text(json.dumps({**options, "include": ["values.ts"]}))
    (tmp_path / "package.json").write_text('{"type": "module"}')

    assert tsc(tmp_path) == ""
    assert len(lines) > 100
