"""The hostile files: how each is made, and what must come of it."""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine import limits

HEAD = {"format": "gradwire.dgraph", "version": 1}


@dataclass(frozen=True)
class Attack:
    """A file's bytes, and a part of the sentence that refuses it (None: it opens, as mere data)."""

    name: str
    data: Callable[[], bytes]
    refusal: str | None


class Evil:
    """Runs a command when unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        import os

        return os.system, ("touch /tmp/gradwire-was-here",)


def document(**sections: Any) -> Callable[[], bytes]:
    """Return the bytes of a document with these sections, as `json` writes them."""
    return lambda: json.dumps({**HEAD, **sections}).encode()


def node(**fields: Any) -> Callable[[], bytes]:
    """Return the bytes of a document with one node "a"."""
    return document(nodes={"a": {"operator": "elementwise.add", **fields}})


def setting(value: Any) -> Callable[[], bytes]:
    """Return the bytes of a document with one node with one setting "k"."""
    return node(settings={"k": value})


def raw_setting(text: str | bytes) -> Callable[[], bytes]:
    """Return the bytes of a document whose one setting stands there as `text`."""
    value = text.encode() if isinstance(text, str) else text
    return lambda: setting("@")().replace(b'"@"', value)


def called(id: str) -> Callable[[], bytes]:
    """Return the bytes of a document whose node has this id."""
    return document(nodes={id: {"operator": "elementwise.add"}})


def operated(operator: str) -> Callable[[], bytes]:
    """Return the bytes of a document whose node has this operator."""
    return node(operator=operator)


def wired(*wires: Any) -> Callable[[], bytes]:
    """Return the bytes of a document with nodes a and b and these wires."""
    nodes = {id: {"operator": "elementwise.add"} for id in "ab"}
    return document(nodes=nodes, wires=list(wires))


def kept(value: Any, **fields: Any) -> Callable[[], bytes]:
    """Return the bytes of a document that keeps `value` for its node."""
    return document(nodes={"a": {"operator": "parameters.parameter"}}, kept={"values": {"a": value}, **fields})


def text(content: str | bytes) -> Callable[[], bytes]:
    """Return these bytes."""
    return lambda: content.encode() if isinstance(content, str) else content


def nested(value: Any, depth: int) -> Any:
    """Return the value inside `depth` lists."""
    for _ in range(depth):
        value = [value]
    return value


def lying(inside: str) -> dict[str, Any]:
    """Return a node that lies inside a body."""
    return {"operator": "elementwise.add", "inside": inside}


def calls_doubling() -> bytes:
    """Return a graph of 60 functions, each of which calls the next twice: put in place they would be 2 to the 60."""
    nodes: dict[str, Any] = {"call": {"operator": "control.call", "settings": {"function": "f_0"}}}
    for k in range(60):
        nodes[f"f_{k}"] = {"operator": "control.function", "settings": {"inputs": []}}
        for each in "ab":
            called = {"function": f"f_{k + 1}"} if k < 59 else {}
            nodes[f"{each}_{k}"] = {"operator": "control.call", "inside": f"f_{k}", "settings": called}
        nodes[f"o_{k}"] = {"operator": "control.output", "inside": f"f_{k}"}
    wires = [[f"{each}_{k}.value", f"o_{k}.value"] for k in range(60) for each in "a"]
    return document(nodes=nodes, wires=wires)()


def zip_bytes() -> bytes:
    """Return an archive with a member that climbs out."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../../evil.py", "import os")
    return out.getvalue()


WHOLE = json.dumps({**HEAD, "nodes": {"a": {"operator": "elementwise.add", "name": "größe"}}}, ensure_ascii=False)
SHA = "0" * 64
NUMBER = {"dtype": "float64", "shape": [], "data": [1.0]}
STORED = {"dtype": "float64", "shape": [3]}

