"""Writes the tables of im-session-numbers, from the data in the package `phonenumbers`: generate.py DIRECTORY.

locations.bin   English names of places by prefix; the layout is described in src/locations.rs
plan.bin        which numbers are valid, in which region, and geographical; the layout is described in src/plan.rs
countries.tsv   calling code, code and English name of every region that has phone numbers
"""

import functools
import itertools
import pathlib
import sys

# Python's parser of regular expressions; its modules have had these names since 3.11.
try:
    from re import _constants as sre
    from re._parser import parse as sre_parse
except ImportError:
    import sre_constants as sre
    from sre_parse import parse as sre_parse

import phonenumbers
from phonenumbers import phonenumberutil
from phonenumbers.geodata import GEOCODE_DATA
from phonenumbers.geodata.locale import LOCALE_DATA

REGIONS_OF = phonenumberutil.COUNTRY_CODE_TO_REGION_CODE
LENGTHS = range(3, 10)
RUNS_A_BLOCK = 8
NAMES_A_BLOCK = 8
NOT_GEOGRAPHICAL = (
    "premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail",
)
# Regions that have numbers but no name in the package's data.
NAMES = {"AC": "Ascension Island", "TA": "Tristan da Cunha", "XK": "Kosovo"}


def variable(number):
    """LEB128: seven bits per byte, the lowest first."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def calling_code(prefix):
    return next(prefix[:end] for end in (1, 2, 3) if int(prefix[:end]) in REGIONS_OF)


def blocks_of(items, size):
    return [items[start : start + size] for start in range(0, len(items), size)]


# locations.bin


def front_coded(names):
    """The names of a block: the first completely, of the others what they do not share with the previous one."""
    out = bytearray()
    before = ""
    for name in names:
        same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(name, before))
        shared = len("".join(letter for letter, _ in same).encode())
        if out:
            out += variable(shared)
        rest = name.encode()[shared if out else 0 :]
        out += variable(len(rest)) + rest
        before = name
    return bytes(out)


def packed(values, width):
    bits = 0
    for position, value in enumerate(values):
        bits |= value << position * width
    return bits.to_bytes((len(values) * width + 7) // 8, "little")


def runs_of(prefixes, name_of):
    """[first, count, name]: consecutive prefixes with the same name."""
    runs = []
    for prefix in prefixes:
        number, name = int(prefix), name_of[prefix]
        if runs and runs[-1][0] + runs[-1][1] == number and runs[-1][2] == name:
            runs[-1][1] += 1
        else:
            runs.append([number, 1, name])
    return runs


def block_of_runs(runs):
    base = min(name for _, _, name in runs)
    width = (max(name for _, _, name in runs) - base).bit_length()
    out = base.to_bytes(2, "little") + bytes([width, len(runs)]) + packed([name - base for _, _, name in runs], width)
    end = runs[0][0]
    for first, count, _ in runs:
        gap, more = first - end, count - 1
        out += bytes([min(gap, 15) << 4 | min(more, 15)])
        out += b"".join(variable(value - 15) for value in (gap, more) if value >= 15)
        end = first + count
    return out


def locations():
    english = {prefix: names["en"] for prefix, names in GEOCODE_DATA.items() if names.get("en")}
    # By calling code, so that the names of a block have numbers that are close together.
    names = sorted({(calling_code(prefix), name) for prefix, name in english.items()})
    number_of = {name: number for number, name in enumerate(names)}
    name_of = {prefix: number_of[calling_code(prefix), name] for prefix, name in english.items()}

    lengths = bytearray(10_000)
    for prefix in english:
        for digits in [prefix[:4]] if len(prefix) > 3 else [prefix + digit for digit in "0123456789"]:
            lengths[int(digits)] |= 1 << len(prefix) - LENGTHS.start
    header_size = 8 * (len(LENGTHS) + 1) + len(lengths)
    of_length = [sorted(prefix for prefix in english if len(prefix) == length) for length in LENGTHS]
    levels = [blocks_of(runs_of(prefixes, name_of), RUNS_A_BLOCK) for prefixes in of_length]
    blocks_of_names = blocks_of([name for _, name in names], NAMES_A_BLOCK)

    header, index, data = bytearray(), bytearray(), bytearray()
    data_start = header_size + 7 * sum(map(len, levels)) + 3 * len(blocks_of_names)

    def place():
        return (data_start + len(data)).to_bytes(3, "little")

    for blocks in levels:
        header += (header_size + len(index)).to_bytes(4, "little") + len(blocks).to_bytes(4, "little")
        for block in blocks:
            index += block[0][0].to_bytes(4, "little") + place()
            data += block_of_runs(block)
    header += (header_size + len(index)).to_bytes(4, "little") + len(blocks_of_names).to_bytes(4, "little")
    for block in blocks_of_names:
        index += place()
        data += front_coded(block)
    return bytes(header + lengths + index + data), f"{len(english)} prefixes, {len(names)} names"


# plan.bin

# Patterns only use digits, classes, groups, alternatives and bounded repetitions. A pattern, or what is left of it
# after some digits, is EMPTY, a set of digits, a pair of consecutive patterns, or a set of alternatives; None matches
# nothing.
EMPTY = ()


def following(first, second):
    if first is None or second is None:
        return None
    if first == EMPTY or second == EMPTY:
        return first or second
    if first[0] == "then":
        return following(first[1], following(first[2], second))
    return "then", first, second


def alternatives(patterns):
    flat = set()
    for pattern in patterns:
        if pattern is not None:
            flat |= pattern[1] if pattern[:1] == ("or",) else {pattern}
    if len(flat) < 2:
        return flat.pop() if flat else None
    return "or", frozenset(flat)


def sequence(items):
    return functools.reduce(lambda rest, item: following(read(*item), rest), reversed(list(items)), EMPTY)


def read(kind, value):
    """A pattern in the form of Python's own parser."""
    if kind is sre.LITERAL:
        return "digit", frozenset([int(chr(value))])
    if kind is sre.IN:
        digits = set()
        for kind, value in value:
            if kind is sre.LITERAL:
                digits.add(int(chr(value)))
            elif kind is sre.RANGE:
                digits |= set(range(value[0] - ord("0"), value[1] - ord("0") + 1))
            elif (kind, value) == (sre.CATEGORY, sre.CATEGORY_DIGIT):
                digits |= set(range(10))
            else:
                raise ValueError(f"expected digits, ranges and \\d in a class, found {kind}")
        return "digit", frozenset(digits)
    if kind is sre.SUBPATTERN:
        return sequence(value[3])
    if kind is sre.BRANCH:
        return alternatives(map(sequence, value[1]))
    if kind is sre.MAX_REPEAT:
        least, most, items = value
        once, pattern = sequence(items), EMPTY
        for count in range(most, 0, -1):
            pattern = following(once, pattern)
            if count > least:
                pattern = alternatives([EMPTY, pattern])
        return pattern
    raise ValueError(f"expected digits, classes, groups, alternatives and repetitions in a pattern, found {kind}")


