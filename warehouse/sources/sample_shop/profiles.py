"""The customer file: who the customers are to the shop."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.sources.sample_shop import words
from warehouse.sources.sample_shop.columns import blank_where, decimals, numbered_ids, picked, timestamps
from warehouse.sources.sample_shop.population import Population, by_segment
from warehouse.sources.sample_shop.second_accounts import alter_accounts
from warehouse.sources.sample_shop.segments import CHANNEL_COSTS, CHANNELS, SEGMENTS
from warehouse.sources.sample_shop.settings import SampleShop

CUSTOMER_ID_WIDTH = 7
GENDERS = ("female", "male", "other")
GENDER_SHARES = (0.52, 0.45, 0.03)
AGE_SPREAD_YEARS = 11.0
CONSENT_SHARE = 0.72
COST_SHAPE = 4.0  # gamma shape of the acquisition cost within a channel
MISSING_SHARES = {
    "birth_date": 0.08,
    "gender": 0.10,
    "phone": 0.20,
    "acquisition_channel": 0.03,
    "street_address": 0.02,
}


def customer_ids(positions: np.ndarray) -> pa.StringArray:
    """Give the ids of customers by position; −1 is nobody."""
    positions = np.asarray(positions)
    return numbered_ids("C", np.where(positions < 0, -1, positions + 1), CUSTOMER_ID_WIDTH)


def draw_first_consent(shop: SampleShop, population: Population) -> np.ndarray:
    """Draw who agreed to be contacted on opening the account; some withdraw it later."""
    return shop.stream("consent").random(population.count) < CONSENT_SHARE


def build_customers(shop: SampleShop, population: Population, has_consent: np.ndarray) -> pa.Table:
    """Draw the profiles and give the customer table, without the customers nobody listed."""
    rng = shop.stream("profiles")
    count = population.count
    person = population.person
    # drawn once per account and looked up by person: a second account repeats the person's data
    gender = rng.choice(len(GENDERS), size=count, p=GENDER_SHARES)
    first_name, last_name, mail_name = _names(rng, gender, person)
    channel = _choose(rng, np.array([s.channel_weights for s in SEGMENTS]), population.segment)
    missing = {name: (rng.random(count) < share) for name, share in MISSING_SHARES.items()}
    street, town, postcode, phone = _addresses(rng, population)
    cost = np.array(CHANNEL_COSTS)[channel] * rng.gamma(COST_SHAPE, 1 / COST_SHAPE, count)
    table = pa.table(
        {
            "customer_id": customer_ids(np.arange(count)),
            "registered_at": timestamps(population.registered_s),
            "first_name": first_name,
            "last_name": last_name,
            "email": _emails(mail_name, population),
            "phone": blank_where(phone, missing["phone"]),
            "street_address": blank_where(street, missing["street_address"]),
            "city": town,
            "postcode": postcode,
            "country": picked([country.name for country in words.COUNTRIES], population.country),
            "birth_date": _birth_dates(rng, shop, population, missing["birth_date"]),
            "gender": picked(GENDERS, np.where(missing["gender"], -1, gender)[person]),
            "acquisition_channel": picked(CHANNELS, np.where(missing["acquisition_channel"], -1, channel)),
            "acquisition_cost_amount": decimals(np.rint(cost * 100), 2),
            "has_marketing_consent": pa.array(has_consent),
        }
    )
    return alter_accounts(shop, population, table).filter(pa.array(population.is_listed))


def _choose(rng: np.random.Generator, weights: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Draw one column per entry, with the weights of its row."""
    cumulative = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
    return (rng.random(len(row))[:, None] > cumulative[row]).sum(axis=1).clip(0, weights.shape[1] - 1)


def _names(rng: np.random.Generator, gender: np.ndarray, person: np.ndarray) -> tuple[pa.Array, pa.Array, pa.Array]:
    plain = (*words.FEMALE_NAMES, *words.MALE_NAMES)
    firsts = (*plain, *(first for first, _ in words.AWKWARD_NAMES))
    lasts = (*words.LAST_NAMES, *(last for _, last in words.AWKWARD_NAMES))
    count = len(gender)
    any_name = rng.integers(0, len(plain), count)
    female = any_name % len(words.FEMALE_NAMES)
    male = len(words.FEMALE_NAMES) + any_name % len(words.MALE_NAMES)
    first = np.select([gender == 0, gender == 1], [female, male], any_name)
    last = rng.integers(0, len(words.LAST_NAMES), count)
    awkward = rng.integers(0, len(words.AWKWARD_NAMES), count)
    is_awkward = rng.random(count) < words.AWKWARD_SHARE
    first = np.where(is_awkward, len(plain) + awkward, first)[person]
    last = np.where(is_awkward, len(words.LAST_NAMES) + awkward, last)[person]
    mail_name = pc.binary_join_element_wise(picked(_plain(firsts), first), picked(_plain(lasts), last), ".")
    return picked(firsts, first), picked(lasts, last), mail_name


def _plain(names: Sequence[str]) -> list[str]:
    """Give the names as they can stand in an e-mail address."""
    ascii_names = [unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode() for name in names]
    return ["".join(c for c in name.lower() if c.isalnum()) or "customer" for name in ascii_names]


def _emails(mail_name: pa.Array, population: Population) -> pa.Array:
    person = population.person
    number = pa.array(person + 1).cast(pa.string())
    domain = picked(words.MAIL_DOMAINS, person % len(words.MAIL_DOMAINS))
    emails = pc.binary_join_element_wise(pc.binary_join_element_wise(mail_name, number, ""), domain, "@")
    # a second account shows the same address in another spelling
    return pc.if_else(pa.array(person != np.arange(len(person))), pc.utf8_upper(emails), emails)


def _addresses(rng: np.random.Generator, population: Population) -> tuple[pa.Array, pa.Array, pa.Array, pa.Array]:
    count, person = population.count, population.person
    towns = [town for country in words.COUNTRIES for town in country.towns]
    town_counts = np.array([len(country.towns) for country in words.COUNTRIES])
    first_town = np.concatenate([[0], np.cumsum(town_counts)[:-1]])
    town = first_town[population.country] + (rng.random(count)[person] * town_counts[population.country]).astype(int)
    house = pa.array(rng.integers(1, 180, count)[person]).cast(pa.string())
    street = picked(words.STREETS, rng.integers(0, len(words.STREETS), count)[person])
    ending = rng.choice(len(words.ADDRESS_ENDINGS), size=count, p=words.ADDRESS_ENDING_SHARES)[person]
    line = pc.binary_join_element_wise(street, house, " ")
    line = pc.binary_join_element_wise(line, picked(words.ADDRESS_ENDINGS, ending), "")
    postcode = numbered_ids("", rng.integers(1000, 99_999, count)[person], 5)
    dialling = picked([country.dialling_code for country in words.COUNTRIES], population.country)
    number = numbered_ids("555 ", rng.integers(0, 10_000_000, count)[person], 7)
    return line, picked(towns, town), postcode, pc.binary_join_element_wise(dialling, number, " ")


def _birth_dates(
    rng: np.random.Generator, shop: SampleShop, population: Population, is_missing: np.ndarray
) -> pa.Array:
    age_years = by_segment("mean_age_years")[population.segment] + AGE_SPREAD_YEARS * rng.standard_normal(
        population.count
    )
    age_days = np.clip(age_years, 18, 90) * 365.25
    birth = np.datetime64(shop.first_date, "D") - age_days.astype(np.int64)
    return pa.array(birth[population.person], mask=is_missing[population.person])
