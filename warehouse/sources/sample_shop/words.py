"""Names, towns and streets for customer profiles, the awkward ones included."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Country:
    """A country with its share of customers, some towns and what its numbers start with."""

    name: str
    share: float
    dialling_code: str
    towns: tuple[str, ...]


COUNTRIES = (
    Country("Germany", 0.38, "+49", ("Berlin", "Hamburg", "Köln", "Leipzig", "München")),
    Country("United Kingdom", 0.22, "+44", ("London", "Leeds", "Bristol", "Stoke-on-Trent")),
    Country("France", 0.16, "+33", ("Paris", "Lyon", "Nîmes", "L'Haÿ-les-Roses")),
    Country("Netherlands", 0.10, "+31", ("Amsterdam", "Utrecht", "'s-Hertogenbosch")),
    Country("Austria", 0.08, "+43", ("Wien", "Graz", "Linz")),
    Country("Sweden", 0.06, "+46", ("Stockholm", "Malmö", "Göteborg")),
)

FEMALE_NAMES = (
    *("Anna", "Maria", "Sophie", "Emma", "Laura", "Julia", "Lena", "Clara", "Ida", "Nora", "Eva", "Alice"),
    *("Chloé", "Zoë", "Ingrid", "Astrid", "Fatima", "Aylin", "Olivia", "Grace", "Ruth", "Marie-Claire"),
)
MALE_NAMES = (
    *("Paul", "Lukas", "Jonas", "Felix", "Max", "Ben", "Thomas", "Peter", "Jan", "Daan", "Lars", "Erik"),
    *("Hugo", "Louis", "François", "James", "Oliver", "Harry", "Mehmet", "Ali", "Noah", "Jean-Luc"),
)
LAST_NAMES = (
    *("Müller", "Schmidt", "Weber", "Fischer", "Becker", "Hoffmann", "Koch", "Wolf", "Smith", "Jones"),
    *("Taylor", "Brown", "Evans", "Wilson", "O'Brien", "Martin", "Bernard", "Dubois", "Petit", "Moreau"),
    *("D'Angelo", "de Vries", "van den Berg", "Jansen", "Bakker", "Gruber", "Huber", "Wagner", "Johansson"),
    *("Lindström", "Öberg", "Yılmaz", "Nowak", "Rossi", "García", "Null", "Smith-Jones", "Ng"),
)
# Names with quotes, commas, line breaks, emoji and other scripts. All are somebody's.
AWKWARD_NAMES = (
    ('Anna "Annie"', "O'Hara, Jr."),
    ("Lily 🌸", "Sunshine"),
    ("李", "小龙"),
    ("Jean\nBaptiste", "Lefèvre"),
    ('"Rocky"', "Müller, Dr. med."),
    ("Ωmega", "Παπαδόπουλος"),
    ("X Æ 🚀", "Two\r\nLines"),
    ("محمد", "الفارسي"),
)
AWKWARD_SHARE = 0.012

STREETS = (
    *("Hauptstraße", "Gartenweg", "Mill Lane", "Church Road", "Rue de la Paix", "Rue de l'Église"),
    *("Kerkstraat", "Dorpsstraat", "Ringstraße", "Storgatan", "Station Road", "Am Markt"),
)
ADDRESS_ENDINGS = ("", ", Flat 2", ", c/o Weber", '\n"Rose Cottage"')
ADDRESS_ENDING_SHARES = (0.94, 0.03, 0.02, 0.01)

MAIL_DOMAINS = ("example.com", "example.org", "example.net")  # reserved: nobody gets these mails
