"""Phrases that feedback texts are made of, by sentiment and theme."""

from __future__ import annotations

SENTIMENTS = ("negative", "neutral", "positive")
THEMES = ("delivery", "quality", "price", "service", "packaging")

OPENERS = {
    "negative": ("Very disappointed.", "Not again!", "I expected more.", "Never again.", "Sorry, but no."),
    "neutral": ("It was okay.", "Average.", "So so.", "Nothing special.", "As expected, more or less."),
    "positive": ("Great!", "Very happy.", "Love it.", "Wonderful shop.", "Perfect as always."),
}
PHRASES = {
    ("negative", "delivery"): ("The delivery was late and nobody told me.", "Two weeks of waiting is too slow."),
    ("negative", "quality"): ("The mug arrived with a crack.", "The coffee tasted stale and bitter."),
    ("negative", "price"): ("Far too expensive for what you get.", "The price went up again, a rip-off."),
    ("negative", "service"): ("Customer service was rude and useless.", "Nobody answers my mails."),
    ("negative", "packaging"): ("The parcel was torn and half empty.", "Terrible packaging, everything broken."),
    ("neutral", "delivery"): ("The parcel came after five days.", "Delivery took a week."),
    ("neutral", "quality"): ("The tea tastes like tea.", "The jar does what it should."),
    ("neutral", "price"): ("The price is about the same as elsewhere.", "Without the voucher I would not order."),
    ("neutral", "service"): ("I asked a question and got an answer.", "The hotline put me on hold, then helped."),
    ("neutral", "packaging"): ("A plain brown box.", "There was a lot of paper in the box."),
    ("positive", "delivery"): ("Delivery was fast and friendly.", "It arrived the next day, excellent."),
    ("positive", "quality"): ("The coffee is delicious and fresh.", "Beautiful mug, excellent quality."),
    ("positive", "price"): ("A really good price.", "Great value, I saved a lot."),
    ("positive", "service"): ("The service was helpful and kind.", "They solved my problem at once, thank you."),
    ("positive", "packaging"): ("Lovely packaging, a pleasure to open.", "Everything was wrapped with love."),
}
# No ending for most; the others make life hard for careless readers of CSV.
ENDINGS = {
    "negative": ("", "", "", ' My "discount" was a joke.', "\nI want my money back, now.", " 😡"),
    "neutral": ("", "", "", ' The label says "best before", no year.', "\n\nRegards, a customer", " 🤷"),
    "positive": ("", "", "", ' "Best shop ever", says my mother.', "\nSee you soon, ☕", " 😍"),
}