ENCODINGS = [
    Attack("empty", text(b""), "is empty"),
    Attack("blank", text(b" \n\t\r\n"), "is empty"),
    Attack("utf8_mark", text(b"\xef\xbb\xbf" + WHOLE.encode()), "byte order mark"),
    Attack("utf16", text(WHOLE.encode("utf-16")), "is UTF-16"),
    Attack("utf16_unmarked", text(WHOLE.encode("utf-16-be")), "not UTF-8"),
    Attack("utf32", text(WHOLE.encode("utf-32")), "is UTF-32"),
    Attack("latin1", text(WHOLE.encode("latin-1")), "line 1: the byte 0xf6 is not UTF-8"),
    Attack("overlong", raw_setting(b'"\xc0\xaf"'), "is not UTF-8"),
    Attack("surrogate_bytes", raw_setting(b'"\xed\xa0\x80"'), "is not UTF-8"),
    Attack("nul_bytes", text(b"\x00" * 4096), "binary data, not a Gradwire graph"),
    Attack("nul_inside", text(WHOLE.replace("größe", "gr\x00").encode()), "control character"),
    Attack("half_character", text(WHOLE.encode()[: WHOLE.encode().index(b"\xb6")]), "is not UTF-8"),
    Attack("picture", text(b"\x89PNG\r\n\x1a\n" + bytes(range(256))), "a PNG picture, not a Gradwire graph"),
    Attack("pickle", lambda: pickle.dumps(Evil()), "binary data, not a Gradwire graph"),
    Attack("pickle_text", lambda: pickle.dumps(Evil(), protocol=0), "line 1: this is text, not a Gradwire graph"),
    Attack("zip", zip_bytes, "a ZIP archive, not a Gradwire graph"),
    Attack(
        "python",
        text("__import__('os').system('touch /tmp/gradwire-was-here')\n"),
        "this is text, not a Gradwire graph",
    ),
    Attack("yaml", text("!!python/object/apply:os.system ['id']\n"), "this is text, not a Gradwire graph"),
    Attack(
        "xml",
        text('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'),
        "an XML document, not a Gradwire graph",
    ),
]

SYNTAX = [
    Attack("truncated", text(WHOLE[:-3]), "comma or a closing bracket is missing"),
    Attack("truncated_text", text(WHOLE[:60]), "line 1"),
    Attack("two_documents", text(WHOLE * 2), "the file should end here"),
    Attack("comment", text(WHOLE + " // eval"), "the file should end here"),
    Attack("last_comma", text(WHOLE[:-1] + ",}"), "a name in double quotes is missing"),
    Attack("single_quotes", text(WHOLE.replace('"', "'")), "a name in double quotes is missing"),
    Attack("line_in_text", raw_setting('"a\nb"'), "control character"),
    Attack("bad_escape", raw_setting(r'"\x41"'), "backslash"),
    Attack("nan", raw_setting("NaN"), "NaN is not a number"),
    Attack("infinity", raw_setting("[1, -Infinity]"), "(nodes.a.settings.k[1]): -Infinity is not a number"),
    Attack("overflow", raw_setting("1e999"), "too large for 64-bit"),
    Attack("huge_integer", raw_setting("9" * 5000), "longer than 400 characters"),
    Attack("wide_integer", raw_setting(str(2**63)), "outside -2^63"),
    Attack("hexadecimal", raw_setting("0x10"), "comma or a closing bracket is missing"),
    Attack("endless_fraction", raw_setting("0." + "3" * 100_000), "longer than 400 characters"),
    Attack("lone_surrogate", raw_setting(r'"\ud800"'), "half a character"),
    Attack("swapped_surrogates", raw_setting(r'"\udc00\ud800"'), "half a character"),
    Attack("surrogate_key", text('{"\\udfff": 1, ' + WHOLE[1:]), "half a character"),
    Attack("same_key_twice", text('{"version": 1, ' + WHOLE[1:]), '"version" stands here a second time'),
    Attack("same_key_escaped", raw_setting(r'1, "\u006b": 2'), '"k" stands here a second time'),
    Attack(
        "same_node_twice", text(WHOLE.replace('{"a":', '{"a": {"operator": "x"}, "a":')), '"a" stands here a second'
    ),
    Attack("deep_lists", text("[" * 1_000_000), "nested more than"),
    Attack("deep_objects", text('{"a":' * 200_000), "nested more than"),
    Attack("deep_closed", raw_setting("[" * 5000 + "]" * 5000), "nested more than"),
    Attack("brackets_in_text", setting("[{" * 40_000), None),
    Attack("backslashes", text(b'{"' + b"\\\\" * 8_000_000), "a text is not closed"),
    Attack("quotes", text(b'"' * 4_000_000), "line 1"),
    Attack("too_many_values", raw_setting("[" + "0," * limits.FILE_VALUES + "0]"), "more than 5000000 values"),
    Attack("too_large", text(b" " * (limits.FILE_BYTES + 1)), "larger than 64 MiB"),
    Attack("only_null", text("null"), "no Gradwire graph"),
    Attack("only_list", text("[]"), "no Gradwire graph"),
    Attack("only_text", text('"gradwire.dgraph"'), "no Gradwire graph"),
]

