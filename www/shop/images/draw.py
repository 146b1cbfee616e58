#!/usr/bin/env python3
"""Draws one picture for each product of the demo shop.

    python3 draw.py            reads ../products.csv, writes <id>.svg beside this file

Colour comes from the feed (`color`, and `Liquor` for a tea); the kind of object and its
proportions come from ART at the end, or from the product type for an id ART does not know.
The same feed always gives the same bytes.
"""
import csv
import math
import random
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
INK, WHITE, GROUND = "#3b332e", "#fdfbf6", 322

TINT = {
    "Tea": "#dfe5d2", "Teapots and gaiwans": "#ecdccb", "Cups and mugs": "#d6e2e3",
    "Kettles and warmers": "#e3ddd6", "Brewing tools": "#ebe3c9", "Plates and bowls": "#dcdfe9",
    "Storage": "#d9e2d8", "Linens and trays": "#eee2d8", "Sweets and biscuits": "#f3e0cf",
    "Gift sets": "#efd9d5", "Incense and candles": "#dedae6",
}
HUE = {
    "white": "#f4f1ea", "ash white": "#e6e1d6", "cream": "#efe4cb", "oatmeal speckle": "#dccdb2",
    "celadon": "#a3bfa9", "sky blue": "#a9c6cc", "sea blue": "#4f7f95", "cobalt": "#2f4f8a",
    "blue and white": "#f1f1ee", "indigo": "#37486f", "indigo stripe": "#efe8dc", "rose pink": "#dba9a4",
    "cinnabar red": "#b9422f", "terracotta": "#c07a55", "purple-brown": "#7d4d40", "mustard": "#d3a23c",
    "moss green": "#7d8a55", "sage green": "#9fae90", "forest green": "#3f5c48", "grey-green": "#7f877a",
    "black": "#3d3c3e", "matt black": "#39393b", "rust black": "#4a403b", "charcoal": "#4a4a4c",
    "tenmoku": "#3a2b26", "copper": "#c37c55", "brass": "#c9a253", "steel": "#b9c0c3",
    "steel and ebony": "#4a3b35", "clear": "#dbe8e8", "white clay": "#e5ddd0", "bamboo": "#d6b779",
    "natural bamboo": "#d8be88", "smoked bamboo": "#9a6f48", "walnut": "#7d5740", "felt grey": "#a3a19d",
    "tea brown": "#8b6a4e", "amber": "#c98a3a", "honey": "#e6bb5c", "sandalwood": "#b58660",
    "agarwood": "#6e5443", "bright green": "#8fb04c", "golden": "#e3bb74", "matcha green": "#97a75a",
    "dark ginger": "#9c6034", "almond": "#d9aa6c", "golden brown": "#d09a4f", "osmanthus yellow": "#e2cf7f",
    "sesame black": "#39342f", "dark chocolate": "#4d3026", "candied orange": "#e48b35",
}
LEAF = {  # back, middle, front of a heap of dry leaf
    "spring green": "#7f9442 #9bb055 #bccb78", "silver green": "#75875a #9dab84 #dfe3cc",
    "olive green": "#68773a #858f4d #a9ad6b", "pale jade": "#8fa468 #b1c288 #d0dcae",
    "deep green": "#3f5a38 #57744a #789464", "emerald": "#2f5a3a #437549 #6b9a61",
    "green and toasted rice": "#5c7440 #7d9155 #97a76b", "silver white": "#b3b298 #d0cfba #efede0",
    "silver and olive": "#7b8159 #a3a781 #e6e5d3", "autumn brown": "#6f5236 #8f6d48 #b3926a",
    "golden green": "#93893f #b8a850 #d9cd7e", "jade green": "#3f5f3c #5b7d4c #86a168",
    "charcoal brown": "#2f2722 #4a3a30 #66503f", "dark olive": "#3d4128 #585a38 #7a774d",
    "five-coloured": "#5a3a28 #8d6a3b #d9d3bd", "twisted dark brown": "#352720 #54402f #7a5f45",
    "fine black": "#241f1e #3a302d #574741", "soot black": "#1f1d1d #332f2e #4d4643",
    "black and gold": "#3a2a20 #7b5428 #cf9d48", "dark brown broken": "#3a241b #553527 #754c37",
    "mixed green and brown": "#4c4429 #75703f #9da063", "black with blue petals": "#2a2322 #3d3230 #594943",
    "dark earth": "#3b2a22 #543c30 #6f5242", "bronze and dark green": "#4a4630 #6d6542 #948660",
    "brown black": "#2c221e #44342c #5d493d", "pearl green": "#6f7f55 #94a273 #c9cfab",
    "cream and yellow": "#d9c98f #efe4b8 #fbf5dd", "tangerine green": "#4f6230 #6b7f3d #8fa055",
    "rust and yellow": "#94492a #b96a3a #dcab4e", "buckwheat gold": "#8b6331 #b0853f #d3ab5f",
    "bright green": "#6f9438 #8fb04c #aecb6a",
}
LIQUOR = {
    "pale yellow-green": "#d9dc96", "pale green": "#d3dfa6", "clear apricot-green": "#dedc9c",
    "nearly clear": "#eceed2", "light green": "#d5e0a4", "opaque green": "#a9bd57", "straw yellow": "#e6d37f",
    "jade foam": "#9dbb58", "pale champagne": "#efe2b8", "light apricot": "#efd29a", "deep amber": "#b5662a",
    "apricot yellow": "#edce7a", "yellow-green": "#dbd67a", "orange amber": "#c9772f", "golden amber": "#d99a3c",
    "honey red": "#c76a35", "bright gold": "#e4b247", "bright red": "#b0452a", "dark red": "#86301f",
    "copper red": "#b5552c", "mahogany": "#74301f", "pale orange": "#e4a355", "orange red": "#bf5a2b",
    "near black": "#3f1c16", "golden orange": "#dc9437", "red brown": "#7d3320", "pale gold": "#ead88f",
    "light yellow": "#f0de7e", "deep red": "#6f2319", "russet": "#a8492a",
}
PACK = {"Green tea": "#7d9468", "White tea": "#c4bca4", "Yellow tea": "#cfae5f", "Oolong": "#5d7a77",
        "Black tea": "#93493a", "Dark tea": "#5b463c", "Scented and herbal": "#c98f6d"}


def mix(a, b, t):
    pa, pb = (tuple(int(c[i:i + 2], 16) for i in (1, 3, 5)) for c in (a, b))
    return "#%02x%02x%02x" % tuple(round(x + (y - x) * t) for x, y in zip(pa, pb))


def light(c, t=.3):
    return mix(c, "#fffaf0", t)


def dark(c, t=.25):
    return mix(c, "#2a1d1c", t)


def lum(c):
    return sum(int(c[i:i + 2], 16) * w for i, w in ((1, .3), (3, .59), (5, .11)))


def n(x):
    s = f"{x:.1f}".removesuffix(".0").replace("-0.", "-.")
    return s[1:] if s.startswith("0.") else "0" if s in ("-0", "-.0") else s


def pts(*ps):
    return " ".join(f"{n(x)} {n(y)}" for x, y in ps).replace(" -", "-")


def smooth(ps, move=True):
    """A path through points: Catmull-Rom turned into relative cubic Béziers.

    It starts with a move, with a line (move=False) or where the pen already is (None).
    """
    d = "" if move is None else f"{'M' if move else 'L'}{pts(ps[0])}"
    at = tuple(round(v, 1) for v in ps[0])
    for i in range(len(ps) - 1):
        p0, p1, p2, p3 = ps[max(i - 1, 0)], ps[i], ps[i + 1], ps[min(i + 2, len(ps) - 1)]
        a = (p1[0] + (p2[0] - p0[0]) / 6 - at[0], p1[1] + (p2[1] - p0[1]) / 6 - at[1])
        b = (p2[0] - (p3[0] - p1[0]) / 6 - at[0], p2[1] - (p3[1] - p1[1]) / 6 - at[1])
        c = tuple(round(v, 1) for v in (p2[0] - at[0], p2[1] - at[1]))
        d += "c" + pts(a, b, c)
        at = (at[0] + c[0], at[1] + c[1])
    return d


def lathe(cx, profile, k=.17):
    """Outline of a turned body: profile is (y, radius) from top to bottom, k flattens its ellipses."""
    left = [(cx - r, y) for y, r in profile]
    right = [(cx + r, y) for y, r in reversed(profile)]
    rb, rt = profile[-1][1], profile[0][1]
    return (smooth(left) + f"A{n(rb)} {n(rb * k)} 0 0 0 {pts(right[0])}" + smooth(right, None)
            + f"A{n(rt)} {n(rt * k)} 0 0 0 {pts(left[0])}z")


def scaled(shape, top, bottom, radius):
    return [(top + t * (bottom - top), r * radius) for t, r in shape]


class Pic:
    def __init__(self, row, flat=False, zoom=1.0):
        self.id, self.row, self.rnd = row["id"], row, random.Random(row["id"])
        self.defs, self.body, self.count, self.grads = [], [], 0, {}
        self.flat, self.zoom = flat, zoom
        self.tint = TINT.get(row["product_type"].split(" > ")[0], "#e6e1d8")
        t, far = self.tint, self.rnd.uniform(-34, 34)
        self.rect(0, 0, 400, 400, t)
        self.circ(200 + far, 186, 146, light(t, .42))
        if not flat:
            self.rect(0, 278, 400, 122, mix(t, "#6b5a4a", .13))
            self.rect(0, 278, 400, 2, mix(t, "#6b5a4a", .2))

    def el(self, tag, body="", **a):
        names = {"o": "opacity", "s": "stroke", "w": "stroke-width", "t": "transform", "f": "fill", "clip": "clip-path"}
        if "d" in a:
            a["d"] = a["d"].replace(" -", "-")
        at = "".join(f' {names.get(k, k)}="{n(v) if isinstance(v, float) else v}"' for k, v in a.items() if v is not None and (k, v) != ("f", "none"))
        self.body.append(f"<{tag}{at}/>" if not body else f"<{tag}{at}>{body}</{tag}>")

    def path(self, d, f="none", **a):
        self.el("path", d=d, f=f, **a)

    def line(self, d, s, w=2, **a):
        self.el("path", d=d, s=s, w=w, **a)

    def ell(self, cx, cy, rx, ry, f, **a):
        self.el("ellipse", cx=n(cx), cy=n(cy), rx=n(rx), ry=n(ry), f=f, **a)

    def circ(self, cx, cy, r, f, **a):
        self.el("circle", cx=n(cx), cy=n(cy), r=n(r), f=f, **a)

    def rect(self, x, y, wide, high, f, r=None, **a):
        self.el("rect", x=n(x) if x else None, y=n(y) if y else None, width=n(wide), height=n(high), rx=r, f=f, **a)

    def grad(self, c, depth=1.0, down=False):
        """Light from the upper left over a turned surface of colour c."""
        if (c, depth, down) in self.grads:
            return self.grads[c, depth, down]
        k = f"g{len(self.grads)}"
        self.grads[c, depth, down] = f"url(#{k})"
        hi = .26 if lum(c) > 90 else .16
        stops = ((0, dark(c, .07 * depth)), (.27, light(c, hi)), (.6, c), (1, dark(c, (.16 if lum(c) > 200 else .3) * depth)))
        box = ' x2="0" y2="1"' if down else ""
        self.defs.append(f'<linearGradient id="{k}"{box}>' + "".join(
            f'<stop offset="{str(o).removeprefix("0") or 0}" stop-color="{s}"/>' for o, s in stops) + "</linearGradient>")
        return f"url(#{k})"

    def radial(self, *stops):
        k = f"r{len(self.defs)}"
        self.defs.append(f'<radialGradient id="{k}">' + "".join(
            f'<stop offset="{o}" stop-color="{c}"/>' for o, c in stops) + "</radialGradient>")
        return f"url(#{k})"

    def drop(self, d, x=7, y=12):
        """The shadow of something lying flat."""
        self.path(d, INK, o=.15, t=f"translate({x} {y})")

    def clip(self, d):
        self.count += 1
        self.defs.append(f'<clipPath id="c{self.count}"><path d="{d}"/></clipPath>')
        return f"url(#c{self.count})"

    def shadow(self, cx, cy, rx, ry=None):
        if not any('id="s"' in d for d in self.defs):
            self.defs.append(f'<radialGradient id="s"><stop offset=".35" stop-color="{INK}" stop-opacity=".34"/>'
                             f'<stop offset="1" stop-color="{INK}" stop-opacity="0"/></radialGradient>')
        self.ell(cx + rx * .1, cy + 2, rx * 1.22, ry or rx * .24, "url(#s)")

    def dots(self, where, s, w, **a):
        self.line("".join(f"M{n(x)} {n(y)}h0" for x, y in where), s, w, **a)

    def save(self):
        back, z = 2 if self.flat else 4, self.zoom
        if z != 1:
            x, y = 200 - 200 * z, (200 - 200 * z) if self.flat else 316 - GROUND * z
            self.body[back:] = [f'<g transform="matrix({z} 0 0 {z} {n(x)} {n(y)})">', *self.body[back:], "</g>"]
        svg = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" fill="none" stroke-linecap="round" stroke-linejoin="round"><defs>' + "".join(self.defs)
               + "</defs>" + "".join(self.body) + "</svg>\n")
        (HERE / f"{self.id}.svg").write_text(svg, encoding="utf-8")
        return len(svg)

    @property
    def hue(self):
        return HUE.get(self.row["color"], "#b9a88c")

    def detail(self, key):
        return dict(p.split(":", 1) for p in self.row["product_detail"].split("|")).get(key, "")


# ---- motifs ---------------------------------------------------------------------------------

BLUE = "#36558f"


def lens(x, y, angle, length, width, bend=0.0):
    """A leaf from (x, y): two curves, bowed to one side by bend."""
    c, s = math.cos(angle), math.sin(angle)
    at = lambda u, v: f"{n(round(c * u - s * v, 1 if length < 17 else 0))} {n(round(s * u + c * v, 1 if length < 17 else 0))}"
    half = length / 2
    return f"M{n(round(x))} {n(round(y))}q{at(half, bend - width)} {at(length, 0)}q{at(-half, bend + width)} {at(-length, 0)}"


def bamboo(p, x, y, h, c=BLUE, clip=None):
    p.line(f"M{n(x)} {n(y)}l{n(h * .05)} {n(-h * .3)}m.5 -3l{n(h * .05)} {n(-h * .3)}m.5 -3l{n(h * .06)} {n(-h * .3)}", c, max(2, h * .035), o=.75, clip=clip)
    d = ""
    for t, side in ((.3, 1), (.34, -1), (.62, 1), (.66, -1), (.93, 1), (.95, -1)):
        for j in range(2):
            a = (.25 + .5 * j) if side > 0 else math.pi - (.25 + .5 * j)
            d += lens(x + h * .17 * t, y - h * t, a, h * (.3 - .05 * j), h * .035)
    p.path(d, c, o=.8, clip=clip)


def blossom(p, x, y, r, c, heart="#e8c25f"):
    p.dots([(x + r * math.cos(a), y + r * math.sin(a)) for a in [i * 1.2566 - 1.57 for i in range(5)]], c, n(r * 1.35))
    p.circ(x, y, r * .42, heart)


def branch(p, x, y, w, c="#d9737a"):
    p.line(f"M{n(x)} {n(y)}q{n(w * .3)} {n(-w * .05)} {n(w * .5)} {n(-w * .3)}t{n(w * .5)} {n(-w * .2)}M{n(x + w * .4)} {n(y - w * .2)}q{n(w * .2)} {n(w * .08)} {n(w * .35)} {n(w * .02)}", "#7a5548", 2.5)
    for u, v, r in ((.25, -.12, 5), (.55, -.38, 6), (.78, -.16, 5), (.98, -.52, 5.5)):
        blossom(p, x + w * u, y + w * v, r * w / 90, c)


def crackle(p, x0, y0, x1, y1, c, clip, count=8):
    d = ""
    for _ in range(count):
        x, y = p.rnd.uniform(x0, x1), p.rnd.uniform(y0, y1)
        d += f"M{x:.0f} {y:.0f}"
        a = p.rnd.uniform(0, 6.28)
        for _ in range(4):
            a += p.rnd.uniform(-.9, .9)
            d += f"l{16 * math.cos(a):.0f} {16 * math.sin(a):.0f}"
    p.line(d, c, 1, o=.5, clip=clip)