@functools.lru_cache(None)
def compiled(pattern):
    return sequence(sre_parse(pattern)) if pattern else None


@functools.lru_cache(None)
def is_complete(pattern):
    if pattern is None or pattern == EMPTY:
        return pattern is not None
    if pattern[0] == "digit":
        return False
    parts = map(is_complete, pattern[1:] if pattern[0] == "then" else pattern[1])
    return all(parts) if pattern[0] == "then" else any(parts)


@functools.lru_cache(None)
def after(pattern, digit):
    """The rest of a pattern after a digit."""
    if not pattern:
        return None
    if pattern[0] == "digit":
        return EMPTY if digit in pattern[1] else None
    if pattern[0] == "or":
        return alternatives([after(part, digit) for part in pattern[1]])
    _, first, second = pattern
    left = following(after(first, digit), second)
    return alternatives([left, after(second, digit)]) if is_complete(first) else left


class Automaton:
    """All numbers of all countries, by their digits with the calling code.

    What is the same from some digit on is there once.
    """

    def __init__(self):
        # The number of a node, from 1, by its outcome and the numbers of its children; 0 means no node.
        self.nodes = {}

    def node(self, outcome, children):
        if not outcome and not any(children):
            return 0
        return self.nodes.setdefault((outcome, children), len(self.nodes) + 1)

    def country(self, code):
        """The node for a calling code."""
        regions = REGIONS_OF[code]
        metadata = [phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, region) for region in regions]
        names = ("general_desc", *NOT_GEOGRAPHICAL, "fixed_line", "mobile")
        kinds = [[getattr(region, name) for name in names] for region in metadata]
        start = tuple(
            (
                tuple(compiled(kind and kind.national_number_pattern) for kind in of_region),
                compiled(len(regions) > 1 and region.leading_digits),
            )
            for region, of_region in zip(metadata, kinds)
        )

        def outcome(left, length):
            """1, twice the position of the region in its country, and 1 if it is geographical; 0 if it is not valid.

            phonenumbers' region_code_for_number, is_valid_number and number_type.
            """
            for position, (patterns, leading) in enumerate(left):
                matches = [
                    is_complete(pattern) and (not kind.possible_length or length in kind.possible_length)
                    for pattern, kind in zip(patterns, kinds[position])
                ]
                general, *special, fixed, mobile = matches
                if general and (any(special) or fixed or mobile):
                    mobile_is = code in phonenumberutil._GEO_MOBILE_COUNTRIES
                    return 1 + 2 * position + (not any(special) and (fixed or mobile_is))
                if leading == EMPTY:
                    return 0
            return 0

        @functools.lru_cache(None)
        def walk(left, length):
            children = []
            for digit in range(10):
                following = []
                for patterns, leading in left:
                    patterns = tuple(after(pattern, digit) for pattern in patterns)
                    if patterns[0] is None:
                        patterns = (None,) * len(patterns)
                    if leading:
                        leading = after(leading, digit)
                        # A match decides, whatever follows.
                        leading = EMPTY if is_complete(leading) else leading
                    following.append((patterns, leading))
                alive = any(patterns[0] is not None for patterns, _ in following)
                children.append(walk(tuple(following), length + 1) if alive else 0)
            return self.node(outcome(left, length), tuple(children))

        return walk(start, 0)

    def root(self):
        countries = {str(code): self.country(code) for code in REGIONS_OF}

        def walk(prefix):
            if prefix in countries:
                return countries[prefix]
            children = [walk(prefix + digit) if len(prefix) < 3 else 0 for digit in "0123456789"]
            return self.node(0, tuple(children))

        return walk("")