FIELDS = [
    Attack("no_format", text('{"version": 1}'), "no Gradwire graph"),
    Attack("other_format", text('{"format": "glTF", "version": 1}'), "no Gradwire graph"),
    Attack("version_text", text('{"format": "gradwire.dgraph", "version": "1"}'), "must be a whole number"),
    Attack("version_true", text('{"format": "gradwire.dgraph", "version": true}'), "must be a whole number"),
    Attack("version_real", text('{"format": "gradwire.dgraph", "version": 1.0}'), "must be a whole number"),
    Attack("version_next", text('{"format": "gradwire.dgraph", "version": 2, "soul": {}}'), "made by a newer Gradwire"),
    Attack("version_zero", text('{"format": "gradwire.dgraph", "version": 0}'), "there is no format version 0"),
    Attack("version_negative", text('{"format": "gradwire.dgraph", "version": -1}'), "there is no format version -1"),
    Attack("field_unknown", document(script="import os"), 'no field "script"'),
    Attack("field_class", node(__class__="os.system"), '(nodes.a.__class__): there is no field "__class__"'),
    Attack("field_prototype", document(__proto__={"polluted": True}), 'no field "__proto__"'),
    Attack("nodes_list", document(nodes=[1]), "must be an object, not a list"),
    Attack("node_text", document(nodes={"a": "elementwise.add"}), "must be an object, not text"),
    Attack("operator_missing", document(nodes={"a": {}}), 'the field "operator" is missing'),
    Attack("operator_number", operated(7), "must be text, not a whole number"),  # type: ignore[arg-type]
    Attack("operator_path", operated("../../evil"), "must be the id of an operator"),
    Attack("operator_code", operated("eval('1')"), "must be the id of an operator"),
    Attack("operator_line", operated("elementwise.add\n"), "must be the id of an operator"),
    Attack("operator_module", operated("os.system"), None),
    Attack("operator_dunder", operated("builtins.__import__"), None),
    Attack("id_path", called("../../etc/passwd"), "must be an id"),
    Attack("id_dotted", called("a.b"), "must be an id"),
    Attack("id_empty", called(""), "must be an id"),
    Attack("id_digits", called("1a"), "must be an id"),
    Attack("id_lookalike", called("аdd"), "must be an id"),
    Attack("id_long", called("a" * 101), "must be an id"),
    Attack("id_line", called("a\n"), "must be an id"),
    Attack("id_dunder", called("__class__"), None),
    Attack("name_code", node(name="__import__('os').system('touch /tmp/gradwire-was-here')"), None),
    Attack("name_markup", node(name='<img src="http://127.0.0.1/x" onerror=alert(1)><b>'), None),
    Attack("name_format", node(name="%s%s%n {0.__class__.__mro__} ${jndi:ldap://127.0.0.1/x}"), None),
    Attack("name_reversed", node(name="gpj.\u202etxe"), None),
    Attack("name_long", node(name="x" * 10_000), "at most 200 characters"),
    Attack("name_lines", node(name="a\nb"), "text on one line"),
    Attack("name_terminal", node(name="\x1b]0;pwned\x07"), "text on one line"),
    Attack("setting_object", setting({"$ref": "file:///etc/passwd"}), "a setting must be"),
    Attack("setting_nested", setting(nested(1, 25)), "nested at most 24 deep"),
    Attack("setting_long", setting("x" * (limits.TEXT_LENGTH + 1)), "at most 100000 characters"),
    Attack("setting_name_lines", node(settings={"a\nb": 1}), "must be a name"),
    Attack("setting_absolute", setting("/etc/passwd"), None),
    Attack("setting_climbing", setting("asset:../../../../etc/passwd"), None),
    Attack("setting_url", setting("http://127.0.0.1:9/data.csv"), None),
    Attack("setting_code", setting("os.system('id')"), None),
]

