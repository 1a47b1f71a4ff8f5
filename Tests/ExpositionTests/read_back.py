"""Reads pages with prometheus_client and compares them with what was put in.

Each line of stdin is a page and the families it was made of, as JSON (ReadBack.swift). Every page is read
by the parser of its format; OpenMetrics' is the strict one. What differs is printed, then the status is 1.
"""

import json
import math
import re
import struct
import sys
from decimal import Decimal

from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics_parser

# A line of a sample; its value is the group.
LINE = re.compile(r'[a-z0-9_]+(?:\{(?:[a-z0-9_]+="(?:[^"\\]|\\.)*",?)+\})? (\S+)(?: # \{.*)?')

PARSERS = {"text": parser, "openmetrics": openmetrics_parser}


def canonical(bound):
    """A bound as OpenMetrics wants it: Go's %g, with .0 behind whole numbers."""
    if math.isinf(bound):
        return "+Inf"
    number = Decimal(repr(bound)).normalize()
    if bound == 0 or -4 <= number.adjusted() < 6:
        return repr(bound)
    digits = "".join(map(str, number.as_tuple().digits))
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{mantissa}e{number.adjusted():+03d}"


def real(bits):
    return struct.unpack(">d", bytes.fromhex(bits.zfill(16)))[0]


def is_same(found, expected):
    """Whether a number that was read is the one that was put in, to the last bit."""
    if "integer" in expected:
        return str(found) == expected["integer"]
    value = real(expected["bits"])
    found = float(found)
    if math.isnan(value):
        return math.isnan(found)
    return struct.pack(">d", found) == struct.pack(">d", value)


def compare_exemplar(found, expected):
    if expected is None or found is None:
        return expected is found
    timestamp = expected.get("timestamp")
    return (
        found.labels == expected["labels"]
        and is_same(found.value, expected["value"])
        and (found.timestamp is None if timestamp is None else is_same(found.timestamp, timestamp))
    )


def differences(page, found, expected):
    def families(side):
        return [(family["name"], family["type"], family["help"], family["unit"]) for family in side]

    heads = [dict(name=f.name, type=f.type, help=f.documentation, unit=f.unit) for f in found]
    if families(heads) != families(expected):
        yield f"families are {families(heads)}, not {families(expected)}"
        return
    lines = [line for line in page.split("\n") if line and not line.startswith("#")]
    samples = [sample for family in found for sample in family.samples]
    wanted = [sample for family in expected for sample in family["samples"]]
    if not len(lines) == len(samples) == len(wanted):
        yield f"{len(lines)} lines, {len(samples)} samples, not {len(wanted)}"
        return
    for line, sample, want in zip(lines, samples, wanted):
        labels = dict(want["labels"])
        if "bound" in want:
            labels["le"] = canonical(real(want["bound"]["bits"]))
        if sample.name != want["name"]:
            yield f"{line!r}: name is not {want['name']}"
        if sample.labels != labels:
            yield f"{line!r}: labels are {sample.labels}, not {labels}"
        if not is_same(sample.value, want["value"]):
            yield f"{line!r}: value is {sample.value}, not {want['value']}"
        # The text itself, since a parser that reads doubles would hide a lost digit.
        text = want["value"].get("integer")
        written = LINE.fullmatch(line)
        if text is not None and (not written or written[1] != text):
            yield f"{line!r}: value is not written {text}"
        if not compare_exemplar(sample.exemplar, want.get("exemplar")):
            yield f"{line!r}: exemplar is {sample.exemplar}, not {want.get('exemplar')}"


def main():
    pages = failures = 0
    for line in sys.stdin.buffer:
        case = json.loads(line)
        pages += 1
        try:
            found = list(PARSERS[case["format"]].text_string_to_metric_families(case["page"]))
            messages = list(differences(case["page"], found, case["families"]))
        except Exception as error:
            messages = [f"does not parse: {error!r}"]
        for message in messages[:3]:
            print(f"{case['name']}, {case['format']}: {message}")
        failures += bool(messages)
        if failures == 10:
            print("and so on")
            break
    print(f"{pages} pages read back")
    sys.exit(1 if failures else 0)


main()
