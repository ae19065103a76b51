"""Compares the example `analyse` with `phonenumbers`: compare.py PROGRAM.

Exits with 1 if there is a difference without a reason.
"""

import collections
import random
import subprocess
import sys

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType, geocoder, phonenumberutil
from phonenumbers.geodata import GEOCODE_DATA

FORMATS = {
    "E.164": PhoneNumberFormat.E164,
    "national": PhoneNumberFormat.NATIONAL,
    "international": PhoneNumberFormat.INTERNATIONAL,
}
# If the reference's geocoder knows no place, it returns the country, which is a separate field here.
geocoder.country_name_for_number = lambda *_: ""


def reference(home, number):
    """The results of phonenumbers for a number, as the fields of `analyse`; nothing if it is not valid."""
    try:
        parsed = phonenumbers.parse(number, home)
    except phonenumbers.NumberParseException:
        return []
    if not phonenumbers.is_valid_number(parsed):
        return []
    region = phonenumbers.region_code_for_number(parsed)
    country = ["", "", ""]
    if region != phonenumberutil.REGION_CODE_FOR_NON_GEO_ENTITY:
        country = [geocoder._region_display_name(region, "en"), region, str(parsed.country_code)]
    return [
        phonenumbers.format_number(parsed, PhoneNumberFormat.E164),
        phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL),
        *country,
        geocoder.description_for_number(parsed, "en"),
    ]


def reason(expected, found):
    """The reason for an intended difference."""
    without_name = len(expected) > 2 and expected[:2] + [found[2]] + expected[3:] == found
    if without_name and expected[2] == "" and found[3] in ("AC", "TA", "XK"):
        return f"the reference has no English name of {found[3]}, here it is {found[2]}"
    return None


def examples():
    """The example numbers of all regions and types, and of numbers without a region."""
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in PhoneNumberType.values():
            number = phonenumbers.example_number_for_type(region, kind)
            if number is not None:
                yield region, number
    for code in sorted(phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS):
        yield "US", phonenumbers.example_number_for_non_geo_entity(code)


def numbers(chance):
    """Yields kind, home region and number."""
    for region, number in examples():
        for kind, form in FORMATS.items():
            yield kind, region, phonenumbers.format_number(number, form)
        e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        # Another home region: it does not matter if the number contains its country.
        yield "abroad", "GB" if region != "GB" else "US", e164
        # Digits alone, which are a national number in only some home regions.
        yield "without +", region, e164[1:]
        yield "without +", "US", phonenumbers.national_significant_number(number)
        for kind, form in FORMATS.items():
            text = phonenumbers.format_number(number, form)
            position = chance.choice([place for place, sign in enumerate(text) if sign.isdigit()])
            digit = chance.choice("0123456789".replace(text[position], ""))
            yield "one digit changed", region, text[:position] + digit + text[position + 1 :]
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for _ in range(10):
            yield "extension", region, "".join(chance.choices("0123456789", k=chance.randint(2, 6)))
        yield "extension", region, "3002"
    prefixes = sorted(prefix for prefix, names in GEOCODE_DATA.items() if "en" in names)
    for prefix in chance.sample(prefixes, 20_000):
        length = chance.choice((10, 11, 11, 11, 12, 12, 13))
        yield "place", "US", "+" + prefix + "".join(chance.choices("0123456789", k=max(0, length - len(prefix))))
    # All area codes of the calling code that 25 regions share, and the first digits of other shared ones.
    for code in ("1", "7", "39", "44", "47", "61", "212", "262", "290", "358", "590", "599", "54", "549", "52", "86"):
        for area in range(1000):
            length = chance.choice((7, 10, 10, 10, 11)) if code != "1" else 10
            rest = "".join(chance.choices("0123456789", k=length - 3))
            yield "area", "US", f"+{code}{area:03}{rest}"


def main():
    asked = list(dict.fromkeys(numbers(random.Random(15))))
    lines = "".join(f"{home}\t{number}\n" for _, home, number in asked)
    answers = subprocess.run(sys.argv[1:2], input=lines, stdout=subprocess.PIPE, check=True, encoding="utf-8").stdout
    counts, valid, places, explained, differences = (collections.Counter() for _ in range(5))
    answers = answers.splitlines()
    assert len(answers) == len(asked), f"{len(asked)} numbers asked, {len(answers)} answered"
    for (kind, home, number), answer in zip(asked, answers):
        expected, found = reference(home, number), answer.split("\t")[2:]
        counts[kind] += 1
        valid[kind] += bool(expected)
        places[kind] += bool(expected and expected[-1])
        if expected != found:
            why = reason(expected, found)
            if why:
                explained[why] += 1
            else:
                differences[kind] += 1
                print(f"{kind}, {number} in {home}: expected {expected}, found {found}")
    print(f"{'numbers':<20}{'asked':>8}{'valid':>8}{'place':>8}{'differ':>8}")
    for kind in counts:
        print(f"{kind:<20}{counts[kind]:>8}{valid[kind]:>8}{places[kind]:>8}{differences[kind]:>8}")
    total = (counter.total() for counter in (counts, valid, places, differences))
    print(f"{'all':<20}" + "".join(f"{number:>8}" for number in total))
    for why, count in explained.items():
        print(f"{count} numbers differ in the name of the country: {why}")
    return 1 if differences else 0


sys.exit(main())