REFERENCES = [
    Attack("wire_to_nowhere", wired(["a.value", "ghost.x"]), 'no node "ghost"'),
    Attack("wire_twice", wired(["a.value", "b.x"], ["a.value", "b.x"]), "a second time"),
    Attack("wire_of_three", wired(["a.value", "b.x", "b.y"]), "must have 2 entries, not 3"),
    Attack("wire_of_one", wired(["a.value"]), "must have 2 entries, not 1"),
    Attack("wire_text", wired("a.value -> b.x"), "must be a list, not text"),
    Attack("wire_undotted", wired(["a", "b"]), "must be a socket"),
    Attack("wire_object", wired({"from": "a.value"}), "must be a list, not an object"),
    Attack("wire_to_itself", wired(["a.value", "a.x"]), None),
    Attack("cycle", wired(["a.value", "b.x"], ["b.value", "a.x"]), None),
    Attack("two_into_one", wired(["a.value", "b.x"], ["b.value", "b.x"]), None),
    Attack("socket_dunder", wired(["a.__dict__", "b.__class__"]), None),
    Attack("body_of_nobody", node(inside="ghost"), "which is not a node"),
    Attack("body_of_itself", node(inside="a"), "lies inside itself"),
    Attack("body_of_each_other", document(nodes={"a": lying("b"), "b": lying("a.then")}), "lies inside itself"),
    Attack("body_path", node(inside="../../etc"), "the body of a node"),
    Attack(
        "body_deep",
        document(nodes={f"n_{k}": lying(f"n_{k - 1}" if k else "") for k in range(10_000)}),
        "more than 32 bodies deep",
    ),
    Attack("body_of_an_addition", document(nodes={"a": lying(""), "b": lying("a.__class__")}), None),
    Attack("calls_doubling", calls_doubling, None),
    Attack("place_of_nobody", document(layout={"ghost": {"x": 0}}), 'no node "ghost" to be placed'),
    Attack("place_far", document(nodes={"a": {"operator": "x"}}, layout={"a": {"x": 1e308}}), "must be at most"),
    Attack("place_text", document(nodes={"a": {"operator": "x"}}, layout={"a": {"x": "0"}}), "must be a number"),
    Attack("note_of_nobody", document(notes={"n": {"text": "", "nodes": ["ghost"]}}), "for this frame to carry"),
    Attack("note_long", document(notes={"n": {"text": "x" * 100_001}}), "at most 100000 characters"),
    Attack("note_flat", document(notes={"n": {"text": "", "width": 0}}), "must be at least 1"),
    Attack("note_markup", document(notes={"n": {"text": "<script>alert(1)</script> ![x](file:///etc/passwd)"}}), None),
]

KEPT = [
    Attack("kept_of_nobody", document(kept={"values": {"ghost": NUMBER}}), "to keep values for"),
    Attack("kept_count", kept({"dtype": "float64", "shape": [3], "data": [1.0]}), "needs 3 numbers, but there are 1"),
    Attack("kept_object_dtype", kept({"dtype": "object", "shape": [1], "data": [1]}), "none of the words"),
    Attack("kept_text", kept({"dtype": "float64", "shape": [], "data": ["eval('1')"]}), "none of the words"),
    Attack("kept_truth", kept({"dtype": "float64", "shape": [], "data": [True]}), "no number of dtype float64"),
    Attack("kept_pair", kept({"dtype": "float64", "shape": [], "data": [[1.0, 2.0]]}), "no number of dtype float64"),
    Attack("kept_too_wide", kept({"dtype": "float32", "shape": [], "data": [1e300]}), "no number of dtype float32"),
    Attack("kept_vast", kept({"dtype": "float64", "shape": [500_000_000] * 4}, arrays={"sha256": SHA, "bytes": 99}),
           "at most 500000000 elements"),
    Attack("kept_rank", kept({"dtype": "float64", "shape": [1] * 33, "data": [1.0]}), "at most 32 entries"),
    Attack("kept_negative", kept({"dtype": "float64", "shape": [-1], "data": []}), "must be at least 0"),
    Attack("kept_nowhere", kept(STORED), 'neither "data" here nor'),
    Attack("kept_twice", kept(NUMBER, arrays={"sha256": SHA, "bytes": 99}), 'although "arrays" names an .npz'),
    Attack("kept_path", kept(STORED, arrays={"sha256": "../../../../etc/passwd", "bytes": 99}), "must be a SHA-256"),
    Attack("kept_file", kept(STORED, arrays={"file": "/etc/passwd", "sha256": SHA, "bytes": 99}), 'no field "file"'),
    Attack("kept_bytes", kept(STORED, arrays={"sha256": SHA, "bytes": 2**62}), "must be at most"),
    Attack("kept_missing", kept(STORED, arrays={"sha256": SHA, "bytes": 99}), None),
    Attack("kept_slot", document(nodes={"a": {"operator": "x"}}, kept={"states": {"a": {"../../x": NUMBER}}}),
           "must be a name of letters"),
    Attack("kept_step", kept(NUMBER, step=-1), "must be at least 0"),
    Attack("kept_optimizer", kept(NUMBER, optimizer="os.system"), "must be the id of a node, or empty"),
]  # fmt: skip