def plan():
    automaton = Automaton()
    automaton.root()
    # The root, which was created last, goes first, so that 0 can stand for no node.
    nodes = list(automaton.nodes)[::-1]
    position_of = {number: position for position, number in enumerate(range(len(nodes), 0, -1))} | {0: 0}
    out = bytearray()
    for outcome, children in nodes:
        out += bytes([outcome]) + b"".join(position_of[child].to_bytes(2, "little") for child in children)
    return bytes(out), f"{len(nodes)} nodes"


# countries.tsv


def countries():
    lines = []
    for code, regions in sorted(REGIONS_OF.items()):
        for region in regions:
            if region != phonenumberutil.REGION_CODE_FOR_NON_GEO_ENTITY:
                names = LOCALE_DATA.get(region, {})
                name = names.get("en", "")
                name = names.get(name[1:], "") if name.startswith("*") else name
                lines.append(f"{code}\t{region}\t{name or NAMES[region]}\n")
    return "".join(lines).encode(), f"{len(lines)} regions"


def main():
    directory = pathlib.Path(sys.argv[1])
    for file, write in {"locations.bin": locations, "plan.bin": plan, "countries.tsv": countries}.items():
        content, summary = write()
        (directory / file).write_bytes(content)
        print(f"{file}: {len(content)} bytes, {summary}")


main()
