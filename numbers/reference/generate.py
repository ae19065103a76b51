"""Writes the tables of im-session-numbers, from the data in the package `phonenumbers`: generate.py DIRECTORY.

locations.bin   English names of places by prefix; the layout is described in src/locations.rs
plan.bin        what a number's first digits decide; the layout is described in src/plan.rs
countries.tsv   code, calling code and English name of every region that has phone numbers
"""

import functools
import itertools
import pathlib
import sys

import phonenumbers
import regex
from phonenumbers import phonenumberutil
from phonenumbers.geodata import GEOCODE_DATA
from phonenumbers.geodata.locale import LOCALE_DATA

REGIONS_OF = phonenumberutil.COUNTRY_CODE_TO_REGION_CODE
LENGTHS = range(3, 10)
RUNS_A_BLOCK = 32
NAMES_A_BLOCK = 16
# Three digits after the calling code decide most; where several regions share a code, a fourth one pays.
DEPTH = {True: 3, False: 4}
DIGITS_OF_PLAN = 7
NOT_GEOGRAPHICAL = (
    "premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail",
)
# Regions that have numbers and no name in the package's data.
NAMES = {"AC": "Ascension Island", "TA": "Tristan da Cunha", "XK": "Kosovo"}
ASK, NEVER, ALWAYS = 0, 1, 2


def variable(number):
    """LEB128: seven bits a byte, the lowest first."""
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
    """The names of a block: the first whole, of the others what they do not share with the one before."""
    out = bytearray()
    before = ""
    for name in names:
        shared = len("".join(a for a, b in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(name, before))).encode())
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
    """[first, count, name]: prefixes that follow one another and have the same name."""
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
    # By calling code, so that the numbers of a block's names are close together.
    names = sorted({(calling_code(prefix), name) for prefix, name in english.items()})
    number_of = {name: number for number, name in enumerate(names)}
    name_of = {prefix: number_of[calling_code(prefix), name] for prefix, name in english.items()}

    lengths = bytearray(1000)
    for prefix in english:
        lengths[int(prefix[:3])] |= 1 << len(prefix) - LENGTHS.start
    header_size = 8 * (len(LENGTHS) + 1) + len(lengths)
    levels = [blocks_of(runs_of(sorted(p for p in english if len(p) == length), name_of), RUNS_A_BLOCK) for length in LENGTHS]
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


@functools.lru_cache(None)
def compiled(pattern):
    return regex.compile(pattern)


def can_match(description, digits):
    """Whether a national number that begins with these digits can match."""
    pattern = description and description.national_number_pattern
    return bool(pattern and compiled(pattern).fullmatch(digits, partial=True))


def can_be_of(metadata, several, digits):
    """Whether libphonenumber can find that a number that begins with these digits is of the region."""
    types = NOT_GEOGRAPHICAL + ("fixed_line", "mobile")
    leading = several and metadata.leading_digits
    return bool(leading and compiled(leading).match(digits, partial=True)) or (
        can_match(metadata.general_desc, digits) and any(can_match(getattr(metadata, kind), digits) for kind in types)
    )


def is_geographical(code, metadata, digits):
    """Whether valid numbers that begin with these digits are geographical as libphonenumber's geocoder understands it."""
    fixed, mobile = can_match(metadata.fixed_line, digits), can_match(metadata.mobile, digits)
    # A pattern that both have makes a number "fixed line or mobile".
    same = metadata.fixed_line and metadata.mobile and (
        metadata.fixed_line.national_number_pattern == metadata.mobile.national_number_pattern
    )
    mobile_is = code in phonenumberutil._GEO_MOBILE_COUNTRIES
    if not fixed and not (mobile and mobile_is):
        return NEVER
    if (mobile and not same and not mobile_is) or any(can_match(getattr(metadata, kind), digits) for kind in NOT_GEOGRAPHICAL):
        return ASK
    return ALWAYS


def decide(code, digits, decided):
    regions = REGIONS_OF[code]
    found = []
    for region in regions:
        metadata = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, region)
        if can_be_of(metadata, len(regions) > 1, digits):
            found.append((region, metadata))
    if not found:
        return
    geographical = ASK if len(found) > 1 else is_geographical(code, found[0][1], digits)
    if geographical == ASK and len(digits) < DEPTH[len(regions) == 1]:
        for digit in "0123456789":
            decide(code, digits + digit, decided)
    elif len(found) == 1:
        decided.append((f"{code}{digits}", found[0][0], geographical))


def plan():
    decided = []
    for code in REGIONS_OF:
        decide(code, "", decided)
    entries, end = [(0, 0)], 0
    for prefix, region, geographical in sorted(decided):
        scale = 10 ** (DIGITS_OF_PLAN - len(prefix))
        start = int(prefix) * scale
        letters = 1023 if region == "001" else (ord(region[0]) - 65) * 26 + ord(region[1]) - 65
        if start != end:
            entries.append((end, 0))
        entries.append((start, (geographical + 1) << 10 | letters))
        end = start + scale
    entries.append((end, 0))
    kept = []
    for start, facts in entries:
        if kept and kept[-1][0] == start:
            kept.pop()
        if not kept or kept[-1][1] != facts:
            kept.append((start, facts))
    out = b"".join(start.to_bytes(3, "little") + facts.to_bytes(2, "little") for start, facts in kept)
    return out, f"{len(kept)} ranges"


def countries():
    lines = []
    for code, regions in REGIONS_OF.items():
        for region in regions:
            if region != "001":
                names = LOCALE_DATA.get(region, {})
                name = names.get("en", "")
                name = names.get(name[1:], "") if name.startswith("*") else name
                lines.append(f"{region}\t{code}\t{name or NAMES[region]}\n")
    return "".join(sorted(lines)).encode(), f"{len(lines)} countries"


def main():
    directory = pathlib.Path(sys.argv[1])
    for file, (content, summary) in {"locations.bin": locations(), "plan.bin": plan(), "countries.tsv": countries()}.items():
        (directory / file).write_bytes(content)
        print(f"{file}: {len(content)} bytes, {summary}")


main()