ATTACKS = [*ENCODINGS, *SYNTAX, *FIELDS, *REFERENCES, *KEPT]
"""All hostile files by content."""


# Archives of kept values, each named rightly by the graph beside it ---------------------------------------------------


def member(header: bytes, body: bytes = b"\x00" * 24) -> bytes:
    """Return an .npy with this header."""
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + body


def header(descr: str = "'<f8'", order: str = "False", shape: str = "(3,)") -> bytes:
    """Return the header of an .npy."""
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n".encode()


def archive(*members: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """Return an .npz."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, data in members:
            file.writestr(name, data)
    return out.getvalue()


def pickled_array() -> bytes:
    """Return an .npy of objects that runs a command when it is loaded with pickles allowed."""
    return member(header("'|O'"), pickle.dumps([Evil()]))


def cut_archive() -> bytes:
    """Return an .npz whose directory is gone."""
    return archive(("values.a.npy", member(header())))[:-40]


def lying_archive() -> bytes:
    """Return an .npz whose directory says other sizes than the member."""
    data = archive(("values.a.npy", member(header())))
    start = data.rindex(b"PK\x01\x02")
    return data[: start + 20] + struct.pack("<II", 2**31, 2**31) + data[start + 28 :]


ARCHIVES: list[tuple[str, Callable[[], bytes], str | None]] = [
    ("whole", lambda: archive(("values.a.npy", member(header()))), None),
    ("no_zip", lambda: b"\x93NUMPY" * 20, "damaged"),
    ("cut", cut_archive, "damaged"),
    ("lying", lying_archive, "damaged"),
    ("bomb", lambda: archive(("values.a.npy", member(header(), bytes(50_000_000))), method=zipfile.ZIP_DEFLATED),
     "compressed"),
    ("pickle", lambda: archive(("values.a.npy", pickled_array())), "another dtype"),
    ("climbing", lambda: archive(("../../values.a.npy", member(header()))), "not those the graph names"),
    ("more", lambda: archive(("values.a.npy", member(header())), ("evil.npy", pickled_array())), "not those"),
    ("code_in_header", lambda: archive(("values.a.npy", member(header(shape="(__import__('os').system('id'),)")))),
     "another dtype"),
    ("other_shape", lambda: archive(("values.a.npy", member(header(shape="(500000000, 500000000)")))), "another dtype"),
    ("other_order", lambda: archive(("values.a.npy", member(header(order="True")))), "another dtype"),
    ("other_dtype", lambda: archive(("values.a.npy", member(header("'>f8'")))), "another dtype"),
    ("short", lambda: archive(("values.a.npy", member(header(), bytes(16)))), "too few"),
    ("uneven", lambda: archive(("values.a.npy", member(header(), bytes(23)))), "damaged"),
    ("nothing", lambda: archive(("values.a.npy", b"")), "another dtype"),
]  # fmt: skip
"""Archives of a kept array "a" of three float64, and a part of the sentence that refuses them (None: it is read)."""