def speckle(p, x0, y0, x1, y1, c, clip=None, count=34):
    spots = [(round(p.rnd.uniform(x0, x1)), round(p.rnd.uniform(y0, y1))) for _ in range(count)]
    p.dots(spots[:count * 2 // 3], c, 2.2, o=.55, clip=clip)
    p.dots(spots[count * 2 // 3:], c, 3.6, o=.45, clip=clip)


def steam(p, x, y, h=60):
    p.line(f"M{n(x)} {n(y)}c-14 {n(-h * .3)} 14 {n(-h * .5)} 0 {n(-h)}m16 {n(h * .25)}c-9 {n(-h * .2)} 9 {n(-h * .35)} 0 {n(-h * .6)}", WHITE, 5, o=.6)


def gloss(p, cx, y0, y1, r, o=.5, w=7):
    """The soft reflection of a window down the left of a turned body."""
    p.line(f"M{n(cx - r * .66)} {n(y0)}Q{n(cx - r * .8)} {n((y0 + y1) / 2)} {n(cx - r * .64)} {n(y1)}", WHITE, w, o=o)


def mouth(p, cx, y, r, rim, inside, k=.17, lip=5):
    p.ell(cx, y, r, r * k, rim)
    p.ell(cx, y + lip * .25, r - lip, (r - lip) * k, inside)


# ---- tea ------------------------------------------------------------------------------------

def heap(p, kind, cx, base, width, height, count, colors=None, bits=None):
    cols = colors or LEAF.get(p.row["color"], "#5b4a36 #7a6650 #9a8468").split()
    r = p.rnd
    spots = []
    while len(spots) < count:
        u, v = r.uniform(-1, 1), r.uniform(0, 1)
        if v < 1 - u * u * .95:
            spots.append((cx + u * width / 2, base - v * height))
    spots.sort(key=lambda q: q[1])
    soft = f"M{n(cx - width * .55)} {n(base)}Q{n(cx - width * .3)} {n(base - height)} {n(cx)} {n(base - height)}T{n(cx + width * .55)} {n(base)}Q{n(cx)} {n(base + 14)} {n(cx - width * .55)} {n(base)}"
    p.path(soft, dark(cols[0], .12))
    third = len(spots) // 3
    for i, col in enumerate(cols):
        d, some = "", spots[i::3]
        for x, y in some:
            a = r.uniform(-.75, .75) + (math.pi if r.random() < .5 else 0)
            if kind == "blade":
                x -= 15 * math.cos(a); d += lens(x, y, a, r.uniform(28, 36), 4.6, r.uniform(-2, 2))
            elif kind == "long":
                a = r.uniform(-.3, .3); d += lens(x - 32, y - 4, a, r.uniform(58, 72), 6, r.uniform(-4, 4))
            elif kind == "needle":
                x -= 15 * math.cos(a); d += lens(x, y, a, r.uniform(26, 34), 7, r.uniform(-4, 4))
            elif kind == "twist":
                x -= 18 * math.cos(a); d += lens(x, y, a, r.uniform(32, 44), 4.5, r.choice((-9, 9)))
            elif kind == "leaf":
                x -= 15 * math.cos(a); d += lens(x, y, a + r.uniform(-.4, .4), r.uniform(26, 38), 10, r.uniform(-5, 5))
            elif kind == "wire":
                d += f"M{x - 10:.0f} {y:.0f}q{r.randint(4, 12)} {r.randint(-9, 9)} {r.randint(16, 26)} {r.randint(-7, 7)}"
            elif kind == "curl":
                x -= 9 * math.cos(a); d += lens(x, y, a, r.uniform(18, 25), 4.4, r.choice((-9, 9)))
            else:  # ball, crumb, pearl
                d += f"M{x:.0f} {y:.0f}h0"
        if kind in ("wire", "ball", "crumb", "pearl"):
            p.line(d, col, {"wire": 3.2, "ball": 13, "crumb": 6, "pearl": 16}[kind])
            if kind in ("ball", "pearl") and i:
                p.line("".join(f"M{x - 3:.0f} {y:.0f}q3 -4 6 -1" for x, y in some), cols[2] if i == 1 else light(cols[2]), 2, o=.7)
        else:
            p.path(d, col)
    for _ in range(9 if bits else 0):
        u = r.uniform(-.75, .75)
        x, y = cx + u * width / 2, base - 4 - r.uniform(.1, .8) * height * (1 - u * u)
        if bits == "rice":
            p.line(f"M{x:.0f} {y:.0f}l{r.randint(4, 8)} {r.randint(-4, 4)}m9 3l5-3m-22 5l5 2", "#c99a55", 5)
            if _ % 3 == 0:
                p.dots([(x, y - 6), (x + 6, y - 8), (x + 3, y - 12)], "#fbf3df", 9)
        elif bits == "petals":
            p.path(lens(x, y, r.uniform(-3, 3), 15, 4) + lens(x + 4, y + 5, r.uniform(-3, 3), 13, 3.5), "#4f74b8")
        elif _ < 6:
            p.dots([(x + 7 * math.cos(a), y + 5 * math.sin(a)) for a in (0, 1.05, 2.1, 3.14, 4.2, 5.2)], "#fbf5e4", 6)
            p.circ(x, y, 5, "#e0ae3a")


def pouch(p, x, y, w, h, c, mark):
    p.shadow(x + w / 2, y + h, w * .58)
    g = p.grad(c, .8)
    p.path(f"M{x + 4} {y}h{w - 8}l1 26q5 {h * .4:.0f} 5 {h - 44}q1 14-8 16q{-w / 2 + 6:.0f} 8 {-w + 16} 0q-8-2-8-16q-1-{h * .5:.0f} 6-{h - 44}z", g)
    p.path(f"M{x + 4} {y}h{w - 8}l1 22h{-w + 6}z", dark(c, .18))
    p.line(f"M{x + 4} {y + 27}h{w - 8}", light(c, .35), 1.5, o=.6)
    p.rect(x + w * .17, y + h * .3, w * .66, h * .46, light(c, .82), r=3)
    cx, cy, m = x + w / 2, y + h * .53, dark(c, .15)
    if mark == "hill":
        p.path(f"M{n(cx - 34)} {n(cy + 22)}q16-34 26-34q8 0 16 16q6-9 12-9q8 0 16 27z", m, o=.75)
        p.circ(cx + 18, cy - 22, 7, "#d98452")
    elif mark == "leaf":
        p.path(lens(cx - 2, cy + 26, -1.9, 52, 12) + lens(cx - 2, cy + 26, -.9, 36, 9) + lens(cx - 4, cy + 14, -2.7, 28, 7), m, o=.8)
    elif mark == "sun":
        p.circ(cx, cy - 4, 20, m, o=.8)
        p.line(f"M{n(cx - 30)} {n(cy + 24)}h60m-48 9h36", m, 2.5, o=.8)
    elif mark == "flower":
        blossom(p, cx, cy, 15, m, light(c, .5))
    else:
        p.line("".join(f"M{n(cx - 30)} {n(cy - 16 + 12 * i)}q10-10 20 0t20 0t20 0" for i in range(4)), m, 2.6, o=.75)


def liquor(p):
    return LIQUOR.get(p.detail("Liquor"), "#d9a850")


def taster(p, cx, base, r=44, fill=None, c="#f6f3ec"):
    """A small white cup, filled."""
    top = base - r * 1.05
    p.shadow(cx, base, r * .75)
    p.path(lathe(cx, scaled([(0, 1), (.35, .93), (.7, .7), (.9, .48), (1, .46)], top, base, r), .22), p.grad(c))
    mouth(p, cx, top, r, light(c, .5), dark(c, .08), .26, 3)
    if fill:
        p.ell(cx, top + 5, r - 6, (r - 6) * .23, fill)
        if r > 30:
            p.path(f"M{n(cx - r * .6)} {n(top + 4)}q{n(r * .4)} -6 {n(r * .8)} -4q-{n(r * .5)} 2 -{n(r * .8)} 4", WHITE, o=.5)


def glass_of(p, cx, base, r, h, fill, level=.25, leaves=None):
    top = base - h
    p.shadow(cx, base, r * 1.1)
    p.path(lathe(cx, [(top + h * level, r * .97), (base - 9, r * .9)], .2), fill, o=.88)
    p.ell(cx, top + h * level, r * .97, r * .2, light(fill, .35))
    if leaves:
        cols, r0, d = LEAF[p.row["color"]].split(), p.rnd, {0: "", 1: ""}
        for i in range(13):
            x, up = cx + r0.uniform(-.68, .68) * r, r0.choice((0, 0, 1))
            y = (base - 16) if not up else top + h * level + leaves * 1.05
            d[i % 2] += lens(x, y, -1.57 + r0.uniform(-.22, .22), leaves * r0.uniform(.8, 1.1), leaves * .13, r0.uniform(-3, 3))
        p.path(d[0], cols[0])
        p.path(d[1], cols[1])
    p.path(lathe(cx, [(top, r), (base, r * .9)], .2), "#ffffff", **{"fill-opacity": ".14"}, s="#8fa6a8", w=2)
    p.ell(cx, top, r, r * .2, "#ffffff", o=.35)
    p.line(f"M{n(cx - r * .7)} {n(top + 24)}L{n(cx - r * .64)} {n(base - 24)}", WHITE, 6, o=.65)


def tea(p, leaf="wire", comp="pouch", mark="hill", count=36, pack=None, bits=None):
    c = pack or PACK[p.row["product_type"].split(" > ")[-1]]
    tall = leaf == "long"
    if comp == "pouch":
        pouch(p, 92, 92, 140, 212, c, mark)
        taster(p, 292, 318, 46, liquor(p))
        p.shadow(176, 338, 84)
        heap(p, leaf, 172, 342, 160, 46, count, bits=bits)
    elif comp == "glass":
        pouch(p, 72, 112, 128, 190, c, mark)
        glass_of(p, 276, 326, 46, 200 if tall else 176, liquor(p), .2, 76 if tall else 50)
        p.shadow(150, 344, 76)
        heap(p, leaf, 148, 346, 146, 34, count)
    else:
        glass_pitcher(p, 272, 270, 46, liquor(p), 104)
        dish(p, 180, 336, 126)
        heap(p, leaf, 180, 312, 184, 62, count + 12)


def dish(p, cx, base, r, c="#f6f3ec"):
    p.shadow(cx, base, r * .85)
    p.path(lathe(cx, [(base - 34, r), (base - 18, r * .86), (base - 2, r * .5), (base, r * .48)], .2), p.grad(c))
    mouth(p, cx, base - 34, r, light(c, .5), dark(c, .08), .22, 6)


def glass_pitcher(p, cx, base, r, fill, h):
    top = base - h
    p.shadow(cx, base, r)
    p.line(f"M{n(cx + r * .8)} {n(top + 18)}c40 -8 40 52 {n(r * .12)} 50", "#a9bcbd", 7, o=.8)
    prof = scaled([(0, .8), (.2, .84), (.6, 1), (.9, .9), (1, .74)], top, base, r)
    p.path(lathe(cx, scaled([(0, .9), (.4, .96), (.85, .86), (1, .68)], top + h * .34, base - 6, r), .2), fill, o=.95)
    p.ell(cx, top + h * .34, r * .9, r * .2, light(fill, .3))
    p.path(lathe(cx, prof, .2), "#ffffff", **{"fill-opacity": ".06"}, s="#8fa6a8", w=2)
    p.path(f"M{n(cx - r * .62)} {n(top + 4)}q{n(-r * .35)} -2 {n(-r * .44)} -10q{n(r * .3)} -4 {n(r * .6)} 3z", "#c4d4d4", s="#8fa6a8", w=1.5)
    p.ell(cx, top, r * .8, r * .17, "#ffffff", o=.5, s="#8fa6a8", w=2)
    p.line(f"M{n(cx - r * .62)} {n(top + h * .35)}Q{n(cx - r * .78)} {n(top + h * .6)} {n(cx - r * .6)} {n(base - 16)}", WHITE, 6, o=.65)


def matcha(p):
    tin(p, cx=130, top=150, base=300, r=54, c="#6f8f45", mark="leaf")
    p.shadow(250, 332, 84)
    chawan(p, 256, 332, 78, "#4a4644", liquor(p), .62)


def tea_cake(p):
    cols = LEAF[p.row["color"]].split()
    p.shadow(190, 320, 110)
    p.circ(190, 204, 112, dark(cols[0], .2))
    p.circ(186, 202, 110, cols[0])
    clip = p.clip("M76 202a110 110 0 1 0 220 0a110 110 0 1 0-220 0")
    for i, col in enumerate(cols):
        d = ""
        for _ in range(17):
            a, q = p.rnd.uniform(0, 6.28), 106 * math.sqrt(p.rnd.random())
            d += lens(186 + q * math.cos(a) - 12, 202 + q * math.sin(a), p.rnd.uniform(-1, 1), p.rnd.uniform(22, 34), 4.5, p.rnd.choice((-5, 5)))
        p.path(d, col, clip=clip, o=.95)
    p.path("M186 92a110 110 0 0 1 0 220a150 150 0 0 0 0-220", INK, o=.14)
    p.circ(186, 202, 26, light(cols[2], .55), o=.95)
    p.circ(186, 202, 15, "#b9422f" if p.id == "TEA-025" else "#7d8f5a", o=.85)
    p.path("M108 322l20-62 14 8-6 54zM236 322l14-52 14-8 8 60z", dark("#8b6a4e", .1))
    p.path("M100 322h184v10H100z", "#8b6a4e")
    taster(p, 322, 338, 38, liquor(p))


def tuocha(p):
    c = LEAF[p.row["color"]].split()
    def nest(x, y, wrap):
        p.shadow(x, y, 40)
        p.path(lathe(x, scaled([(0, .7), (.4, .98), (.75, .98), (1, .8)], y - 48, y, 46), .22), p.grad(wrap))
        if wrap == c[1]:
            p.ell(x, y - 48, 32, 9, c[0]); p.ell(x, y - 45, 22, 6, dark(c[0], .4))
            speckle(p, x - 36, y - 34, x + 36, y - 6, c[2], None, 20)
        else:
            p.path(f"M{x - 30} {y - 48}l12-16 10 8 8-10 12 8 18 10z", light(wrap, .3))
            p.line(f"M{x - 30} {y - 48}q30 10 60 0m-48 4l-8 40m34-38v42m22-44l6 38", dark(wrap, .12), 1.4, o=.6)
            p.circ(x, y - 24, 9, "#b9422f", o=.8)
    nest(150, 268, "#e8dcc4"); nest(246, 262, "#e8dcc4")
    nest(106, 330, "#e8dcc4"); nest(202, 336, c[1])
    taster(p, 304, 330, 46, liquor(p))


def basket_tea(p):
    p.shadow(160, 312, 92)
    b = "#c8a468"
    d = lathe(160, scaled([(0, .8), (.3, .98), (.7, 1), (1, .82)], 140, 308, 88), .2)
    p.path(d, p.grad(b))
    clip = p.clip(d)
    p.line("".join(f"M60 {y}q100 34 200 0" for y in range(140, 310, 18)), dark(b, .3), 3, o=.55, clip=clip)
    p.line("".join(f"M{x} 130q{(x - 160) * .2:.0f} 100 0 190" for x in range(86, 240, 21)), light(b, .5), 4, o=.55, clip=clip)
    mouth(p, 160, 140, 71, light(b), dark(b, .5), .22, 7)
    heap(p, "crumb", 160, 142, 104, 34, 42)
    taster(p, 296, 326, 50, liquor(p))


def chrysanthemum(p):
    glass_of(p, 268, 322, 62, 150, liquor(p), .22)
    def head(x, y, r):
        p.line("".join(f"M{n(x)} {n(y)}l{n(r * math.cos(a))} {n(r * .75 * math.sin(a))}" for a in [i * .5712 + .2 for i in range(11)]), "#fffaf0", n(r * .4))
        p.line("".join(f"M{n(x)} {n(y)}l{n(r * .72 * math.cos(a))} {n(r * .52 * math.sin(a))}" for a in [i * .8976 for i in range(7)]), "#f3e8c3", n(r * .2))
        p.ell(x, y, r * .34, r * .27, "#e2b23c")
    head(252, 208, 26); head(290, 216, 24)
    p.shadow(132, 330, 104)
    for x, y, r in ((92, 286, 30), (160, 274, 32), (60, 322, 28), (126, 322, 36), (190, 330, 27)):
        head(x, y, r)


def tangerine(p):
    c = "#6f8440"
    for x, y, r in ((116, 262, 52), (228, 258, 56)):
        p.shadow(x, y + r * .86, r * .8)
        p.ell(x, y, r, r * .9, p.grad(c))
        p.dots([(x + p.rnd.uniform(-.7, .7) * r, y + p.rnd.uniform(-.6, .6) * r) for _ in range(16)], dark(c), 2, o=.5)
        p.path(lens(x, y - r * .84, -.5, 30, 7), "#55693a")
        p.ell(x - r * .35, y - r * .4, r * .2, r * .12, WHITE, o=.35)
    p.shadow(168, 346, 54)
    p.ell(168, 300, 58, 52, p.grad(c))
    p.ell(168, 266, 36, 12, dark(c, .3)); p.ell(168, 268, 30, 9, "#3a2720")
    heap(p, "crumb", 168, 270, 44, 16, 24, ["#3a2720", "#553a2c", "#7a5640"])
    p.path("M222 342a34 12 0 0 1 66 -6q-8 16-34 18q-28 2-32-12", p.grad(c)); p.line("M254 326l3-9", "#55693a", 4)
    taster(p, 326, 312, 42, liquor(p))


# ---- pots, gaiwans ---------------------------------------------------------------------------

FORM = {
    "round": [(0, .44), (.1, .62), (.28, .88), (.52, 1), (.76, .9), (.92, .68), (1, .54)],
    "ball": [(0, .5), (.08, .68), (.26, .91), (.5, 1), (.74, .92), (.93, .7), (1, .56)],
    "plum": [(0, .36), (.12, .66), (.32, .93), (.55, 1), (.8, .84), (.94, .6), (1, .46)],
    "shipiao": [(0, .46), (.2, .56), (.55, .78), (.84, .98), (.94, .98), (1, .84)],
    "drum": [(0, .58), (.1, .8), (.24, .94), (.5, 1), (.78, .98), (.95, .9), (1, .82)],
    "squat": [(0, .5), (.14, .8), (.36, .98), (.55, 1), (.8, .84), (.95, .62), (1, .55)],
    "pear": [(0, .4), (.14, .48), (.35, .68), (.62, .97), (.76, 1), (.92, .84), (1, .68)],
    "kettle": [(0, .42), (.12, .62), (.35, .86), (.7, 1), (.9, .98), (1, .9)],
    "cone": [(0, .5), (.3, .62), (.65, .82), (.92, .98), (1, .94)],
}


def spout(p, x, y, reach, rise, c, thick=24, tip=8, s=True):
    """From the body's wall at (x, y) out to the right and up."""
    tx, ty = x + reach, y - rise
    if s:
        d = (f"M{n(x - 12)} {n(y - thick * .75)}C{n(x + reach * .45)} {n(y - thick * .8)} {n(x + reach * .3)} {n(ty + 4)} {n(tx - tip)} {n(ty)}"
             f"L{n(tx + tip * .7)} {n(ty - 1)}C{n(x + reach * .72)} {n(ty + 26)} {n(x + reach * .75)} {n(y + thick * .9)} {n(x - 12)} {n(y + thick)}z")
    else:
        d = (f"M{n(x - 14)} {n(y - thick * .8)}L{n(tx - tip)} {n(ty)}L{n(tx + tip * .6)} {n(ty + 1)}Q{n(x + reach * .5)} {n(y + thick * .5)} {n(x - 14)} {n(y + thick)}z")
    p.path(d, c)


def teapot(p, form="round", top=176, base=GROUND, r=84, handle="loop", s=True, knob="ball", motif=None, reach=62, rise=58, cx=196, clear=False):
    c = p.hue
    h = base - top
    shape = FORM[form]
    body = lathe(cx, scaled(shape, top, base, r), .14)
    edge = max(q for _, q in shape) * r
    mid = top + h * .5
    p.shadow(cx, base, edge * 1.05)
    hc = dark(c, .16) if lum(c) > 60 else light(c, .1)
    if clear:
        c, hc = "#cfdede", "#a9bdbe"
    if handle == "loop":
        p.line(f"M{n(cx - edge * .74)} {n(top + h * .2)}C{n(cx - edge - 66)} {n(top - h * .06)} {n(cx - edge - 58)} {n(top + h * .92)} {n(cx - edge * .9)} {n(top + h * .74)}", hc, 13)
        p.line(f"M{n(cx - edge * .8)} {n(top + h * .18)}C{n(cx - edge - 58)} {n(top - h * .02)} {n(cx - edge - 54)} {n(top + h * .8)} {n(cx - edge * .95)} {n(top + h * .72)}", light(hc, .3), 3, o=.6)
    elif handle == "ear":
        p.line(f"M{n(cx - edge * .9)} {n(top + h * .26)}Q{n(cx - edge - 40)} {n(top + h * .16)} {n(cx - edge - 34)} {n(top + h * .42)}T{n(cx - edge * .82)} {n(top + h * .82)}", hc, 12)
        p.line(f"M{n(cx - edge * .95)} {n(top + h * .24)}Q{n(cx - edge - 38)} {n(top + h * .17)} {n(cx - edge - 34)} {n(top + h * .4)}", light(hc, .3), 3, o=.6)
    elif handle == "bail":
        bc = "#2f2d2e" if p.row["color"] in ("black", "rust black") else "#a67c4a"
        p.line(f"M{n(cx - edge * .66)} {n(top + 16)}C{n(cx - edge * .9)} {n(top - 130)} {n(cx + edge * .9)} {n(top - 130)} {n(cx + edge * .66)} {n(top + 16)}", bc, 9)
        p.line(f"M{n(cx - edge * .4)} {n(top - 74)}Q{n(cx)} {n(top - 104)} {n(cx + edge * .4)} {n(top - 74)}", light(bc, .25), 5, o=.8)
    elif handle == "side":
        p.path(f"M{n(cx - 20)} {n(top + h * .46)}L{n(cx - edge - 62)} {n(top + h * .12)}q-14-2-14 12q0 12 10 16L{n(cx - 30)} {n(top + h * .82)}z", hc)
    if s is not None:
        spout(p, cx + edge * .86, mid + h * .1, reach, rise, p.grad(hc if not clear else c, .7), h * .2, 8, s)
    if clear:
        tea_c = "#e6c268"
        p.path(lathe(cx, scaled(shape, top, base, r * .96)[2:], .14), tea_c, o=.85)
        p.ell(cx, top + h * .28, edge * .84, edge * .13, light(tea_c, .4))
        for x, y in ((cx - 30, mid + 20), (cx + 20, mid + 34), (cx + 2, mid - 6)):
            p.dots([(x + 9 * math.cos(i), y + 7 * math.sin(i)) for i in range(7)], "#fff6dd", 9)
            p.circ(x, y, 5, "#d99a2f")
        p.path(body, "#ffffff", o=.3, s="#8fa6a8", w=2)
    else:
        p.path(body, p.grad(c))
    clip = p.clip(body) if motif in ("crackle", "speckle", "hob", "melon", "hammer", "bamboo", "band") else None
    if motif == "speckle":
        speckle(p, cx - edge, top, cx + edge, base, dark(c, .5), clip, 46)
    elif motif == "hob":
        for j in range(6):
            y = top + h * (.26 + j * .115)
            p.dots([(cx + edge * math.sin(t), y + 6 * math.cos(t)) for t in [-1.35 + i * .27 + (j % 2) * .135 for i in range(11)]], light(c, .2), 6.5, o=.75, clip=clip)
    elif motif == "melon":
        p.line("".join(f"M{n(cx + q * edge * .4)} {n(top)}Q{n(cx + q * edge * 1.28)} {n(mid)} {n(cx + q * edge * .5)} {n(base)}" for q in (-.72, -.36, 0, .36, .72)), dark(c, .32), 3.4, o=.5, clip=clip)
    elif motif == "hammer":
        p.dots([(cx + p.rnd.uniform(-1, 1) * edge, top + p.rnd.uniform(.15, 1) * h) for _ in range(60)], light(c, .5), 7, o=.3, clip=clip)
    elif motif == "bamboo":
        bamboo(p, cx + 8, base - 8, h * .86, BLUE, clip)
        p.line(f"M{n(cx - edge)} {n(base - 12)}q{n(edge)} 16 {n(edge * 2)} 0", BLUE, 2.5, o=.7, clip=clip)
    elif motif == "band":
        p.line(f"M{n(cx - edge)} {n(top + h * .36)}q{n(edge)} 22 {n(edge * 2)} 0m0 8q{n(-edge)} 22 {n(-edge * 2)} 0", dark(c, .3), 2, o=.6, clip=clip)
    tr = shape[0][1] * r
    dome = tr * (.4 if form != "shipiao" else .26)
    lidc = c if not clear else "#c2d2d3"
    p.path(lathe(cx, [(top - dome, tr * .36), (top - dome * .72, tr * .72), (top - 2, tr * 1.02), (top + 4, tr * 1.04)], .16), p.grad(lidc) if not clear else lidc, o=None if not clear else .85)
    p.line(f"M{n(cx - tr)} {n(top + 5)}q{n(tr)} {n(tr * .3)} {n(tr * 2)} 0", dark(c, .4), 2, o=.5)
    kt = top - dome
    kc = hc if knob != "metal" else "#b8964f"
    if knob == "ball":
        p.circ(cx, kt - 9, 11, p.grad(kc, .8))
    elif knob == "bridge":
        p.line(f"M{n(cx - 14)} {n(kt + 2)}q14 -22 28 0", kc, 8)
    elif knob == "stalk":
        p.line(f"M{n(cx)} {n(kt + 3)}q-2 -14 10 -20", dark(c, .28), 8)
    else:
        p.path(lathe(cx, [(kt - 18, 9), (kt - 12, 12), (kt - 4, 6), (kt + 2, 7)], .3), p.grad(kc))
    if p.row["material"] not in ("Yixing zisha clay", "Unglazed clay", "Cast iron", "Enamelled cast iron"):
        gloss(p, cx, top + h * .28, top + h * .74, edge, .55)
    else:
        gloss(p, cx, top + h * .32, top + h * .62, edge, .16, 12)


def gaiwan(p, motif=None, r=84, saucer=True, base=312, flare=1.0, clear=False):
    c, cx, top = p.hue, 200, base - r * 1.15
    line = dark(c, .22)
    p.shadow(cx, base + (14 if saucer or clear else 0), r * (1.15 if saucer or clear else .7))
    if clear:
        edge = dict(s="#8fa6a8", w=2)
        p.path(lathe(cx, [(base - 8, r * 1.14), (base + 10, r * .6), (base + 14, r * .55)], .16), "#ffffff", o=.42, **edge)
        p.path(lathe(cx, scaled([(0, .86), (.5, .76), (.85, .5), (1, .42)], top + 26, base, r), .2), "#dcd896", o=.9)
        p.ell(cx, top + 26, r * .86, r * .16, "#eae8b8")
        p.path("".join(lens(cx - 40 + 15 * i, base - 22 - (i % 3) * 8, -1.3 + .1 * (i % 5), 34, 6, 2) for i in range(6)), "#86994d")
        p.path(lathe(cx, scaled([(0, 1), (.12, .95), (.5, .8), (.85, .52), (1, .44)], top, base, r), .18), "#ffffff", o=.32, **edge)
        p.path(lathe(cx, [(top - r * .42, r * .2), (top - r * .3, r * .6), (top + 2, r * .9), (top + 6, r * .9)], .16), "#ffffff", o=.45, **edge)
        p.path(lathe(cx, [(top - r * .6, r * .24), (top - r * .42, r * .18)], .3), "#ffffff", o=.6, **edge)
        gloss(p, cx, top + 22, base - 34, r, .7)
        return
    if saucer:
        p.path(lathe(cx, [(base - 10, r * 1.18), (base + 6, r * .78), (base + 12, r * .58), (base + 16, r * .56)], .17), p.grad(c))
        p.ell(cx, base - 10, r * 1.18, r * .2, light(c, .35)); p.ell(cx, base - 9, r * 1.08, r * .17, dark(c, .07))
        p.ell(cx + 6, base - 4, r * .62, r * .11, dark(c, .2))
    body = lathe(cx, scaled([(0, flare), (.1, .95), (.45, .84), (.8, .6), (.92, .46), (1, .44)], top, base, r), .17)
    p.path(body, p.grad(c))
    clip = p.clip(body)
    lid_top = top - r * .36
    if motif == "streak":
        p.line("".join(f"M{n(cx + x)} {n(top)}l{n(-x * .22)} {p.rnd.randint(46, 76)}" for x in range(-80, 82, 7)), "#a0643a", 2, o=.7, clip=clip)
        p.ell(cx, top, r * flare, r * .17, "#8a5836"); p.ell(cx, top + 1, r * .94, r * .15, "#2a1f1c")
        p.path(f"M{n(cx - r * .9)} {n(top + 34)}q-6 14 10 34q10 0 12-8q-8-16-8-30z M{n(cx + r * .9)} {n(top + 34)}q6 14-10 34q-10 0-12-8q8-16 8-30z", "#9a7256", clip=clip)
    p.ell(cx, top + 1, r * .98 * flare, r * .16, light(c, .4) if motif != "streak" else "none")
    lid = lathe(cx, [(lid_top, r * .3), (lid_top + r * .08, r * .62), (top - 4, r * .88), (top + 3, r * .9)], .16)
    p.path(lid, p.grad(c))
    p.path(lathe(cx, [(lid_top - r * .2, r * .28), (lid_top - r * .1, r * .2), (lid_top + 3, r * .23)], .26), p.grad(c))
    p.ell(cx, lid_top - r * .2, r * .28, r * .07, light(c, .4)); p.ell(cx, lid_top - r * .19, r * .2, r * .045, dark(c, .15))
    p.line(f"M{n(cx - r * .9)} {n(top + 4)}q{n(r * .9)} {n(r * .28)} {n(r * 1.8)} 0", line, 1.6, o=.6)
    if motif == "crackle":
        crackle(p, cx - r, top, cx + r, base, "#7d7463", clip, 13)
        crackle(p, cx - r, lid_top, cx + r, top, "#7d7463", p.clip(lid), 6)
    elif motif == "branch":
        branch(p, cx - r * .62, base - 24, r * 1.1, "#f7e3df")
        branch(p, cx - r * .1, lid_top + 32, r * .55, "#f7e3df")
    gloss(p, cx, top + 20, base - 36, r, .55)
    p.line(f"M{n(cx - r * .6)} {n(top - 6)}q4 -10 16 -15", WHITE, 5, o=.5)


# ---- cups ------------------------------------------------------------------------------------

CUP = {
    "bell": [(0, 1.05), (.1, .96), (.45, .84), (.78, .62), (.92, .44), (1, .46)],
    "v": [(0, 1), (.25, .88), (.6, .62), (.86, .4), (.93, .36), (1, .4)],
    "lotus": [(0, 1), (.3, .97), (.6, .82), (.85, .52), (.93, .46), (1, .48)],
    "bowl": [(0, 1), (.35, .97), (.65, .84), (.86, .55), (.92, .44), (1, .45)],
    "wide": [(0, 1), (.3, .88), (.65, .64), (.85, .42), (.92, .36), (1, .38)],
    "mug": [(0, .96), (.5, .98), (.86, .98), (.97, .9), (1, .84)],
    "barrel": [(0, .88), (.3, .98), (.6, 1), (.9, .9), (1, .76)],
    "tea": [(0, 1.04), (.2, .97), (.55, .84), (.82, .58), (.93, .44), (1, .46)],
}


def vessel(p, cx, base, r, h, form, c, motif=None, inside=None, fill=None, k=.2, gl=.5):
    """A cup or bowl seen a little from above."""
    top = base - h
    body = lathe(cx, scaled(CUP[form], top, base, r), k * .8)
    rt = CUP[form][0][1] * r
    p.shadow(cx, base, r * .85)
    p.path(body, p.grad(c))
    clip = p.clip(body) if motif else None
    if motif == "crackle":
        crackle(p, cx - r, top, cx + r, base, "#7d7463", clip, 14)
    elif motif == "speckle":
        speckle(p, cx - r, top, cx + r, base, dark(c, .5), clip)
    elif motif == "streak":
        p.line("".join(f"M{n(cx + x * r / 90)} {n(top)}l{n(-x * .3 * r / 90)} {p.rnd.randint(40, 84) * h / 120:.0f}" for x in range(-88, 90, 6)), "#b3713d", 1.8, o=.75, clip=clip)
    elif motif == "petals":
        p.line("".join(f"M{n(cx + q * r * 1.02)} {n(top - 4)}Q{n(cx + q * r * 1.06)} {n(top + h * .6)} {n(cx + q * r * .4)} {n(base)}" for q in (-.78, -.42, 0, .42, .78)), light(c, .55), 4, o=.75, clip=clip)
    elif motif == "drip":
        d = f"M{n(cx - r * 1.1)} {n(top - 20)}H{n(cx + r * 1.1)}V{n(top + h * .5)}"
        x, step = cx + r * 1.1, r * .275
        for i in range(8):
            y2 = top + h * p.rnd.uniform(.42, .68)
            d += f"Q{n(x - step * .5)} {n(y2 + 16)} {n(x - step)} {n(y2 - 6)}"
            x -= step
        p.path(d + "z", p.grad("#4f7f95"), clip=clip)
    elif motif == "bamboo":
        for q in (-.62, -.1, .42):
            bamboo(p, cx + q * r, top + h * .66, h * .5, BLUE, clip)
        p.line(f"M{n(cx - r)} {n(top + 8)}q{n(r)} {n(r * .36)} {n(r * 2)} 0M{n(cx - r)} {n(top + h * .6)}q{n(r)} {n(r * .4)} {n(r * 2)} 0", BLUE, 2.5, o=.75, clip=clip)
    elif motif == "rings":
        p.line("".join(f"M{n(cx - r)} {n(top + h * q)}q{n(r)} {n(r * .34)} {n(r * 2)} 0" for q in (.22, .38, .54, .7)), "#8b6b45", 2.6, o=.4, clip=clip)
    elif motif == "ripple":
        p.line(f"M{n(cx - r)} {n(top + h * .6)}q{n(r / 4)}-14 {n(r / 2)} 6t{n(r / 2)} 6t{n(r / 2)}-2t{n(r / 2)}-8", dark(c, .25), 3, o=.6, clip=clip)
    elif motif == "foot":
        p.path(f"M{n(cx - r)} {n(base - h * .13)}q{n(r)} 20 {n(r * 2)} 0V{n(base + 30)}H{n(cx - r)}z", "#b5906a", o=.85, clip=clip)
    rim = {"streak": "#9b6a45", "rings": "#9b6a45", "drip": light("#4f7f95", .3)}.get(motif, light(c, .45))
    mouth(p, cx, top, rt, rim, inside or dark(c, .12), k, max(3, r * .05))
    if fill:
        p.ell(cx, top + rt * k * .28, rt * .86, rt * k * .72, fill)
        p.line(f"M{n(cx - rt * .5)} {n(top + rt * k * .12)}q{n(rt * .3)} {n(-rt * k * .3)} {n(rt * .7)} {n(-rt * k * .2)}", WHITE, 2.5, o=.55)
    if gl:
        steep = form in ("wide", "v")
        gloss(p, cx, top + h * (.3 if steep else .24), top + h * (.5 if steep else .66), r * (.84 if steep else .96), gl, r * .08)
    return top, rt


def handle(p, x, y, w, h, c, t=12):
    p.line(f"M{n(x)} {n(y)}c{n(w * 1.3)} {n(-h * .12)} {n(w * 1.2)} {n(h * 1.1)} {n(-w * .1)} {n(h)}", c, t)
    p.line(f"M{n(x + 3)} {n(y - 1)}c{n(w * .7)} {n(-h * .06)} {n(w * .95)} {n(h * .3)} {n(w * .78)} {n(h * .52)}", light(c, .4), 3, o=.6)


def cup(p, form="bell", r=84, h=104, motif=None, inside=None, fill="#d7a24d", k=.22, grip=0, base=GROUND, gl=.5):
    if grip:
        handle(p, 200 - 16 + r * .9, base - h * .8, grip, h * .55, dark(p.hue, .14), 14)
    vessel(p, 200 - (16 if grip else 0), base, r, h, form, HUE["cream"] if motif == "drip" else p.hue, motif, inside, fill, k, gl)


def chawan(p, cx, base, r, c, fill, h=.62):
    vessel(p, cx, base, r, r * h * 1.5, "bowl", c, None, dark(c, .2), fill, .26, .3)


def cup_set(p):
    for i, (x, y) in enumerate(((140, 262), (262, 262), (118, 336), (284, 336))):
        r, h = 52, 66
        vessel(p, x, y, r, h, "lotus", p.hue, None, "#fff", None, .24, .4)
        mid = y - h * .45
        if i == 0:
            branch(p, x - 24, mid + 12, 46, BLUE)
        elif i == 1:
            p.path("".join(lens(x - 4, mid + 20, a, 42, 3.2, b) for a, b in ((-2.3, -5), (-1.8, 4), (-1.3, -4), (-.7, 5))), BLUE, o=.8)
        elif i == 2:
            bamboo(p, x - 4, mid + 22, 44)
        else:
            p.line("".join(f"M{x} {n(mid)}l{n(16 * math.cos(a))} {n(13 * math.sin(a))}" for a in [j * .5236 for j in range(12)]), BLUE, 4.5, o=.75)
            p.circ(x, mid, 4, "#e8dfa8")


def office_mug(p):
    c = p.hue
    handle(p, 258, 222, 44, 70, dark(c, .14), 14)
    vessel(p, 186, GROUND, 78, 148, "mug", c, "ripple", None, None, .18)
    p.path(lathe(186, [(146, 30), (150, 62), (166, 82), (174, 82)], .18), p.grad(c))
    p.path(lathe(186, [(126, 16), (132, 18), (142, 10), (149, 12)], .3), p.grad(dark(c, .1)))
    p.line("M106 178q80 24 160 0", dark(c, .3), 2, o=.5)


def double_glass(p):
    p.shadow(200, GROUND, 84)
    outer = lathe(200, [(142, 70), (160, 80), (188, 88), (224, 91), (260, 86), (292, 73), (313, 61), (322, 59)], .17)
    p.path(lathe(200, [(182, 67), (212, 70), (240, 67), (264, 56), (280, 40), (288, 28)], .17), "#c4702f", o=.92)
    p.ell(200, 182, 66, 13, "#dd9a55")
    p.path(lathe(200, [(142, 68), (182, 69), (212, 72), (242, 69), (267, 58), (284, 41), (292, 29)], .17), "#ffffff", **{"fill-opacity": ".1"}, s="#8fa6a8", w=1.5)
    p.path(outer, "#ffffff", **{"fill-opacity": ".14"}, s="#8fa6a8", w=2.5)
    p.ell(200, 142, 70, 14, "#ffffff", o=.5, s="#8fa6a8", w=2)
    gloss(p, 200, 186, 282, 104, .8, 8)
    steam(p, 196, 122, 64)


def tall_glass(p):
    p.row = dict(p.row, color="spring green")
    glass_of(p, 200, 340, 58, 246, "#dde0a0", .18, 62)


def saucer_cup(p, form="tea", gilt=False, fill="#a9562b", inside="#fbf8f0"):
    c, base = p.hue, 306
    p.shadow(200, base + 18, 132)
    p.path(lathe(200, [(base - 4, 132), (base + 12, 84), (base + 18, 62), (base + 20, 60)], .17), p.grad(c))
    p.ell(200, base - 4, 132, 27, light(c, .3)); p.ell(200, base - 3, 121, 23, dark(c, .04)); p.ell(204, base, 60, 12, dark(c, .2))
    if gilt:
        p.ell(200, base - 4, 131, 26, "none", s="#c9a253", w=3)
    handle(p, 270, base - 84, 44, 56, dark(c, .12), 10)
    top, rt = vessel(p, 196, base, 82, 106, form, c, None, inside, fill, .22)
    if gilt:
        p.ell(196, top, rt - 1, rt * .22, "none", s="#c9a253", w=3)
    else:
        p.ell(196, top, rt - 1, rt * .22, "none", s=WHITE, w=3)


def flask(p):
    c = p.hue
    p.shadow(200, 338, 62)
    p.path(lathe(200, [(148, 47), (162, 56), (320, 56), (338, 50)], .16), p.grad(c))
    p.path(lathe(200, [(104, 48), (150, 50)], .16), p.grad("#b9c0c3"))
    p.path(lathe(200, [(56, 40), (62, 50), (100, 52), (106, 52)], .16), p.grad(dark(c, .35)))
    p.ell(200, 57, 40, 7, light(dark(c, .35), .15))
    p.line("M151 122q49 14 98 0M150 136q50 14 100 0", "#7d8588", 2, o=.6)
    p.line("M150 84q50 14 100 0", light(c, .1), 2, o=.5)
    p.path(lens(200, 270, -1.9, 46, 10) + lens(200, 270, -1.05, 36, 8), WHITE, o=.65)
    p.line("M164 176v128", WHITE, 8, o=.35)


# ---- kettles ---------------------------------------------------------------------------------

def gooseneck(p):
    c = p.hue
    p.shadow(196, 334, 96)
    p.path(lathe(190, [(316, 82), (322, 88), (334, 86)], .16), p.grad(dark(c, .3)))
    p.line("M250 286C316 300 288 168 340 164l12 6", dark(c, .1), 13)
    p.line("M262 282C306 280 290 172 336 162", light(c, .35), 3, o=.5)
    p.line("M140 180H88q-16 0-16 18v74q0 14 14 12", dark(c, .2), 16)
    p.path(lathe(190, scaled([(0, .68), (.3, .8), (.8, 1), (1, .98)], 172, 314, 78), .15), p.grad(c))
    p.path(lathe(190, [(156, 26), (162, 46), (172, 54), (176, 54)], .16), p.grad(light(c, .08)))
    p.path(lathe(190, [(134, 13), (142, 15), (156, 8)], .3), p.grad("#8b6a4e"))
    gloss(p, 190, 206, 290, 80, .22, 9)
    p.rect(176, 322, 30, 8, "#8fd0c4", r=2, o=.9)


def electric_kettle(p):
    c = p.hue
    p.shadow(200, 338, 100)
    p.path(lathe(192, [(320, 84), (328, 90), (338, 88)], .15), p.grad("#6d655c"))
    p.path("M104 168c-52 4-58 130-8 134l4-16c-26-6-24-98 8-102z", p.grad("#8b6a4e"))
    p.path("M256 172l48-26q8 0 6 8l-34 62z", p.grad(c))
    p.path(lathe(192, scaled([(0, .72), (.4, .86), (.85, 1), (1, .98)], 150, 318, 92), .15), p.grad(c))
    p.path(lathe(192, [(132, 30), (138, 56), (150, 66), (154, 67)], .16), p.grad(light(c, .2)))
    p.path(lathe(192, [(116, 12), (122, 14), (132, 8)], .3), p.grad("#8b6a4e"))
    p.dots([(156 + 18 * i, 341 + (i in (1, 2, 3)) * 2) for i in range(5)], "#efe4cb", 6)
    gloss(p, 192, 186, 290, 92, .6)
    p.line("M104 288q88 24 176 0", dark(c, .2), 2, o=.5)


def whistle_kettle(p):
    teapot(p, "kettle", 190, 328, 104, None, False, "metal", None, 54, 60, 190)
    c = p.hue
    p.body.insert(4, f'<path d="M112 214C86 66 294 66 268 214" fill="none" stroke="#b9c0c3" stroke-width="7"/>')
    p.line("M134 122Q190 84 246 122", "#a0733f", 17)
    p.line("M140 116Q190 84 238 114", "#c99a63", 4, o=.7)
    p.line("M327 218l9-11", "#6f777a", 19); p.line("M88 318q102 26 204 0", dark(c, .35), 4, o=.5)


def glass_kettle(p):
    p.shadow(194, 330, 92)
    t, prof = "#c77b34", FORM["round"]
    p.line("M122 200C100 60 288 60 266 200", "#c8a468", 13)
    p.line("M132 130Q150 92 194 92", "#e5cb97", 4, o=.8)
    spout(p, 262, 256, 66, 66, "#d5e2e2", 24, 8)
    p.path(lathe(194, scaled(prof[2:], 172, 324, 86), .15), t, o=.88); p.ell(194, 214, 78, 14, light(t, .35))
    p.path(lathe(194, [(190, 30), (290, 28)], .2), "#ffffff", o=.35)
    p.dots([(172 + 8 * (i % 6), 236 + 12 * (i // 6)) for i in range(24)], "#7d5a3a", 2.4, o=.6)
    p.path(lathe(194, scaled(prof, 172, 328, 90), .15), "#ffffff", **{"fill-opacity": ".14"}, s="#8fa6a8", w=2.5)
    p.path(lathe(194, [(156, 18), (160, 34), (172, 42)], .18), p.grad("#d6b779"))
    p.circ(194, 146, 11, p.grad("#c8a468"))
    gloss(p, 194, 216, 292, 90, .7)


def warmer(p):
    c = p.hue
    p.shadow(200, 322, 110)
    p.path(lathe(200, [(206, 104), (218, 110), (304, 110), (322, 100)], .18), p.grad(c))
    mouth(p, 200, 206, 104, light(c, .25), dark(c, .4), .22, 20)
    p.ell(200, 214, 34, 8, "#f6d98a"); p.path("M200 186q12 16 0 30q-12-14 0-30", "#f5b950")
    g = "#f3c873"
    for x, s in ((128, .8), (200, 1), (272, .8)):
        p.path(lens(x, 296, -1.57, 46, 11 * s) + lens(x, 290, -2.4, 28, 7 * s) + lens(x, 290, -.75, 28, 7 * s), g)
    p.path("M112 302q88 26 176 0", "none", s=dark(c, .3), w=2, o=.5)


def stove(p):
    c = p.hue
    p.shadow(200, 332, 96)
    p.path(lathe(200, scaled([(0, .9), (.1, .98), (.4, .86), (.6, .8), (.9, .92), (1, .9)], 138, 330, 96), .17), p.grad(c))
    mouth(p, 200, 138, 87, light(c, .3), "#3a302b", .24, 16)
    for x in (134, 200, 266):
        p.path(f"M{x - 10} {138 + (8 if x == 200 else -2)}l4-18h12l4 18z", dark(c, .1))
    p.dots([(168, 142), (184, 148), (206, 150), (228, 146), (196, 138), (216, 139)], "#3f3732", 17)
    p.dots([(172, 144), (190, 150), (214, 148), (204, 140)], "#e2703a", 8, o=.9)
    p.path("M164 318v-34q0-30 36-30t36 30v34q-36 10-72 0", dark(c, .5)); p.path("M176 318v-20q0-18 24-18t24 18v20q-24 6-48 0", "#d9683a", o=.55)
    p.line("M110 196q90 26 180 0M112 206q88 26 176 0", dark(c, .3), 2, o=.5)
    crackle(p, 130, 210, 270, 250, dark(c, .5), None, 3)


# ---- brewing tools ---------------------------------------------------------------------------

def fair_cup(p):
    glass_pitcher(p, 192, GROUND, 84, "#dba548", 168)
    p.dots([(206, 300), (208, 276), (208, 252)], WHITE, 5, o=.8)


def celadon_pitcher(p):
    c = p.hue
    p.shadow(200, GROUND, 76)
    p.path("M128 160q-26-2-34-14q20-12 50 4z", light(c, .2))
    body = lathe(200, [(152, 76), (186, 66), (216, 60), (262, 78), (304, 70), (322, 54)], .17)
    p.path(body, p.grad(c))
    mouth(p, 200, 152, 76, light(c, .5), "#f4f1e6", .2, 5)
    p.ell(200, 160, 62, 9, "#dfd58d")
    p.line("M136 240q64 20 128 0", dark(c, .3), 2, o=.45, clip=p.clip(body))
    gloss(p, 200, 244, 296, 76, .6); p.line("M138 176q2 20 8 30", WHITE, 6, o=.5)


def infuser(p):
    c = p.hue
    p.shadow(190, 318, 76)
    body = lathe(186, [(150, 78), (296, 60), (312, 54)], .17)
    p.path("M112 144h-46q-10 0-10 8t10 8h46zM262 144h46q10 0 10 8t-10 8h-46z", dark(c, .15))
    p.path(body, p.grad(c))
    clip = p.clip(body)
    p.line("".join(f"M{x} 150l{(186 - x) * .24:.0f} 170" for x in range(104, 276, 10)), dark(c, .35), 1.2, o=.5, clip=clip)
    p.line("".join(f"M100 {y}q86 26 172 0" for y in range(156, 312, 10)), dark(c, .35), 1.2, o=.5, clip=clip)
    mouth(p, 186, 150, 82, light(c, .6), dark(c, .45), .2, 8)
    heap(p, "twist", 186, 158, 104, 20, 18, ["#4a5a33", "#66763f", "#8a9a58"])
    p.shadow(306, 334, 52)
    p.path(lathe(300, [(320, 56), (334, 52)], .2), p.grad(c)); p.ell(300, 320, 56, 12, light(c, .5)); p.circ(300, 312, 9, p.grad(dark(c, .3)))


def strainer(p):
    c = p.hue
    p.circ(178, 196, 96, INK, o=.15)
    p.line("M252 254L352 344", INK, 17, o=.15)
    p.line("M106 116l-22-20", dark(c, .08), 22)
    p.line("M244 240L344 330", dark(c, .08), 17); p.line("M250 240L342 324", light(c, .5), 4, o=.7)
    p.circ(344, 330, 11, c); p.circ(344, 330, 5, p.tint)
    p.circ(170, 182, 96, p.grad(c)); p.circ(170, 182, 80, "#8d9496"); p.circ(166, 178, 78, "#c3cacc")
    clip = p.clip("M92 182a78 78 0 1 0 156 0a78 78 0 1 0-156 0")
    p.line("".join(f"M{x} 92v180M80 {x + 12}h180" for x in range(92, 256, 11)), "#7d8587", 1.3, o=.6, clip=clip)
    p.path("M92 182a78 78 0 0 0 156 0a90 60 0 0 1-156 0", INK, o=.14)
    p.line("M110 136a76 76 0 0 1 52-34", WHITE, 6, o=.6)


def scoop(p):
    c = p.hue
    d = "M52 268Q40 214 92 196L316 132q34-8 40 14q4 22-26 34L112 268Q66 292 52 268"
    p.drop(d)
    p.path(d, p.grad(c, 1, True))
    p.path("M66 260Q58 222 102 208L318 146q24-4 26 8q0 12-20 20L112 254Q76 272 66 260", dark(c, .18))
    p.line("M216 172q12 18 6 42M220 170q12 18 6 42", dark(c, .4), 2.5, o=.7)
    p.line("M84 240L210 196M236 186L322 158", light(c, .4), 3, o=.6)
    heap(p, "ball", 128, 246, 92, 34, 27, ["#3f5f3c", "#5b7d4c", "#86a168"])


def pick(p):
    c = p.hue
    p.line("M203 228L339 144", INK, 9, o=.15)
    d = "M72 268q-10-20 10-34l108-36q14 2 14 16l-4 10-102 54q-18 4-26-10"
    p.drop(d)
    p.line("M196 216L332 132", "#8f979a", 9); p.line("M200 211L330 131", "#eef2f2", 3)
    p.path("M326 130l34-22-24 34z", "#8f979a")
    p.path(d, p.grad(c, 1, True))
    p.line("M186 200l16 26", "#c9a253", 7); p.line("M90 250l86-38", light(c, .4), 4, o=.5)
    d = "M236 300l74-42q14-4 18 6t-6 18l-74 40q-16 4-20-6t8-16"
    p.drop(d, 5, 8)
    p.path(d, p.grad("#a8703f")); p.line("M248 304l66-36", "#e6c294", 1.6, **{"stroke-dasharray": "5 4"})


def whisk(p):
    c = p.hue
    p.shadow(200, 330, 66)
    ribs = ""
    for i in range(-9, 10):
        ribs += f"M{200 + i * 3.4:.0f} 216C{200 + i * 7} 256 {200 + i * 8.6:.0f} 300 {200 + i * 6.4:.0f} {328 - abs(i) * .8:.0f}"
    p.path("M168 214C150 262 130 296 142 322Q200 344 258 322C270 296 250 262 232 214z", light(c, .35), o=.55)
    p.line(ribs, dark(c, .12), 2.2)
    p.path("M184 214q-14 60-8 104q24 10 48 0q6-44-8-104z", dark(c, .3), o=.3)
    p.path(lathe(200, [(90, 29), (150, 29), (200, 32), (218, 33)], .2), p.grad(c))
    p.ell(200, 90, 29, 7, light(c, .4)); p.ell(200, 90, 19, 4, dark(c, .3))
    p.line("M171 150q29 9 58 0M170 155q29 9 58 0", dark(c, .3), 2, o=.6)
    p.line("M167 208q33 10 66 0M166 215q34 10 68 0", "#4a3b35", 4)
    p.line("M184 102v84", WHITE, 6, o=.4)


def chashaku(p):
    c = p.hue
    d = "M352 122L124 232q-40 18-58-4q-8-14 6-18q14-2 22 8q6 6 22-4L346 112q10 0 6 10"
    p.drop(d)
    p.path(d, p.grad(c, 1, True))
    p.path("M238 164l10 16", "none", s=dark(c, .4), w=4); p.line("M130 222L330 126", light(c, .5), 2.5, o=.7)
    p.shadow(128, 330, 70)
    p.path("M58 326q30-58 62-58t76 58q-66 18-138 0", p.grad("#97b356")); p.path("M86 318q20-36 36-38", "none", s="#c6da92", w=6, o=.7)


def scale(p):
    p.shadow(200, 318, 130)
    p.path("M92 226h216l44 78H48z", p.grad(p.hue, .5, True)); p.path("M48 304h304v16q0 8-8 8H56q-8 0-8-8z", dark(p.hue, .2))
    p.path("M112 234h176l26 46H86z", "#4c5557")
    p.path("M98 286h204l6 12H92z", "#2f3536"); p.line("M150 292h16m8 0h10m8 0h14m28 0h14", "#9fe0cf", 4)
    p.row = dict(p.row, color="celadon")
    vessel(p, 200, 268, 56, 74, "lotus", p.hue, None, "#fbf8f0", "#dfc36b", .22)
    steam(p, 196, 180, 56)


def thermometer(p):
    p.shadow(226, 330, 60)
    p.line("M200 200L214 330", "#8f979a", 9); p.line("M198 210L211 324", "#f2f5f5", 3)
    p.line("M206 250l26-4 8 52", "#a4acaf", 8)
    p.circ(200, 142, 84, p.grad("#b9c0c3")); p.circ(200, 142, 71, "#faf7ef")
    for a0, a1, col in ((200, 250, "#8fae5c"), (255, 300, "#d3a23c"), (305, 350, "#b0452a")):
        x0, y0, x1, y1 = (200 + 56 * math.cos(math.radians(a0)), 142 + 56 * math.sin(math.radians(a0)), 200 + 56 * math.cos(math.radians(a1)), 142 + 56 * math.sin(math.radians(a1)))
        p.path(f"M{pts((x0, y0))}A56 56 0 0 1 {pts((x1, y1))}", "none", s=col, w=12)
    p.line("M200 142L222 100", "#4a3b35", 5); p.circ(200, 142, 8, "#4a3b35")
    p.dots([(200 + 60 * math.cos(a), 142 + 60 * math.sin(a)) for a in (.5, 1, 1.57, 2.1, 2.64)], "#9aa0a0", 4)
    p.line("M136 116a70 70 0 0 1 38-38", WHITE, 6, o=.8)


def toad(p):
    c = p.hue
    g = p.grad(c)
    p.shadow(200, 326, 116)
    p.path("M92 322q-22-54 24-92q10-56 56-64q52-16 92 22q40 40 42 96q2 30-14 40z", g)
    p.ell(112, 312, 42, 20, dark(c, .15)); p.ell(262, 316, 52, 18, dark(c, .18)); p.ell(160, 320, 28, 11, light(c, .1))
    p.path("M92 240q-14-30 14-52q34-22 70 2q22 30-2 56q-44 26-82-6", g)
    p.line("M96 232q36 24 80 4", dark(c, .5), 4, o=.8)
    for x, y in ((112, 182), (164, 180)):
        p.circ(x, y, 16, p.grad(c)); p.circ(x - 2, y - 1, 6, "#241a17"); p.circ(x - 4, y - 4, 2.4, WHITE)
    p.circ(118, 246, 19, "#d2a84e"); p.rect(112, 240, 12, 12, dark("#d2a84e", .4), r=1)
    p.dots([(214, 196), (240, 214), (222, 228), (258, 240), (236, 254), (272, 270), (206, 256), (284, 246)], light(c, .25), 13, o=.55)
    p.line("M196 176q44-4 72 34", WHITE, 6, o=.25)


def leaf_rest(p):
    c = mix(p.hue, "#b9b48a", .35)
    p.shadow(204, 250, 140, 74)
    p.path("M58 252C70 130 210 84 340 108C352 226 250 320 120 286Q80 276 58 252", dark(c, .2))
    p.path("M60 244C72 128 210 84 338 106C346 218 250 306 122 276Q82 266 60 244", p.grad(c, 1, True))
    p.path("M86 236C104 148 210 112 314 126C312 206 236 272 130 254Q104 248 86 236", dark(c, .14))
    p.line("M84 242Q190 200 318 124M150 216q0-30 18-54M206 190q2-26 22-50M190 200q30 20 40 44M244 170q26 14 34 32M128 226q10 14 24 22", dark(c, .5), 3.4, o=.55)
    p.line("M78 222Q106 152 190 122", WHITE, 6, o=.7)


# ---- plates and bowls ------------------------------------------------------------------------

def carp(p, x, y):
    """A carp turning on itself, drawn along an arc."""
    at = lambda t, off: (x + (46 + off) * math.cos(2.7 + 4.3 * t), y + (46 + off) * math.sin(2.7 + 4.3 * t))
    wide = lambda t: 21 * math.sin(math.pi * min(1, .16 + t * .8)) ** .8
    ts = [i / 9 for i in range(10)]
    p.path(smooth([at(t, wide(t)) for t in ts]) + smooth([at(t, -wide(t)) for t in reversed(ts)], False) + "z", BLUE, o=.8)
    for a, size in ((1.5, 46), (2.35, 40)):
        p.path(lens(*at(.97, 0), a, size, 9, 6), BLUE, o=.7)
    p.path(lens(*at(.36, 17), -.5, 34, 9, -6) + lens(*at(.5, 17), .1, 28, 8, -6) + lens(*at(.3, -16), 1.5, 26, 7, 4), BLUE, o=.5)
    for row in (-9, 0, 9):
        p.line("".join(f"M{pts(at(.3 + .085 * i, row - 4))}Q{pts(at(.34 + .085 * i, row), at(.3 + .085 * i, row + 4))}" for i in range(6)), "#dfe6f3", 1.8)
    p.line(f"M{pts(at(.17, -17))}Q{pts(at(.23, 0), at(.17, 17))}", "#dfe6f3", 2.4)
    p.circ(*at(.07, 6), 3.4, "#f1f1ee")
    p.line(f"M{pts(at(.0, 8))}q-10 6-8 16M{pts(at(.0, -4))}q-2 8 6 14", BLUE, 2)


def plate(p, r=128, motif=None, well=.68):
    c, x, y = p.hue, 200, 196
    p.shadow(x + 6, y + 22, r * .92, r * .98)
    if motif == "petals" or motif == "scallop":
        k = 32 if motif == "petals" else 16
        d = "M" + pts((x + r, y))
        for i in range(1, k + 1):
            a, b = (i - .5) * 2 * math.pi / k, i * 2 * math.pi / k
            d += "Q" + pts((x + r * 1.06 * math.cos(a), y + r * 1.06 * math.sin(a)), (x + r * math.cos(b), y + r * math.sin(b)))
        p.path(d, p.grad(c))
    else:
        p.circ(x, y, r, p.grad(c))
    p.circ(x, y, r - 4, "none", s=light(c, .6), w=2, o=.8)
    if motif == "pool":
        p.circ(x, y, r - 4, p.radial((0, "#152e40"), (.35, "#1f4459"), (.68, "#47788c"), (.88, "#7fa3a6"), (1, "#c4b492")))
        p.circ(x, y, r * .7, "none", s=WHITE, w=2, o=.18)
        p.circ(x, y, r - 3, "none", s="#c9b48c", w=6, o=.8)
    else:
        p.circ(x, y, r * well, dark(c, .09)); p.circ(x + 2, y + 4, r * well - 3, light(c, .12))
    if motif == "speckle":
        speckle(p, x - r * .66, y - r * .66, x + r * .66, y + r * .66, dark(c, .5), None, 54)
        p.circ(x, y, r - 3, "none", s="#b5906a", w=6)
    elif motif == "petals":
        p.line("".join(f"M{pts((x + r * .5 * math.cos(a), y + r * .5 * math.sin(a)))}L{pts((x + r * .98 * math.cos(a), y + r * .98 * math.sin(a)))}" for a in [i * math.pi / 16 for i in range(32)]), dark(c, .2), 2, o=.45)
        p.circ(x, y, r * .48, dark(c, .06)); p.circ(x + 1, y + 2, r * .46, light(c, .4))
    elif motif == "scallop":
        p.circ(x, y, r * .9, "none", s=BLUE, w=2.5, o=.8); p.circ(x, y, r * .7, "none", s=BLUE, w=1.5, o=.6)
        carp(p, x, y - 2)
    p.path(f"M{n(x - r * .86)} {n(y - r * .22)}A{n(r * .9)} {n(r * .9)} 0 0 1 {n(x - r * .2)} {n(y - r * .86)}", "none", s=WHITE, w=7, o=.55)


def lotus_dish(p):
    c = p.hue
    p.shadow(206, 226, 116, 108)
    d, inner = "", ""
    for q, scale_ in ((0, 1), (1, .84)):
        ps = []
        for i in range(25):
            a = i * math.pi / 12
            rr = (122 + 9 * math.sin(5 * a + .8) + 5 * math.sin(3 * a)) * scale_
            ps.append((200 + rr * math.cos(a), 198 + rr * .94 * math.sin(a)))
        if q: inner = smooth(ps) + "z"
        else: d = smooth(ps) + "z"
    p.path(d, p.grad(light(c, .12))); p.path(inner, p.grad(dark(c, .1)))
    p.line("".join(f"M200 198Q{pts((200 + 50 * math.cos(a + .15), 198 + 48 * math.sin(a + .15)), (200 + 98 * math.cos(a), 198 + 92 * math.sin(a)))}" for a in [i * .698 for i in range(9)]), dark(c, .35), 2.4, o=.55)
    p.circ(200, 198, 8, dark(c, .25), o=.6)
    p.line("M96 168Q116 112 168 94", WHITE, 7, o=.65)


def long_plate(p):
    c = p.hue
    p.shadow(200, 250, 166, 46)
    p.path("M40 176q-8-10 6-12h308q14 2 6 12l18 76q0 14-16 14H38q-16 0-16-14z", p.grad(c, .8, True))
    p.path("M64 182h272l14 62H50z", dark(c, .16)); p.line("M46 170h308", light(c, .5), 3, o=.6)
    for x in (110, 200, 290):
        p.path(f"M{x - 34} 230l6-44q28-14 56 0l6 44q-34 12-68 0", p.grad("#e9c98f")); p.path(f"M{x - 28} 186q28-14 56 0q-28 12-56 0", "#8a9a4c"); p.line(f"M{x - 32} 214q32 10 64 0", "#fbf3df", 6)


def bowl(p, r=104, h=104, form="bowl", motif=None, inside=None, k=.26, extra=None):
    c = p.hue
    top, rt = vessel(p, 200, 318, r, h, form, c, motif, inside, None, k, 0 if extra == "fruit" else .5)
    if extra == "fruit":
        for x, y, q, col in ((160, top - 6, 36, "#e2933a"), (236, top - 8, 38, "#dc8430"), (200, top + 2, 38, "#eba548")):
            p.circ(x, y, q, p.grad(col)); p.path(lens(x, y - q + 3, -.6, 24, 6), "#6b7f3d")
        wall = p.clip(lathe(200, scaled(CUP[form], top, 318, r), k * .8))
        rim = f"M{n(200 - rt)} {n(top)}A{n(rt)} {n(rt * k)} 0 0 0 {n(200 + rt)} {n(top)}"
        p.path(rim + f"V340H{n(200 - rt)}z", p.grad(c), clip=wall)
        crackle(p, 90, top + 34, 310, 316, "#7d7463", wall, 12)
        p.path(rim, "none", s=light(c, .5), w=4)
    elif extra == "noodles":
        p.ell(200, top + 6, rt * .88, rt * k * .8, "#c9843f")
        p.line("".join(f"M{130 + 14 * i} {n(top + 4 + (i % 3) * 6)}q20-16 44-2t40 4" for i in range(6)), "#f1d8a0", 5)
        p.ell(252, top + 2, 20, 9, WHITE); p.ell(252, top + 2, 9, 5, "#e9a93c"); p.path(lens(140, top + 4, .3, 34, 6) + lens(150, top + 12, -.2, 34, 5), "#5f7d43")
        p.line(f"M{n(200 + rt * .2)} {n(top - 6)}L346 78M{n(200 + rt * .36)} {n(top - 4)}L362 88", "#8b5a3c", 6)
    elif extra == "rice":
        p.path(f"M{n(200 - rt + 8)} {n(top)}q10-52 {n(rt - 8)}-56q{n(rt - 18)} 4 {n(rt - 8)} 56q-{n(rt)} 36-{n(2 * rt - 16)} 0", p.grad("#fbf8ef"))
        p.line("".join(f"M{p.rnd.randint(134, 262)} {n(top - p.rnd.randint(0, 30))}l{p.rnd.randint(3, 6)} {p.rnd.randint(-4, 4)}" for _ in range(26)), "#ddd5c4", 3)
    elif extra == "dip":
        p.ell(200, top + 5, rt * .84, rt * k * .76, "#a5351f"); p.dots([(160, top + 2), (190, top + 9), (222, top), (240, top + 8), (206, top - 2)], "#e8b06a", 4)
        p.path(f"M{n(200 + rt * .8)} {n(top - 10)}q22-4 34 6q-12 12-26 12z", light(c, .3))


def cake_stand(p):
    c = p.hue
    p.shadow(200, 334, 80)
    p.path(lathe(200, [(206, 30), (236, 20), (282, 24), (318, 60), (332, 74)], .2), p.grad(c))
    p.path(lathe(200, [(186, 136), (198, 134), (214, 40)], .13), p.grad(c)); p.ell(200, 186, 136, 27, light(c, .5)); p.ell(200, 188, 126, 23, dark(c, .06))
    p.path(lathe(200, [(112, 84), (182, 88)], .22), p.grad("#e2b878")); p.path("M116 138q84 26 168 0v14q-84 28-168 0z", "#c9646a")
    p.ell(200, 112, 84, 18, "#fdf8ee"); p.path("M116 112q0 24 14 24q10 0 12-10q10 16 26 6q12 18 34 4q16 14 30-2q14 8 24-6q14 6 18-16z", "#fdf8ee")
    for x, y in ((176, 104), (210, 98), (226, 112)):
        p.circ(x, y, 10, p.grad("#c23f3f"))


def two_tier(p):
    b = p.hue
    p.shadow(200, 330, 130)
    p.line("M200 320V74", b, 7); p.circ(200, 62, 17, "none", s=b, w=6)
    for y, r in ((306, 134), (178, 96)):
        p.path(lathe(200, [(y, r), (y + 16, r * .6), (y + 22, r * .42)], .16), p.grad("#f4f1ea")); p.ell(200, y, r, r * .17, "#fdfbf6"); p.ell(200, y + 1, r * .9, r * .14, "#e6e1d6")
    for x in (116, 166, 238, 284):
        p.path(f"M{x - 26} 306l26-38 26 38q-26 10-52 0", "#f2dfb6"); p.path(f"M{x - 20} 300l20-6 20 6-4-8h-32z", "#8a9a4c")
    for x, col in ((148, "#dba9a4"), (176, "#97a75a"), (226, "#e3bb74"), (254, "#7d4d40")):
        p.path(f"M{x - 13} 178v-18q13-9 26 0v18q-13 6-26 0", p.grad(col)); p.ell(x, 160, 13, 5, light(col, .5))
    p.line("M200 292V186", b, 7); p.line("M198 150V84", light(b, .5), 2.5)


def butter_dish(p):
    c = p.hue
    p.shadow(200, 326, 132)
    p.path("M64 296h272l-14 26q-2 6-10 6H88q-8 0-10-6z", p.grad(dark(c, .08))); p.ell(200, 296, 136, 20, light(c, .2)); p.ell(200, 296, 118, 15, "#efe4cb")
    p.path("M92 294v-66q0-48 48-48h120q48 0 48 48v66q-108 26-216 0", p.grad(c)); p.line("M92 288q108 26 216 0", dark(c, .3), 2.5, o=.6)
    p.path(lathe(200, [(150, 20), (158, 24), (170, 12), (182, 16)], .3), p.grad(c)); p.path("M110 282v-50q0-34 30-36", "none", s=WHITE, w=8, o=.25)
    p.line("M100 250q100 22 200 0M100 258q100 22 200 0", light(c, .4), 2, o=.5)


# ---- storage ---------------------------------------------------------------------------------

def tin(p, cx=200, top=120, base=GROUND, r=76, c=None, mark=None):
    c = c or p.hue
    h = base - top
    p.shadow(cx, base, r * 1.05)
    p.path(lathe(cx, [(top + h * .2, r), (base, r)], .17), p.grad(c))
    p.path(f"M{n(cx - r)} {n(top + h * .42)}a{r} {n(r * .17)} 0 0 0 {r * 2} 0v{n(h * .32)}a{r} {n(r * .17)} 0 0 1-{r * 2} 0z", p.grad("#f2e8d0", .8))
    p.path(lathe(cx, [(top, r + 2), (top + h * .24, r + 2)], .17), p.grad(dark(c, .1))); p.ell(cx, top, r + 2, r * .17, light(c, .2)); p.ell(cx, top + 1, r * .84, r * .14, c)
    y = top + h * .63
    if mark == "leaf":
        p.path(lens(cx - 2, y + 20, -1.9, 40, 9) + lens(cx - 2, y + 20, -1, 30, 8), c)
    elif mark == "cloud":
        p.line(f"M{n(cx - 34)} {n(y + 12)}h50a11 11 0 1 0-10-18a15 15 0 0 0-28 2a9 9 0 1 0 0 16", c, 3.5)
        for q, w in ((.06, 2), (.1, 5), (.14, 2)):
            p.line(f"M{n(cx - r)} {n(top + h * q + 6)}a{r} {n(r * .17)} 0 0 0 {2 * r} 0", "#e3b877", w, o=.8, **({"stroke-dasharray": "0 13"} if w == 5 else {}))
    p.line(f"M{n(cx - r * .7)} {n(top + h * .3)}V{n(base - 16)}", WHITE, max(5, r * .1), o=.28)


def copper_caddy(p):
    c = p.hue
    p.shadow(200, GROUND, 84)
    p.path(lathe(200, [(196, 80), (322, 80)], .18), p.grad(c, 1.3)); p.path(lathe(200, [(150, 82), (212, 82)], .18), p.grad(light(c, .08), 1.3)); p.ell(200, 150, 82, 15, light(c, .45)); p.ell(200, 151, 76, 13, light(c, .15))
    p.line("M118 213q82 30 164 0", dark(c, .5), 2.5, o=.6)
    p.line("".join(f"M120 {y}q80 28 160 0" for y in range(230, 316, 9)), dark(c, .3), 1, o=.35)
    p.line("M146 170v138", WHITE, 11, o=.45); p.line("M162 174v134", WHITE, 3, o=.35); p.line("M258 172v134", light(c, .5), 5, o=.35)


def jar(p, form="ginger", r=90, top=158):
    c = p.hue
    prof = {"ginger": [(0, .56), (.06, .6), (.2, .9), (.38, 1), (.65, .84), (.9, .64), (1, .62)],
            "drum": [(0, .72), (.1, .88), (.35, 1), (.6, 1), (.88, .84), (1, .74)]}[form]
    p.shadow(200, GROUND, r * .9)
    body = lathe(200, scaled(prof, top, GROUND, r), .17)
    p.path(body, p.grad(c))
    rt = prof[0][1] * r
    if form == "ginger":
        p.path(lathe(200, [(top - 44, rt * .3), (top - 38, rt * .7), (top - 20, rt * 1.06), (top + 4, rt * 1.1)], .17), p.grad(c)); p.circ(200, top - 52, 11, p.grad(dark(c, .1)))
        p.line(f"M{n(200 - r)} {top + 78}q{r} 34 {2 * r} 0m0 10q{-r} 34 {-2 * r} 0", dark(c, .28), 2, o=.5, clip=p.clip(body))
        p.line(f"M{n(200 - r)} {top + 122}q{r} 30 {2 * r} 0", dark(c, .28), 2, o=.4, clip=p.clip(body))
        gloss(p, 200, top + 34, top + 118, r, .6)
    else:
        p.path(lathe(200, [(top - 22, rt * .7), (top - 16, rt * 1.06), (top + 2, rt * 1.12), (top + 10, rt * 1.1)], .17), p.grad(c)); p.ell(200, top - 21, rt * .72, rt * .13, light(c, .18))
        p.path(lathe(200, [(top - 42, 22), (top - 36, 24), (top - 22, 14)], .25), p.grad(dark(c, .1)))
        p.rect(172, top + 54, 56, 70, dark(c, .12), r=2); p.line(f"M186 {top + 112}q8-40 18-44q6 30-4 44m4-24q12-2 14-14", light(c, .35), 2.6, o=.7)
        gloss(p, 200, top + 44, top + 110, r, .16, 12)


def glass_jar(p):
    p.shadow(200, GROUND, 84)
    p.path(lathe(200, [(212, 80), (302, 80), (318, 70)], .17), "#efe0b4", o=.6)
    for i in range(13):
        x, y = 138 + (i % 5) * 31 + (i // 5 % 2) * 10, 232 + (i // 5) * 32
        p.dots([(x + 10 * math.cos(a), y + 8 * math.sin(a)) for a in (.3, 1.5, 2.8, 4.1, 5.3)], "#fffaf0" if i % 3 else "#f6dfc9", 11); p.circ(x, y, 5, "#dfae3d")
    p.path(lathe(200, [(152, 66), (172, 84), (300, 84), (322, 74)], .17), "#ffffff", o=.3, s="#8fa6a8", w=2.5)
    w = "#b07a4d"
    p.path(lathe(200, [(116, 70), (150, 70)], .18), p.grad(w)); p.ell(200, 116, 70, 13, light(w, .3)); p.line("M150 112q50-8 100 0M160 120q40 6 80 0", dark(w, .25), 1.6, o=.6); p.line("M132 154q68 22 136 0", WHITE, 5, o=.7)
    p.line("M136 190v108", WHITE, 8, o=.7)


def wood_box(p):
    c = p.hue
    p.shadow(200, 322, 150)
    p.path("M62 108h276q8 0 8 8v74H54v-74q0-8 8-8", p.grad(dark(c, .12))); p.rect(70, 122, 260, 62, dark(c, .3), r=3)
    p.path("M54 188h292l24 66H30z", dark(c, .45))
    cols = ("#7d9468", "#c4bca4", "#93493a", "#cfae5f", "#5d7a77", "#c98f6d", "#8d9aa8", "#b9422f")
    for i, col in enumerate(cols):
        a, b = i % 4, i // 4
        y, s, w = 194 + 29 * b, 282 + 14 * b * 1.6, 0
        x = 200 + (a - 2) * s / 4 + 5
        p.rect(x, y, s / 4 - 9, 24, col, r=2); p.rect(x, y, s / 4 - 9, 7, light(col, .45), r=2)
    p.path("M28 254h344v58q0 8-8 8H36q-8 0-8-8z", p.grad(c)); p.line("M40 276q60-10 130 2t190-6M40 296q90 8 170-2t150 4", dark(c, .3), 2, o=.5); p.line("M30 256h340", light(c, .4), 2, o=.5)
    p.rect(186, 248, 28, 18, "#c9a253", r=3); p.rect(94, 180, 22, 12, "#c9a253", r=2); p.rect(284, 180, 22, 12, "#c9a253", r=2)


def cake_box(p):
    c = p.hue
    p.shadow(200, 320, 138)
    p.path(lathe(200, [(254, 134), (318, 132)], .22), p.grad(c)); p.line("".join(f"M{n(200 + 134 * math.sin(a))} {n(268 + 29 * math.cos(a))}v40" for a in [-1.2 + .2 * i for i in range(13)]), dark(c, .4), 4, o=.55)
    mouth(p, 200, 254, 134, light(c, .3), dark(c, .3), .22, 10)
    p.ell(200, 252, 108, 22, "#6d6542"); p.ell(200, 250, 104, 20, "#857a50"); p.ell(200, 250, 22, 5, "#efe4cb")
    p.line("".join(f"M{p.rnd.randint(112, 280)} {p.rnd.randint(242, 262)}q8-5 16 0" for _ in range(22)), "#4a4630", 2.4, o=.8)
    p.path("M106 96a112 78 0 0 1 200-8l20 88a118 60 0 0 1-234 8z", "none")
    p.ell(214, 156, 122, 82, dark(c, .22)); p.ell(208, 152, 120, 80, p.grad(c)); p.ell(208, 152, 104, 67, dark(c, .1)); p.line("M126 134h160M116 152h184M124 172h166M150 112h112M148 194h116", dark(c, .3), 1.6, o=.5); p.line("M112 126q26-46 80-52", WHITE, 5, o=.5)


def pocket_tin(p):
    c = p.hue
    p.shadow(200, GROUND, 84)
    p.path(lathe(200, [(226, 80), (318, 80)], .2), p.grad(light(c, .25))); p.path(lathe(200, [(166, 84), (240, 84)], .2), p.grad(c)); p.ell(200, 166, 84, 19, light(c, .25)); p.ell(200, 167, 78, 16, mix(c, "#33507a", .45)); p.ell(212, 167, 26, 7, "#f6e9bf"); p.ell(222, 165, 22, 6, mix(c, "#33507a", .45))
    p.line("".join(f"M{n(200 + 84 * math.sin(a))} {n(186 + 17 * math.cos(a))}v50" for a in [-1.4 + .14 * i for i in range(21)]), dark(c, .25), 2, o=.4); p.line("M140 262v46", WHITE, 8, o=.5)


# ---- linens and trays ------------------------------------------------------------------------

def towel(p):
    c, b = p.hue, "#37486f"
    p.shadow(204, 226, 124, 136)
    p.path("M98 74l190-6 18 252-196 12z", dark(c, .14)); p.path("M92 70l186-8 14 246-190 10z", p.grad(c, .5)); p.path("M92 70l92-4 12 248-94 4z", light(c, .4), o=.55)
    for y in (96, 112, 128, 258, 274, 290):
        p.line(f"M{n(94 + (y - 70) * .04)} {y}l186-8", b, 7 if y in (112, 274) else 4, o=.9, **{"stroke-linecap": "butt"})
    p.line("M186 66l10 248", dark(c, .3), 2, o=.45); p.line("M184 64q0-26 12-26t10 24", b, 5); p.line("M104 312l188-10", dark(c, .3), 1.4, o=.6, **{"stroke-dasharray": "4 4"})


def waffle(p):
    c = p.hue
    p.shadow(206, 232, 122, 118)
    for x, y, col, k in ((122, 84, light(c, .22), 0), (84, 134, c, 1)):
        d = f"M{x + 8} {y}h168q8 0 8 8l4 160q0 8-8 8H{x + 4}q-8 0-8-8l4-160q0-8 8-8"
        p.path(d, p.grad(col, .7)); clip = p.clip(d)
        p.line("".join(f"M{x - 10} {y + 17 * i}h210" for i in range(1, 11)) + "".join(f"M{x + 17 * i} {y - 6}v200" for i in range(0, 12)), dark(col, .25), 3, o=.4, clip=clip)
        p.path(d, "none", s=dark(col, .22), w=3, o=.7)
    p.path("M84 220h92v92H84z", dark(c, .12), o=.35)


def napkins(p):
    c = p.hue
    p.shadow(206, 300, 140, 40)
    for i in range(4):
        y = 290 - i * 24
        col = light(c, .08 * i)
        p.path(f"M{64 + 3 * i} {y}q-8 12 0 24h{270 - 4 * i}q10-12 0-24z", p.grad(col, .7)); p.line(f"M{66 + 3 * i} {y + 12}h{266 - 4 * i}", dark(col, .2), 1.6, o=.5)
    p.path("M76 216L120 116h206l10 100z", p.grad(light(c, .26), .6, True)); p.path("M94 204l34-76h188l8 76z", "none", s=dark(c, .2), w=1.8, o=.6)
    p.path("M206 216l30-100h90l10 100z", light(c, .5), o=.5); p.line("M206 216l30-100", dark(c, .25), 2, o=.5)


def runner(p):
    c = p.hue
    p.shadow(200, 318, 160, 30)
    p.path("M112 92h176l76 230H36z", p.grad(c, .6)); p.path("M36 322h328l2 7H34z", dark(c, .35))
    for row in range(3):
        y, step = 306 - row * 26, 39 - row * 2.4
        x = 48 + row * 9.5
        p.line("".join(f"M{n(x + step * i)} {y}q{n(step / 2)}-34 {n(step)} 0m{n(-step * .78)} 0q{n(step * .28)}-17 {n(step * .56)} 0" for i in range(8)), "#eef0ee", 2.4, **{"stroke-dasharray": "6 3.5"})
    p.line("M112 112h176M108 122h184", "#eef0ee", 2.4, **{"stroke-dasharray": "6 3.5"})
    p.row = dict(p.row, color="white")
    taster(p, 152, 218, 38, "#d7a24d"); taster(p, 246, 206, 38, "#d7a24d")


def slats(p):
    c = p.hue
    p.shadow(204, 300, 150, 40)
    p.path("M52 150h264l36 150H28z", p.grad(c, .6, True))
    p.line("".join(f"M{n(52 - 24 * t)} {n(150 + 150 * t)}H{n(316 + 36 * t)}" for t in [i / 15 for i in range(1, 15)]), dark(c, .35), 2, o=.5)
    p.line("M110 150L92 300M184 150V300M258 150l22 150", "#4a3b35", 3.5, **{"stroke-dasharray": "5 5"})
    p.rect(44, 122, 280, 44, p.grad(light(c, .1), 1, True), r=22); p.circ(324 - 22, 144, 22, light(c, .3)); p.line("M302 144m0-14a14 14 0 1 1-14 14a8 8 0 0 1 14-4", dark(c, .3), 2.5); p.line("M110 122v44M184 122v44M258 122v44", "#4a3b35", 4)


def coasters(p):
    cols = ["#a3a19d", "#7d8a55", "#b3643f", "#c3c0ba", "#96a26c", "#9b5636"]
    p.shadow(206, 232, 136, 112)
    for (x, y), col in zip(((128, 120), (232, 108), (300, 186), (100, 226), (262, 270), (178, 206)), cols):
        p.circ(x + 3, y + 6, 62, INK, o=.16); p.circ(x, y + 4, 62, dark(col, .2)); p.circ(x, y, 62, col); p.path(f"M{x - 50} {y - 18}a54 54 0 0 1 50-36", "none", s=light(col, .5), w=5, o=.35)
    p.dots([(178 + 52 * math.sqrt(p.rnd.random()) * math.cos(a), 206 + 52 * math.sqrt(p.rnd.random()) * math.sin(a)) for a in [p.rnd.uniform(0, 6.28) for _ in range(40)]], "#d98a64", 2.2, o=.6)


def tea_tray(p):
    c = p.hue
    p.shadow(200, 320, 168)
    p.path("M72 200h256l48 84H24z", p.grad(light(c, .12), .5, True)); p.path("M84 208h232l38 68H46z", dark(c, .45))
    p.line("".join(f"M{n(88 + 16.2 * i)} 207L{n(52 + 21 * i)} 277" for i in range(15)), light(c, .1), 10, **{"stroke-linecap": "butt"})
    p.path("M24 284h352v28q0 10-10 10H34q-10 0-10-10z", p.grad(c)); p.line("M30 286h340", light(c, .5), 3, o=.7); p.rect(150, 296, 100, 12, dark(c, .35), r=6)
    p.row = dict(p.row, color="purple-brown", material="Yixing zisha clay")
    keep = p.body[:4]
    teapot(p, "plum", 160, 246, 48, "ear", True, "ball", None, 28, 28, 160)
    taster(p, 262, 250, 28, "#c9772f"); taster(p, 314, 262, 28, "#c9772f")


def round_tray(p, motif="wood"):
    c = p.hue
    p.shadow(200, 262, 164, 74)
    p.path(lathe(200, [(222, 160), (250, 154), (262, 140)], .44), dark(c, .25)); p.ell(200, 222, 160, 76, p.grad(light(c, .08))); p.ell(200, 226, 146, 66, dark(c, .2)); p.ell(200, 230, 145, 63, p.grad(c, .6))
    if motif == "wood":
        p.line("M70 214q60-12 130-4t128-6M58 232q80-8 150 2t130-4M76 256q70-10 130 0t120-4M110 276q60-4 90 2t84-4", dark(c, .35), 2, o=.45)
        p.path("M40 214q2-16 16-24l8 4q-12 10-14 22zM360 214q-2-16-16-24l-8 4q12 10 14 22z", dark(c, .6))
        p.row = dict(p.row, color="cream", material="Stoneware")
        teapot(p, "round", 150, 238, 54, "loop", True, "ball", None, 34, 32, 176)
        taster(p, 268, 246, 26, "#b0452a"); taster(p, 240, 274, 26, "#b0452a")
    else:
        speckle(p, 90, 190, 310, 270, light(c, .5), p.clip("M55 230a145 63 0 1 0 290 0a145 63 0 1 0-290 0"), 70)
        p.ell(200, 230, 118, 48, "none", s=dark(c, .35), w=4, o=.6); p.circ(310, 250, 6, "#1f1f20")
        p.row = dict(p.row, color="white")
        gw = p.hue
        vessel(p, 170, 238, 44, 52, "tea", gw, None, "#fff", None, .24); p.path(lathe(170, [(170, 14), (176, 30), (186, 40), (189, 40)], .2), p.grad(gw)); p.path(lathe(170, [(160, 12), (170, 9)], .3), p.grad(gw))
        taster(p, 252, 246, 28, "#d7a24d")


def lacquer_tray(p):
    c = p.hue
    p.shadow(200, 306, 158)
    p.path("M86 176h228q12 0 18 10l42 96q4 22-18 24H44q-22-2-18-24l42-96q6-10 18-10", dark(c, .5)); p.path("M88 172h224q12 0 18 10l42 92q4 20-18 22H46q-22-2-18-22l42-92q6-10 18-10", p.grad(c, .8, True))
    p.path("M98 188h204l40 86q0 8-12 8H70q-12 0-12-8z", dark(c, .2)); p.path("M98 194h204l36 80H62z", p.grad(c, .6)); p.line("M30 284q4 10 16 12M370 284q-4 10-16 12M72 180q6-8 14-8M328 180q-6-8-14-8", "#2a1715", 6)
    p.line("M108 202h96", WHITE, 5, o=.4)
    p.row = dict(p.row, color="white"); taster(p, 160, 258, 34, "#b0452a"); taster(p, 244, 250, 34, "#b0452a")


def cosy(p):
    c = p.hue
    p.shadow(200, 328, 120)
    p.path("M322 240q42-8 50-34l10 6q-10 52-56 64zM80 236q-58-16-52 32t56 40l2-14q-40-4-38-26t34-16z", "#dccdb2")
    d = "M84 322C78 200 118 112 200 108C282 112 322 200 316 322Q200 340 84 322"
    p.path(d, p.grad(c)); clip = p.clip(d)
    p.line("".join(f"M{60 + 44 * i} 90l-170 250M{-100 + 44 * i} 90l170 250" for i in range(0, 12)), dark(c, .3), 2, o=.5, clip=clip)
    p.path("M78 304q122 22 244 0v26q-122 20-244 0z", light(c, .4), clip=clip); p.path("M190 112q-18-40 10-40t10 40", "none", s="#8b5a3c", w=8); p.line("M112 280q4-92 52-138", WHITE, 9, o=.3)


# ---- sweets ----------------------------------------------------------------------------------

def small_plate(p, c="#f4f1ea", y=316, r=146):
    p.shadow(200, y + 16, r)
    p.path(lathe(200, [(y, r), (y + 16, r * .64), (y + 22, r * .5)], .18), p.grad(c)); p.ell(200, y, r, r * .22, light(c, .5)); p.ell(200, y + 1, r * .88, r * .18, dark(c, .06))


def bar(p, x, y, w, h, d, c, t=0):
    """A biscuit or cake as a block: front face, top face."""
    p.path(f"M{x} {y}l{d}-{d}h{w}l-{d} {d}z", light(c, .28)); p.path(f"M{x + w} {y}l{d}-{d}v{h}l-{d} {d}z", dark(c, .22)); p.rect(x, y, w, h, p.grad(c, .5), r=2)


def shortbread(p):
    c = p.hue
    small_plate(p, "#c9d4d6")
    for x, y in ((92, 282), (206, 282), (122, 248), (214, 246), (158, 214)):
        bar(p, x, y, 92, 26, 16, c)
        p.dots([(x + 20 + 17 * i, y - 8) for i in range(5)], dark(c, .35), 4, o=.7)


def cookies(p, kind="matcha"):
    c = p.hue
    small_plate(p, "#efe6d6" if kind == "matcha" else "#8fa3a0")
    places = ((122, 280), (272, 278), (200, 296), (160, 246), (240, 244)) if kind == "matcha" else ((110, 290), (286, 290), (200, 298), (150, 274), (250, 272), (200, 252))
    for x, y in places:
        rx, ry, t = (58, 30, 15) if kind == "matcha" else (56, 22, 7)
        p.path(f"M{x - rx} {y}v{t}a{rx} {ry} 0 0 0 {2 * rx} 0v-{t}z", dark(c, .25)); p.ell(x, y, rx, ry, p.grad(c, .6))
        spots = [(x + p.rnd.uniform(-.7, .7) * rx, y + p.rnd.uniform(-.6, .6) * ry) for _ in range(6)]
        if kind == "matcha":
            p.dots(spots, "#f7f0dc", 11)
        else:
            p.line(f"M{x - 34} {y}l14-8 10 10 16-12 12 12 14-6", dark(c, .4), 1.8, o=.7); p.dots(spots[:5], "#e2b06c", 4)


def biscotti(p):
    c = p.hue
    small_plate(p, "#b9c6b4")
    for i, (x, y, a) in enumerate(((104, 300, -8), (150, 268, -14), (206, 286, -4), (160, 232, 8), (222, 248, 14))):
        p.body.append(f'<g transform="translate({x} {y}) rotate({a})">')
        p.path("M-16 8q-2-34 30-40l78-2q34 4 34 38q0 10-8 12H-6q-10 0-10-8", dark(c, .22)); p.path("M-14 0q0-30 28-34l78-2q30 4 32 34q0 6-8 6H-6q-8 0-8-4", p.grad(c, .5))
        p.path(lens(6, -14, .4, 22, 7) + lens(44, -8, -.5, 24, 7) + lens(80, -20, .6, 22, 7), "#f6e6c8", s=dark(c, .3), w=2); p.body.append("</g>")


def pineapple_cakes(p):
    small_plate(p, "#8aa0a2")
    c = p.hue
    for x, y in ((86, 268), (158, 262), (232, 268), (120, 212), (192, 208)):
        bar(p, x, y, 66, 44, 18, c); p.rect(x + 6, y + 6, 54, 32, "none", r=3, s=dark(c, .2), w=1.6, o=.5); p.ell(x + 42, y - 9, 20, 5, dark(c, .12), o=.4)
    bar(p, 150, 312, 66, 40, 18, c); p.path("M216 312l18-18v40l-18 18z", "#d58a2c"); p.path("M216 320l12-12v26l-12 12z", "#eab23f")


def mung_cakes(p):
    c = p.hue
    small_plate(p, "#7f9a8a")
    for x, y in ((128, 274), (272, 274), (200, 292), (164, 230), (236, 230)):
        p.path(f"M{x - 44} {y}v22a44 22 0 0 0 88 0v-22z", dark(c, .18)); p.ell(x, y, 44, 22, p.grad(light(c, .15), .5))
        p.line("".join(f"M{n(x + 8 * math.cos(a))} {n(y + 4 * math.sin(a))}L{n(x + 32 * math.cos(a))} {n(y + 15 * math.sin(a))}" for a in [i * .785 for i in range(8)]), dark(c, .22), 3, o=.6); p.dots([(x - 4, y - 2), (x + 5, y + 1), (x + 1, y + 4)], "#dd9a2e", 5)


def brittle(p):
    c = p.hue
    small_plate(p, "#d7c5a8")
    for x, y, a in ((92, 292, -6), (190, 296, 8), (136, 254, 4), (216, 250, -10), (168, 214, 12)):
        d = f"M{x} {y}l14-30 72-8 24 30-22 22-66 4z"
        p.path(d, dark(c, .3), t=f"translate(0 7)"); p.path(d, c); p.dots([(x + p.rnd.uniform(14, 96), y + p.rnd.uniform(-28, 8)) for _ in range(16)], "#d8c49a" if a > 0 else "#8d7a5c", 4.4, o=.9)
        p.line(f"M{x + 20} {y - 24}l56-7", WHITE, 3, o=.35)


def mooncakes(p):
    c = p.hue
    small_plate(p, "#a04a3c")
    for x, y in ((116, 262), (284, 262), (200, 286), (200, 226)):
        d = f"M{x - 56} {y}"
        for i in range(7):
            d += f"q8 {30 if 0 < i < 6 else 26} 16 {(6, 4, 1, 0, -1, -4, -6)[i]}"
        p.path(f"M{x - 56} {y}v24q0 24 56 28q56-4 56-28v-24z", p.grad(dark(c, .16))); p.line("".join(f"M{x - 42 + 14 * i} {y + 24 - abs(3 - i) * 2}v24" for i in range(7)), dark(c, .35), 2.5, o=.5)
        p.ell(x, y, 58, 28, p.grad(c, .6)); p.ell(x, y, 46, 21, "none", s=dark(c, .3), w=3, o=.65)
        p.line("".join(f"M{x} {y}q{n(18 * math.cos(a - .4))} {n(9 * math.sin(a - .4))} {n(32 * math.cos(a))} {n(14 * math.sin(a))}" for a in [i * 1.047 for i in range(6)]), dark(c, .3), 3.4, o=.65); p.circ(x, y, 5, light(c, .3))


def chocolate(p):
    c = p.hue
    p.shadow(208, 236, 120, 132)
    p.path("M112 60h176v250H112z", p.grad(c, .5))
    for j in range(5):
        for i in range(3):
            x, y = 119 + 56 * i, 66 + 49 * j
            p.rect(x, y, 50, 43, dark(c, .25), r=3); p.path(f"M{x + 5} {y + 5}h40l-5 6H{x + 11}v22l-6 5z", light(c, .22), o=.8)
    p.path("M104 190l22-12 20 10 26-12 24 12 26-12 24 10 26-10 24 12v132q0 6-6 6H110q-6 0-6-6z", "#d8c9a4"); p.path("M100 208h200v122q0 6-6 6H106q-6 0-6-6z", p.grad("#93493a", .5)); p.rect(140, 236, 120, 70, "#f2e8d0", r=3)
    p.path(lens(200, 298, -1.9, 46, 9) + lens(200, 298, -1.1, 40, 9), "#93493a")


def rock_sugar(p):
    c = "#e2ae55"
    p.shadow(200, 330, 140)
    for x, y, s in ((128, 270, 1), (220, 262, 1.15), (88, 318, .8), (174, 326, 1), (272, 322, .95), (180, 214, .8)):
        k = lambda u, v: f"{x + u * s:.0f} {y + v * s:.0f}"
        p.path(f"M{k(-44, 8)}L{k(-24, -34)}L{k(20, -40)}L{k(46, -6)}L{k(28, 24)}L{k(-20, 28)}z", dark(c, .12), o=.95); p.path(f"M{k(-44, 8)}L{k(-24, -34)}L{k(0, -8)}z", light(c, .55)); p.path(f"M{k(-24, -34)}L{k(20, -40)}L{k(0, -8)}z", light(c, .32)); p.path(f"M{k(20, -40)}L{k(46, -6)}L{k(0, -8)}z", c); p.path(f"M{k(-44, 8)}L{k(0, -8)}L{k(-20, 28)}z", light(c, .2))


def peel(p):
    small_plate(p, "#5f7f86")
    spots = []
    while len(spots) < 18:
        u, v = p.rnd.uniform(-1, 1), p.rnd.random()
        if v < 1 - u * u:
            spots.append((200 + u * 96, 312 - v * 66))
    spots.sort(key=lambda q: q[1])
    for k in range(3):
        d = ""
        for x, y in spots[k * 6:k * 6 + 6]:
            a = p.rnd.uniform(-.7, .7)
            c, s, b = 27 * math.cos(a), 27 * math.sin(a), p.rnd.choice((-17, 15))
            d += f"M{x - c:.0f} {y - s:.0f}q{c - b * s / 27:.0f} {s + b:.0f} {2 * c:.0f} {2 * s:.0f}"
        p.line(d, "#b95f18", 17)
        p.line(d, ("#e08a30", "#ea9a3e", "#f2aa50")[k], 11)
        p.line(d, "#fff3da", 2.4, o=.9, **{"stroke-dasharray": "0 6 0 11"})


def honey(p):
    c = p.hue
    p.shadow(186, 326, 88)
    p.path(lathe(186, [(176, 70), (196, 86), (300, 86), (324, 74)], .16), p.grad(c)); p.path(lathe(186, [(164, 66), (180, 74), (300, 88), (326, 76)], .16), "#ffffff", o=.16, s="#b98f3d", w=2)
    p.path("M99 226q87 28 174 0v66q-87 30-174 0z", "#fbf4df"); p.dots([(186 + 18 * math.cos(a), 264 + 15 * math.sin(a)) for a in [i * 1.047 for i in range(6)]], "#d9b650", 12); p.circ(186, 264, 8, "#a9782a")
    p.path(lathe(186, [(126, 70), (162, 70)], .17), p.grad("#f1e3c4")); p.ell(186, 126, 70, 12, "#fff8e6"); p.line("M116 150q70 22 140 0", "#c2563f", 6)
    p.line("M122 198v112", WHITE, 8, o=.55)
    p.line("M276 334L356 212", "#a8743f", 9); p.ell(286, 322, 17, 27, p.grad("#b5813f"), t="rotate(33 286 322)"); p.line("M268 312l30 18M276 300l28 17M264 324l28 17", "#7d5426", 3)


# ---- gift sets -------------------------------------------------------------------------------

def gift_box(p, c, x=82, y=176, w=236, h=146, ribbon="#c9a253", lid=True):
    p.shadow(x + w / 2, y + h, w * .55)
    p.rect(x, y, w, h, p.grad(c, .8), r=3)
    if lid:
        p.rect(x - 8, y - 10, w + 16, 46, p.grad(light(c, .1), .8), r=3); p.rect(x, y + 36, w, 5, INK, o=.16)
    m = x + w / 2
    p.rect(m - 13, y - 10 if lid else y, 26, h + (10 if lid else 0), ribbon); p.rect(m - 13, y - 10 if lid else y, 7, h + (10 if lid else 0), light(ribbon, .4), o=.6)
    t = y - 12
    p.path(f"M{m} {t}q-66-60-78-22q-4 24 78 22M{m} {t}q66-60 78-22q4 24-78 22", ribbon); p.path(f"M{m} {t}q-48-36-58-18q0 14 58 18M{m} {t}q48-36 58-18q0 14-58 18", dark(ribbon, .3)); p.path(f"M{m} {t}q-26 14-40 50l18-4 8 12q4-34 14-58M{m} {t}q26 14 40 50l-18-4-8 12q-4-34-14-58", dark(ribbon, .12)); p.rect(m - 11, t - 11, 22, 20, light(ribbon, .15), r=7)


def sampler(p):
    c = p.hue
    p.shadow(200, 326, 150)
    p.path("M64 86h272v96H64z", p.grad(c)); p.rect(80, 100, 240, 70, light(c, .12), r=2); p.path("M200 150q-4-24 10-38q14 20-10 38m-4 4q-22-4-26-20q18 2 26 20", "#d9c68c")
    p.path("M56 182h288l20 70H36z", dark(c, .45))
    cols = ("#8fae5c", "#e8e2d0", "#dcb851", "#5d7a77", "#a8442e", "#4b3a33")
    for i, col in enumerate(cols):
        x, y = (88, 163, 238)[i % 3] if i < 3 else (74, 160, 246)[i % 3], 206 if i < 3 else 246
        r = 35 if i < 3 else 39
        x += r
        p.path(lathe(x, [(y, r), (y + 26, r)], .3), p.grad(col)); p.ell(x, y, r, r * .32, light(col, .35)); p.ell(x, y + 1, r * .78, r * .24, col)
    p.path("M32 254h336v64q0 8-8 8H40q-8 0-8-8z", p.grad(c)); p.line("M34 256h332", light(c, .4), 2.5, o=.6); p.rect(160, 276, 80, 30, "#efe4c8", r=2); p.path(lens(186, 298, -.6, 32, 7), c)


def evening_box(p):
    gift_box(p, p.hue, ribbon="#d8c48f")
    p.circ(132, 252, 22, "#f3e3b0"); p.circ(141, 246, 20, p.hue); p.dots([(250, 236), (276, 262), (232, 284), (292, 292), (262, 306), (108, 294)], "#f3e3b0", 4)


def gongfu_set(p):
    p.shadow(200, 340, 160)
    w = "#c8a468"
    p.path("M40 266h320l24 58H16z", p.grad(light(w, .15), .5, True)); p.path("M16 324h368v18H16z", dark(w, .15))
    glass_pitcher(p, 304, 290, 38, "#dba548", 92)
    c = "#f4f1ea"
    p.path(lathe(150, [(284, 76), (296, 48), (300, 40)], .18), p.grad(c)); p.ell(150, 284, 76, 15, "#fffdf8"); vessel(p, 150, 292, 58, 76, "tea", c, None, "#fff", None, .2)
    p.path(lathe(150, [(190, 18), (196, 38), (212, 52), (217, 53)], .18), p.grad(c)); p.path(lathe(150, [(176, 18), (190, 13)], .3), p.grad(c))
    for x, y in ((78, 316), (236, 322), (290, 328), (344, 320)):
        taster(p, x, y, 25, "#d7a24d")
    p.path("M120 336l74-22q14 0 12 10l-72 22q-18 2-14-10", p.grad("#d6b779"))


def matcha_set(p):
    tin(p, 306, 178, 300, 40, "#6f8f45", "leaf")
    c = "#d6b779"
    p.shadow(104, 300, 44)
    p.line("".join(f"M{104 + i * 3} 216C{104 + i * 6} 240 {104 + i * 8} 270 {104 + i * 6} 298" for i in range(-6, 7)), dark(c, .12), 3)
    p.path(lathe(104, [(140, 20), (190, 21), (218, 24)], .22), p.grad(c)); p.ell(104, 140, 20, 5, light(c, .4)); p.line("M81 212q23 8 46 0", "#4a3b35", 5)
    chawan(p, 202, 336, 92, "#e6e1d6", "#93b350", .66)
    p.line("M268 346L372 318", "#9a6f48", 6); p.line("M268 346q-12 4-14-8", "#9a6f48", 7)


def wedding_set(p):
    c, red = p.hue, "#a8322c"
    p.shadow(200, 338, 166)
    p.path("M52 96h296v150H52z", p.grad(red)); p.rect(66, 110, 268, 130, light(red, .12), r=3); p.circ(200, 142, 22, "none", s="#dfb868", w=2.5, o=.85); p.line("M188 130h24v24h-24zM200 126v32M184 142h32", "#dfb868", 2.5, o=.85)
    p.path("M38 246h324l18 66H20z", dark(red, .35)); p.path("M20 312h360v22q0 8-8 8H28q-8 0-8-8z", p.grad(red))
    p.path(lathe(200, [(282, 74), (294, 48), (298, 40)], .18), p.grad(c)); p.ell(200, 282, 74, 14, light(c, .4)); vessel(p, 200, 292, 56, 74, "tea", c, "crackle", None, None, .2)
    p.path(lathe(200, [(192, 17), (198, 38), (214, 50), (219, 51)], .18), p.grad(c)); p.path(lathe(200, [(178, 17), (192, 12)], .3), p.grad(c))
    for x, y in ((84, 272), (316, 272), (60, 306), (340, 306), (118, 310), (282, 310)):
        vessel(p, x, y, 27, 32, "lotus", c, None, None, None, .24, 0)


def hamper(p):
    w = "#b98a55"
    p.shadow(200, 330, 146)
    tin(p, 128, 130, 250, 36, "#4f6a85", "leaf"); 
    p.path(lathe(274, [(152, 32), (164, 36), (250, 36)], .18), p.grad("#e6bb5c")); p.path(lathe(274, [(130, 33), (152, 33)], .2), p.grad("#f1e3c4"))
    p.rect(170, 148, 66, 110, p.grad("#dba9a4", .6), r=3); p.rect(180, 166, 46, 40, "#f7ead9", r=2); p.line("M203 148v110", "#c9a253", 6)
    p.line("M76 244C60 60 340 60 324 244", dark(w, .15), 12); p.line("M86 196C100 90 290 84 312 190", light(w, .3), 3, o=.6)
    p.path("M84 244l14-26 24 16 22-20 28 20 24-18 30 18 26-18 22 20 22-14 22 22z", "#fbf4e6")
    d = "M62 238h276l-22 84q-2 10-14 10H98q-12 0-14-10z"
    p.path(d, p.grad(w)); clip = p.clip(d)
    for j in range(5):
        p.line("".join(f"M{62 + 28 * i + (j % 2) * 14} {252 + 19 * j}q7-9 14 0t14 0" for i in range(-1, 11)), dark(w, .35), 4, o=.6, clip=clip)
    p.rect(54, 230, 292, 18, p.grad(light(w, .15)), r=9); p.path("M200 246q-40-28-44-6q0 14 44 6q40-28 44-6q0 14-44 6", "#c2676a"); p.circ(200, 246, 8, "#a84f54")


def lantern(p):
    c = p.hue
    p.line("M136-20V82", "#8b5a3c", 4)
    p.path(lathe(136, [(82, 36), (110, 78), (152, 88), (196, 78), (222, 36)], .16), p.grad("#d2533a")); p.line("M136 84v140M104 90q-32 62 2 130M168 90q32 62-2 130M82 108q-24 44 0 88M190 108q24 44 0 88", "#f0b35e", 2, o=.6)
    p.path("M100 74h72v14h-72zM100 218h72v12h-72z", p.grad("#c9a253")); p.line("M136 230v26m-8 0v34m8-34v40m8-40v34", "#c9a253", 3.5); p.ell(110, 146, 12, 36, "#ffe7b0", o=.35)
    gift_box(p, c, 168, 230, 172, 96, "#dfb868")
    p.shadow(98, 330, 46)
    for x, y in ((74, 318), (124, 324)):
        p.ell(x, y, 24, 21, p.grad("#e2933a")); p.path(lens(x, y - 20, -.6, 20, 5), "#55693a")


def gift_card(p):
    c = p.hue
    p.shadow(206, 240, 150, 110)
    p.body.append('<g transform="rotate(-7 200 200)">'); p.path("M60 120h280v176H60z", "#efe0c2"); p.path("M60 120l140 100 140-100z", "#e2cda6"); p.line("M60 120l140 100 140-100", dark("#e2cda6", .2), 2, o=.6); p.body.append("</g>")
    p.body.append('<g transform="rotate(6 200 200)">'); p.rect(72, 104, 256, 168, INK, r=10, o=.14); p.rect(68, 98, 256, 168, p.grad(c, .5), r=10); p.rect(80, 110, 232, 144, "none", r=5, s="#fbf1d6", w=2, o=.8)
    p.path("M196 140c-44 0-46 78 0 78s44-78 0-78M176 132h40v9h-40zM178 217h36v8h-36z", "#fbf1d6"); p.path(lens(196, 206, -1.57, 50, 12), c); p.line("M196 225v14M196 204v-40", "#fbf1d6", 2.5); p.body.append("</g>")


# ---- incense and candles ---------------------------------------------------------------------

def smoke(p, x, y, h=120):
    p.line(f"M{x} {y}c-18-{h * .25:.0f} 20-{h * .4:.0f} 4-{h * .62:.0f}s-16-{h * .25:.0f} 2-{h * .38:.0f}", WHITE, 5, o=.75); p.line(f"M{x} {y}c-8-{h * .2:.0f} 26-{h * .4:.0f} 14-{h * .6:.0f}", WHITE, 3, o=.45)


def sticks(p):
    c = p.hue
    p.shadow(190, 326, 120)
    p.path("M70 286l150-44 30 14v40L98 340l-28-14z", dark(c, .3)); p.path("M70 286l28 14 152-44v40L98 340z", p.grad("#e4d3b3")); p.path("M70 286l150-44 30 14-152 44z", "#6b4a38")
    p.line("".join(f"M{86 + 4 * i} {290 + 2 * i}l146-43" for i in range(5)), c, 4); p.path("M140 290l60-18v30l-60 20z", "#b9422f", o=.85)
    p.path(lathe(308, [(304, 38), (322, 30), (330, 30)], .26), p.grad("#8a8f86")); p.ell(308, 304, 38, 10, "#c9c3b6"); p.line("M308 304L292 172", c, 5); p.circ(292, 172, 4, "#e2572e"); smoke(p, 292, 164, 116)


def coils(p):
    c = p.hue
    p.shadow(196, 320, 130)
    p.path(lathe(200, [(290, 132), (312, 112), (322, 84)], .24), p.grad("#9fa8a5")); p.ell(200, 290, 132, 34, "#c6cdc9"); p.ell(200, 292, 120, 29, "#aab3af"); p.line("M200 292V232", "#c9a253", 5)
    d = smooth([(200 + (10 + 3.05 * i) * math.cos(i * .5), 234 + (10 + 3.05 * i) * .36 * math.sin(i * .5)) for i in range(30)])
    p.line(d, dark(c, .25), 10, t="translate(0 4)"); p.line(d, c, 8); x, y = 200 + 98.5 * math.cos(14.5), 234 + 98.5 * .36 * math.sin(14.5)
    p.circ(x, y, 5, "#e2572e"); smoke(p, round(x), round(y - 6), 130)


def mountains(p):
    c = p.hue
    p.line("M214 236L232 96", "#8b6a4e", 4.5); p.circ(232, 96, 4, "#e2572e"); smoke(p, 232, 88, 74)
    p.shadow(200, 322, 138)
    p.path(lathe(200, [(288, 140), (312, 116), (322, 96)], .2), p.grad(c)); p.ell(200, 288, 140, 32, light(c, .4)); p.ell(200, 290, 128, 27, dark(c, .08)); p.ell(206, 296, 104, 17, dark(c, .2))
    p.path("M106 290q20-70 40-74q24 6 44 74q-42 16-84 0", p.grad(light(c, .3))); p.path("M216 290q22-56 40-58q20 4 40 56q-40 16-80 2", p.grad(light(c, .15))); p.path("M136 296q40-116 62-122q26 10 62 122q-62 20-124 0", p.grad(dark(c, .08))); p.line("M176 224q10-34 22-40M172 260q4-14 8-24", WHITE, 5, o=.55)


def boat(p):
    c = p.hue
    p.shadow(196, 316, 156)
    p.line("M324 274L250 108", "#9a6f48", 5); p.circ(250, 108, 4, "#e2572e"); smoke(p, 250, 100, 86)
    p.path("M36 264Q200 292 364 252Q352 312 300 318H120Q58 312 36 264", p.grad(c)); p.path("M36 264Q200 238 364 252Q200 296 36 264", dark(c, .3)); p.path("M62 264Q200 250 338 256Q200 286 62 264", "#d5cdbd", o=.75); p.line("M74 288q30 20 70 22", WHITE, 6, o=.55); p.line("M36 264Q200 292 364 252", light(c, .5), 3, o=.8)


def candle(p, kind="cup"):
    c = p.hue
    p.shadow(200, 322, 88)
    if kind == "cup":
        vessel(p, 200, GROUND, 88, 124, "tea", c, None, "#fff", None, .22); y = 200; p.ell(200, y + 2, 80, 16, "#f6ecd2"); p.ell(200, y + 3, 34, 7, "#fbe3a4")
        p.path("".join(lens(200, 292, a, 44, 8) for a in (-2.1, -1.57, -1.05)), "#a9b58c", o=.7)
    else:
        y = 186
        p.path(lathe(200, [(196, 76), (320, 76)], .17), p.grad("#f0dcb0", .6)); p.path(lathe(200, [(146, 80), (322, 80)], .17), c, o=.62, s=dark(c, .2), w=2.5); p.ell(200, 146, 80, 14, light(c, .3), o=.5, s=dark(c, .2), w=2.5); p.ell(200, 198, 72, 13, "#fbe6b4", o=.9)
        p.rect(156, 232, 88, 60, "#f5ecd8", r=3); p.path("M200 238l22 34h-12l14 14h-48l14-14h-12z", "#4c5a44"); gloss(p, 200, 170, 300, 98, .45, 9); y = 196
    p.line(f"M200 {y}v-14", "#4a3b35", 4); p.path(f"M200 {y - 62}q22 30 0 52q-22-22 0-52", "#f3a93f"); p.path(f"M200 {y - 42}q10 16 0 30q-10-14 0-30", "#fff0b8"); p.circ(200, y - 36, 46, "#ffe9a8", o=.28)


def tealights(p):
    c = "#e9c872"
    for i, (x, y) in enumerate(((116, 256), (200, 246), (284, 256), (88, 318), (172, 324), (256, 322), (330, 310))):
        r = 42
        p.shadow(x, y, r * .9); p.path(lathe(x, [(y - 30, r - 3), (y - 4, r - 3)], .24), p.grad(c)); p.path(lathe(x, [(y - 38, r), (y, r - 2)], .24), "#ffffff", o=.28, s="#9fb0b0", w=1.6); p.ell(x, y - 30, r - 4, 9, light(c, .35)); p.line(f"M{x} {y - 30}v-9", "#4a3b35", 3)
        if i in (1, 4):
            p.circ(x, y - 56, 28, "#ffe9a8", o=.35); p.path(f"M{x} {y - 76}q14 20 0 36q-14-16 0-36", "#f3a93f")


# ---- which picture for which product ---------------------------------------------------------

def art(fn, flat=False, **kw):
    return fn, flat, kw


ZOOM = {  # how large the object stands in its picture; 1.1 when not named, 1 for one lying flat
    "TEA": 1.14, "TEA-028": 1.1, "TEA-029": 1.1, "TEA-011": 1.06, "TEA-025": 1.06, "SWT": 1.14, "SWT-009": 1.08, "SWT-012": 1.18,
    "POT-002": 1.25, "POT-009": 1.14, "POT-010": 1.32, "POT-011": 1.26, "POT-012": 1.28, "POT-013": 1.26, "POT-014": 1.34,
    "CUP-001": 1.42, "CUP-002": 1.26, "CUP-003": 1.36, "CUP-004": 1.3, "CUP-005": 1.2, "CUP-006": 1.16, "CUP-007": 1.16, "CUP-008": 1.2,
    "CUP-010": 1.2, "CUP-011": 1.14, "CUP-012": 1.18, "CUP-013": 1.18, "CUP-014": 1.02, "KET-005": 1.06, "KET-007": 1.24, "KET-008": 1.14,
    "TOL-001": 1.22, "TOL-002": 1.3, "TOL-007": 1.14, "TOL-010": 1.04, "TOL-011": 1.18, "TAB-006": 1.28, "TAB-007": 1.06, "TAB-008": 1.12,
    "TAB-009": 1.42, "TAB-011": 1.02, "TAB-001": 1.06, "TAB-005": 1.04, "CAD-001": 1.2, "CAD-002": 1.18, "CAD-003": 1.24, "CAD-004": 1.16, "CAD-005": 1.18, "CAD-006": 1.16,
    "CAD-007": 1.0, "CAD-009": 1.34, "LIN-007": 1.0, "LIN-008": 1.08, "LIN-009": 1.08, "LIN-010": 1.06, "LIN-011": 1.04, "LIN-001": 1.06, "LIN-002": 1.14, "GFT-001": 1.02, "GFT-002": 1.2, "GFT-003": 1.0,
    "GFT-004": 1.04, "GFT-005": 1.0, "GFT-006": 1.12, "GFT-007": 1.04, "INC-003": 1.0, "INC-004": 1.0, "INC-005": 1.28, "INC-006": 1.2, "INC-007": 1.0,
}


ART = {
    "TEA-001": art(tea, leaf="blade", comp="glass", mark="hill"), "TEA-002": art(tea, leaf="curl", comp="dish", count=54),
    "TEA-003": art(tea, leaf="needle", mark="hill", pack="#6f8f7d"), "TEA-004": art(tea, leaf="blade", comp="dish"),
    "TEA-005": art(tea, leaf="long", comp="glass", mark="leaf", count=15, pack="#4f6b4f"), "TEA-006": art(tea, leaf="crumb", mark="wave", count=70, pack="#4f7a5a"),
    "TEA-007": art(tea, leaf="crumb", mark="sun", count=48, pack="#b39a5c", bits="rice"), "TEA-008": art(matcha),
    "TEA-009": art(tea, leaf="needle", comp="dish"), "TEA-010": art(tea, leaf="leaf", mark="flower", count=27),
    "TEA-011": art(tea_cake), "TEA-012": art(tea, leaf="needle", comp="glass", mark="wave"),
    "TEA-013": art(tea, leaf="ball", mark="leaf"), "TEA-014": art(tea, leaf="twist", mark="hill", pack="#7a4a38"),
    "TEA-015": art(tea, leaf="ball", comp="dish"), "TEA-016": art(tea, leaf="leaf", comp="dish", count=30),
    "TEA-017": art(tea, leaf="twist", mark="flower", pack="#b5803f"), "TEA-018": art(tea, leaf="wire", comp="dish", count=60),
    "TEA-019": art(tea, leaf="wire", mark="hill", pack="#4d4a4a", count=54), "TEA-020": art(tea, leaf="curl", mark="sun", pack="#b07b35", count=54),
    "TEA-021": art(tea, leaf="crumb", mark="sun", count=74), "TEA-022": art(tea, leaf="leaf", mark="leaf", pack="#c58a4e", count=30),
    "TEA-023": art(tea, leaf="wire", mark="flower", pack="#5f7396", count=42, bits="petals"), "TEA-024": art(tuocha),
    "TEA-025": art(tea_cake), "TEA-026": art(basket_tea), "TEA-027": art(tea, leaf="pearl", comp="dish"),
    "TEA-028": art(chrysanthemum), "TEA-029": art(tangerine), "TEA-030": art(tea, leaf="crumb", mark="flower", count=54, pack="#b9684a", bits="chamomile"),
    "TEA-031": art(tea, leaf="crumb", mark="wave", count=76, pack="#c2a15a"),
    "POT-001": art(teapot, form="shipiao", top=206, r=98, s=False, knob="bridge", reach=50, rise=52),
    "POT-002": art(teapot, form="plum", top=184, r=88, handle="ear", s=False, reach=26, rise=34),
    "POT-003": art(teapot, form="round", top=186, r=96, knob="stalk", motif="melon"),
    "POT-004": art(teapot, form="drum", top=166, r=92, knob="ball", motif="speckle", base=330),
    "POT-005": art(teapot, form="ball", top=172, r=92, handle="ear", knob="disc", s=True, base=322),
    "POT-006": art(teapot, form="squat", top=206, r=100, handle="bail", motif="hob", reach=46, rise=42),
    "POT-007": art(teapot, form="round", top=172, r=92, clear=True), "POT-008": art(teapot, form="pear", top=194, r=86, handle="bail", motif="bamboo", reach=52),
    "POT-009": art(teapot, form="squat", top=210, r=88, handle="side", s=False, reach=36, rise=40, cx=222, motif="band"),
    "POT-010": art(gaiwan), "POT-011": art(gaiwan, motif="crackle", r=90), "POT-012": art(gaiwan, motif="branch", r=88),
    "POT-013": art(gaiwan, clear=True, r=90), "POT-014": art(gaiwan, motif="streak", saucer=False, r=96, base=316),
    "CUP-001": art(cup, form="bell", r=88, h=98), "CUP-002": art(cup, form="v", r=104, h=112, motif="streak", inside="#2a1f1c", fill="#8a4a22", gl=.25),
    "CUP-003": art(cup, form="lotus", r=92, h=110, motif="petals", fill="#e2c879"), "CUP-004": art(cup_set),
    "CUP-005": art(cup, form="mug", r=80, h=150, motif="speckle", grip=52, k=.18, fill="#7a4a2c"), "CUP-006": art(cup, form="barrel", r=92, h=160, motif="drip", grip=54, k=.18, fill="#a9562b"),
    "CUP-007": art(office_mug), "CUP-008": art(double_glass), "CUP-009": art(tall_glass),
    "CUP-010": art(cup, form="bowl", r=116, h=128, fill="#93b350", k=.24, motif="foot"), "CUP-011": art(cup, form="wide", r=130, h=104, motif="rings", fill="#9dbb58", k=.26),
    "CUP-012": art(saucer_cup, gilt=True), "CUP-013": art(saucer_cup, form="bowl"), "CUP-014": art(flask),
    "KET-001": art(gooseneck), "KET-002": art(electric_kettle),
    "KET-003": art(teapot, form="kettle", top=200, r=104, handle="bail", motif="hob", knob="metal", reach=44, rise=46, cx=190),
    "KET-004": art(teapot, form="squat", top=194, r=102, handle="bail", motif="hammer", reach=56, rise=50, cx=188, base=326),
    "KET-005": art(whistle_kettle), "KET-006": art(glass_kettle), "KET-007": art(warmer), "KET-008": art(stove),
    "TOL-001": art(fair_cup), "TOL-002": art(celadon_pitcher), "TOL-003": art(infuser), "TOL-004": art(strainer, True),
    "TOL-005": art(scoop, True), "TOL-006": art(pick, True), "TOL-007": art(whisk), "TOL-008": art(chashaku, True),
    "TOL-009": art(scale), "TOL-010": art(thermometer), "TOL-011": art(toad), "TOL-012": art(leaf_rest, True),
    "TAB-001": art(plate, True, r=116, motif="speckle", well=.8), "TAB-002": art(plate, True, r=138, motif="pool"), "TAB-003": art(plate, True, r=124, motif="scallop", well=.66),
    "TAB-004": art(lotus_dish, True), "TAB-005": art(long_plate, True), "TAB-006": art(bowl, r=96, h=104, motif="bamboo", extra="rice"),
    "TAB-007": art(bowl, r=132, h=120, motif="foot", inside="#efe4cb", extra="noodles"), "TAB-008": art(bowl, r=144, h=92, form="wide", extra="fruit"),
    "TAB-009": art(bowl, r=92, h=66, extra="dip", k=.3), "TAB-010": art(cake_stand), "TAB-011": art(two_tier), "TAB-012": art(butter_dish), "TAB-013": art(plate, True, r=130, motif="petals"),
    "CAD-001": art(tin, mark="leaf"), "CAD-002": art(tin, mark="cloud", r=80, top=112), "CAD-003": art(copper_caddy), "CAD-004": art(jar), "CAD-005": art(jar, form="drum", r=98, top=166),
    "CAD-006": art(glass_jar), "CAD-007": art(wood_box), "CAD-008": art(cake_box), "CAD-009": art(pocket_tin),
    "LIN-001": art(towel, True), "LIN-002": art(waffle, True), "LIN-003": art(napkins), "LIN-004": art(runner, True), "LIN-005": art(slats, True), "LIN-006": art(coasters, True),
    "LIN-007": art(tea_tray), "LIN-008": art(round_tray, True), "LIN-009": art(round_tray, True, motif="stone"), "LIN-010": art(lacquer_tray, True), "LIN-011": art(cosy),
    "SWT-001": art(shortbread), "SWT-002": art(cookies), "SWT-003": art(cookies, kind="ginger"), "SWT-004": art(biscotti), "SWT-005": art(pineapple_cakes), "SWT-006": art(mung_cakes),
    "SWT-007": art(brittle), "SWT-008": art(mooncakes), "SWT-009": art(chocolate, True), "SWT-010": art(rock_sugar), "SWT-011": art(peel), "SWT-012": art(honey),
    "GFT-001": art(sampler), "GFT-002": art(evening_box), "GFT-003": art(gongfu_set), "GFT-004": art(matcha_set), "GFT-005": art(wedding_set), "GFT-006": art(hamper), "GFT-007": art(lantern), "GFT-008": art(gift_card, True),
    "INC-001": art(sticks), "INC-002": art(coils), "INC-003": art(mountains), "INC-004": art(boat), "INC-005": art(candle), "INC-006": art(candle, kind="jar"), "INC-007": art(tealights),
}
BY_TYPE = {  # for an id ART does not know
    "Tea": art(tea), "Teapots and gaiwans": art(teapot), "Cups and mugs": art(cup), "Kettles and warmers": art(gooseneck), "Brewing tools": art(celadon_pitcher),
    "Plates and bowls": art(plate, True), "Storage": art(tin, mark="leaf"), "Linens and trays": art(waffle, True), "Sweets and biscuits": art(cookies),
    "Gift sets": art(evening_box), "Incense and candles": art(candle),
}


def main():
    with open(HERE.parent / "products.csv", encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f))
    sizes = {}
    for row in rows:
        fn, flat, kw = ART.get(row["id"]) or BY_TYPE[row["product_type"].split(" > ")[0]]
        p = Pic(row, flat, ZOOM.get(row["id"]) or ZOOM.get(row["id"][:3]) or (1 if flat else 1.1))
        fn(p, **kw)
        sizes[row["id"]] = p.save()
    worst = sorted(sizes, key=sizes.get)[-5:]
    print(f"{len(sizes)} pictures, {sum(sizes.values()) // 1024} KiB; largest:", ", ".join(f"{i} {sizes[i]}" for i in worst), file=sys.stderr)


if __name__ == "__main__":
    main()
