"""Writes tests/fixtures/orders/orders.csv: a made order history of the demo shop, the same at every run.

    python3 tests/reference/orders.py

Nobody's orders: each made customer has a rate of ordering and a chance of leaving after an order (as in BG/NBD), a
shelf that they mostly buy from, and buys tea again. Teas go with their cups, so that there are rules to find.
"""

import csv
import datetime
import pathlib
import random

SEED = 2026
N_CUSTOMERS = 240
DAYS = 300
START = datetime.datetime(2026, 1, 1)
HERE = pathlib.Path(__file__).parent
SHOP = HERE.parent.parent / "www" / "shop" / "products.csv"
TO = HERE.parent / "fixtures" / "orders" / "orders.csv"


def main():
    draw = random.Random(SEED)
    with SHOP.open(encoding="utf-8") as file:
        products = [(row["id"], row["price"].split()[0]) for row in csv.DictReader(file)]
    price = dict(products)
    shelf = lambda prefix: [product for product, _ in products if product.startswith(prefix)][:8]
    teas, cups, pots, sweets = shelf("TEA"), shelf("CUP"), shelf("POT"), shelf("SWT")
    beside = dict(zip(teas, cups))
    lines = []
    for customer in range(N_CUSTOMERS):
        rate, leaves = draw.gammavariate(1.5, 1 / 40), draw.betavariate(1.2, 6)
        favourite = draw.choice(teas[:5])
        day = draw.random() * DAYS * 0.8
        while day < DAYS:
            at = (START + datetime.timedelta(days=day)).replace(microsecond=0)
            basket = [favourite if draw.random() < 0.6 else draw.choice(teas)]
            if draw.random() < 0.5:
                basket.append(beside[basket[0]])
            for others, chance in ((sweets, 0.35), (pots, 0.15), (cups, 0.15)):
                if draw.random() < chance:
                    basket.append(draw.choice(others))
            for product in dict.fromkeys(basket):
                lines.append((at, f"c{customer:03}", product, draw.choice((1, 1, 1, 2, 3)), price[product]))
            if draw.random() < leaves:
                break
            day += draw.expovariate(rate)
    lines.sort()
    with TO.open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["user", "item", "timestamp", "quantity", "price"])
        out.writerows((user, item, at.isoformat(sep=" "), n, cost) for at, user, item, n, cost in lines)


main()
