"""The implementation guides' own rules, checked by pyx12's maps, as errors that carry no data of the file.

pyx12's walker and validators are called directly rather than its command or `x12n_document`: those write to log handlers,
quote the offending values, and load the maps anew for every file. A finding is re-worded here from the map's node, never
from pyx12's message, because that message repeats what stood in the file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from claims.formats.x12.codes import ELEMENT_WORDS, SEGMENT_WORDS
from claims.formats.x12.syntax import Segment
from claims.model.submission import IntakeError

GUIDES = {
    ("HC", "005010X222A1"): ("837", "005010X222A1", "837.5010.X222.A1.xml"),
    ("HC", "005010X222A2"): ("837", "005010X222A1", "837.5010.X222.A1.xml"),
    ("HC", "005010X223A2"): ("837", "005010X223A2", "837Q3.I.5010.X223.A1.xml"),
    ("HC", "005010X223A3"): ("837", "005010X223A2", "837Q3.I.5010.X223.A1.xml"),
    ("HP", "005010X221A1"): ("835", "005010X221A1", "835.5010.X221.A1.xml"),
    ("FA", "005010X231A1"): ("999", "005010X231A1", "999.5010X231.A1.xml"),
    ("HN", "005010X214"): ("277", "005010X214", "277.5010.X214.xml"),
}
"""(GS01, GS08) → transaction set, the version that pyx12's map knows, and that map. Later errata are read as the known one."""

CONTROL_MAP = "x12.control.00501.xml"
MOST_FINDINGS = 500
"""A transaction set with more findings than this is not read further: it is not the guide's at all."""

_GS_LOOP, _GS = "/ISA_LOOP/GS_LOOP", "/ISA_LOOP/GS_LOOP/GS"


@cache
def load_map(name: str) -> Any:
    """Load one of pyx12's maps, once per process (about half a second for the 837P)."""
    from pyx12.map_if import load_map_file
    from pyx12.params import ParamsBase

    return load_map_file(name, ParamsBase())


def check_header(segment: Segment, path: str, map_name: str, level: str, version: str = "") -> list[IntakeError]:
    """Check one envelope segment (ISA, GS, GE, IEA) against a map; `version`, where given, stands in for its GS08."""
    node = load_map(map_name).getnodebypath(path)
    errors = _segment_errors(node, _pyx12_segment(segment, 8 if version else 0, version), segment, 0, "")
    return [_at_level(error, level) for error in errors]


def check_transaction(segments: Sequence[Segment], map_name: str, version: str) -> tuple[list[IntakeError], list[str]]:
    """Check ST to SE against a guide.

    Returns the errors and, for each segment, the loop it stands in (`2010AA`, `2300` …; empty where the guide knows it not).
    `version` stands in for ST03, so that a file of a later errata is read by the map that pyx12 has.
    """
    from pyx12.map_walker import walk_tree

    root = load_map(map_name)
    walker = walk_tree()
    walker.forceWalkCounterToLoopStart(_GS_LOOP, _GS)
    node = root.getnodebypath(_GS)
    errors: list[IntakeError] = []
    loops: list[str] = []
    number = segments[0].get(2)
    for segment in segments:
        if len(errors) >= MOST_FINDINGS:
            message = f"more than {MOST_FINDINGS} errors: the rest of the transaction set was not read"
            errors.append(IntakeError("transaction", "5", message, transaction=number))
            break
        data = _pyx12_segment(segment, 3 if segment.position == 1 else 0, version)
        try:
            found, _, _, walked = walker.walk_errors(node, data, segment.position, segment.position, None)
        except Exception:  # pyx12 raises what it likes on segments it cannot walk
            found, walked = None, []
            errors.append(_segment_error("1", segment, "", number))
        errors.extend(_walk_error(error, segment, number) for error in walked if not _is_of_the_map_alone(error))
        if found is None:
            loops.append("")
            continue
        node = found
        loops.append(_loop_of(node))
        errors.extend(_segment_errors(node, data, segment, segment.position, number))
    loops.extend([""] * (len(segments) - len(loops)))
    if errors:
        errors = [*_misread_composites(segments, number), *errors]
    return errors, loops


_COMPOSITES = {"CLM": 5, "SVC": 1}
_OTHER_SEPARATOR = re.compile(r"[A-Z0-9]{1,3}[^A-Za-z0-9\s][A-Za-z0-9]", re.ASCII)


def _misread_composites(segments: Sequence[Segment], number: str) -> list[IntakeError]:
    """Name the cause where a file's composites are written with another separator than its ISA16 declares.

    Without this the sender would read of a value too long and of two missing ones, which is true and no help.
    """
    for segment in segments:
        element = _COMPOSITES.get(segment.identifier, 0)
        composite = segment.get(element) if element else ""
        if segment.delimiters.component not in composite and _OTHER_SEPARATOR.match(composite):
            message = (
                f"{segment.identifier}{element:02d} separates its components by another character than ISA16 declares"
            )
            return [
                IntakeError(
                    "element",
                    "6",
                    message,
                    segment=segment.identifier,
                    position=segment.position,
                    element=element,
                    loop="2300" if segment.identifier == "CLM" else "2110",
                    transaction=number,
                )
            ]
    return []


def _pyx12_segment(segment: Segment, element: int, value: str) -> Any:
    from pyx12.segment import Segment as Pyx12Segment

    marks, text = segment.delimiters, segment.text
    if element and element < len(segment.elements):
        elements = list(segment.elements)
        elements[element] = value
        text = marks.element.join(elements)
    return Pyx12Segment(text, marks.segment, marks.element, marks.component)


def _loop_of(node: Any) -> str:
    parent = node.parent
    name = "" if parent is None or parent.is_map_root() else str(parent.id or "")
    return name if name[:1].isdigit() else ""


def _segment_error(code: str, segment: Segment, loop: str, number: str) -> IntakeError:
    name = segment.identifier if _is_identifier(segment.identifier) else ""
    words = f"{name or 'a segment'} {SEGMENT_WORDS[code]}"
    return IntakeError(
        "segment", code, words, segment=name, position=segment.position, loop=loop, snip=1, transaction=number
    )


def _is_identifier(text: str) -> bool:
    return 2 <= len(text) <= 3 and text.isascii() and text.isalnum() and text[0].isalpha() and text.isupper()


def _is_of_the_map_alone(error: Any) -> bool:
    """Whether a finding is about pyx12's own grouping: a second PLB looks to it like a second FOOTER, which no guide knows."""
    node = error.map_node
    return error.err_cde == "4" and node is not None and node.is_loop() and node.id in ("HEADER", "DETAIL", "FOOTER")


def _walk_error(error: Any, segment: Segment, number: str) -> IntakeError:
    """Re-word a finding about which segments stand where; a missing one is named by its own identifier and loop."""
    code = "I4" if error.err_cde == "2" else str(error.err_cde)
    node = error.map_node
    if code == "3" and node is not None:
        words = f"{node.id} ({node.name}) {SEGMENT_WORDS['3']}"
        return IntakeError(
            "segment",
            code,
            words,
            segment=str(node.id),
            position=segment.position,
            loop=_loop_of(node),
            snip=2,
            transaction=number,
        )
    return _segment_error(code, segment, _loop_of(node) if node is not None else "", number)


def _segment_errors(node: Any, data: Any, segment: Segment, position: int, number: str) -> list[IntakeError]:
    """Validate one segment's elements; what pyx12 cannot read at all is one error of the segment."""
    loop = _loop_of(node)
    if len(segment.elements) > 1 and segment.elements[-1] == "":
        trailing = _segment_error("8", segment, loop, number)
        message = f"{trailing.segment or 'a segment'} ends in an element separator"
        return [_reworded(trailing, message), *_element_errors(node, data, segment, position, number, loop)]
    return _element_errors(node, data, segment, position, number, loop)


def _element_errors(node: Any, data: Any, segment: Segment, position: int, number: str, loop: str) -> list[IntakeError]:
    try:
        _, found = node.is_valid_errors(data)
    except Exception:  # pyx12 indexes past its own map where a composite has components too many
        error = _segment_error("8", segment, loop, number)
        return [_reworded(error, f"{error.segment} has components or values that the guide does not know")]
    return [_element_error(error, node, segment, position, number, loop) for error in found]


def _element_error(error: Any, node: Any, segment: Segment, position: int, number: str, loop: str) -> IntakeError:
    element, component, name, reference = _place(error, node)
    code = _element_code(error)
    where = f"{segment.identifier}{element:02d}" if element else segment.identifier
    where += f"-{component}" if component else ""
    words = f"{where}{f' ({name})' if name else ''} {ELEMENT_WORDS.get(code, 'breaks a rule of the guide')}"
    return IntakeError(
        "element",
        code,
        words,
        segment=segment.identifier,
        position=position,
        element=element,
        component=component,
        loop=loop,
        snip=1 if code in ("3", "4", "5", "6") else 2,
        transaction=number,
        data_element=reference,
    )


def _element_code(error: Any) -> str:
    code = str(error.err_cde)
    if code in ("5", "10") and "Not Used" in error.err_str:
        return "I10"
    if code == "7" and "regular expression" in error.err_str:
        return "I12"
    return code


def _place(error: Any, node: Any) -> tuple[int, int, str, str]:
    """Where in its segment a finding lies: element, component, the guide's name, and the data element's number."""
    leaf = error.map_node
    if leaf is not None:
        parent, reference = leaf.parent, str(leaf.data_ele or "")
        if parent is not None and parent.is_composite():
            return int(parent.seq), int(leaf.seq), str(leaf.name or ""), reference
        return int(leaf.seq), 0, str(leaf.name or ""), reference
    text = str(error.refdes or "")
    digits = text.removeprefix(str(node.id)).split("-")[0]
    return (int(digits) if digits.isdigit() else 0), 0, "", ""


def _reworded(error: IntakeError, message: str) -> IntakeError:
    return replace(error, message=message)


def _at_level(error: IntakeError, level: str) -> IntakeError:
    code = error.code
    if level == "interchange":
        code = _ISA_NOTES.get(error.element, "022") if error.segment == "ISA" else "022"
    elif level == "group":
        code = "6" if error.element == 6 else "2" if error.element == 8 else "1"
    return replace(error, level=level, code=code)


_ISA_NOTES = {
    1: "010",
    2: "011",
    3: "012",
    4: "013",
    5: "005",
    6: "006",
    7: "007",
    8: "008",
    9: "014",
    10: "015",
    11: "016",
    12: "017",
    13: "018",
    14: "019",
    15: "020",
    16: "027",
}
"""ISA element → TA105 note code."""
