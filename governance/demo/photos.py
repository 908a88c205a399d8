"""Drawn photos for the demo: visibly invented, the same for the same seed.

Each scene is a few shapes on a soft ground, drawn at twice the size and scaled down for smooth edges.
"""

import random
from collections.abc import Callable, Sequence
from io import BytesIO

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIZE = (1280, 960)
_SCALE = 2
Colour = tuple[int, int, int]


class Scene:
    """A picture being drawn, in units of the finished 1280 by 960."""

    def __init__(self, seed: int, above: Colour, below: Colour) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - draws leaves, keeps no secret
        self.image = Image.linear_gradient("L").resize((SIZE[0] * _SCALE, SIZE[1] * _SCALE))
        shift = self.dice.randint(-10, 10)
        self.image = Image.composite(self._plain(below, shift), self._plain(above, shift), self.image)

    def box(self, left: float, top: float, wide: float, high: float, fill: Colour, radius: float = 0) -> None:
        edges = self._large((left, top, left + wide, top + high))
        ImageDraw.Draw(self.image).rounded_rectangle(edges, radius * _SCALE, fill=fill)

    def round(self, x: float, y: float, wide: float, high: float, fill: Colour) -> None:
        edges = self._large((x - wide / 2, y - high / 2, x + wide / 2, y + high / 2))
        ImageDraw.Draw(self.image).ellipse(edges, fill=fill)

    def shape(self, points: Sequence[tuple[float, float]], fill: Colour) -> None:
        ImageDraw.Draw(self.image).polygon([(x * _SCALE, y * _SCALE) for x, y in points], fill=fill)

    def line(self, points: Sequence[tuple[float, float]], fill: Colour, width: float) -> None:
        large = [(x * _SCALE, y * _SCALE) for x, y in points]
        ImageDraw.Draw(self.image).line(large, fill=fill, width=int(width * _SCALE), joint="curve")

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float) -> None:
        """Light (or, in black, shade) that fades outwards."""
        light = Image.new("L", (SIZE[0] // 4, SIZE[1] // 4))
        edges = tuple(value / 4 for value in (x - radius, y - radius, x + radius, y + radius))
        ImageDraw.Draw(light).ellipse(edges, fill=int(255 * strength))
        light = light.filter(ImageFilter.GaussianBlur(radius / 9)).resize(self.image.size)
        self.image.paste(Image.new("RGB", self.image.size, colour), mask=light)

    def shade(self, x: float, y: float, wide: float, high: float, strength: float = 0.35) -> None:
        """A soft shadow on the ground."""
        dark = Image.new("L", (SIZE[0] // 2, SIZE[1] // 2))
        edges = tuple(v / 2 for v in (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2))
        ImageDraw.Draw(dark).ellipse(edges, fill=int(255 * strength))
        dark = dark.filter(ImageFilter.GaussianBlur(high / 6)).resize(self.image.size)
        self.image.paste(Image.new("RGB", self.image.size, (20, 24, 28)), mask=dark)

    def jpeg(self) -> bytes:
        image = self.image.resize(SIZE, Image.Resampling.LANCZOS)
        grain = Image.frombytes("L", SIZE, self.dice.randbytes(SIZE[0] * SIZE[1]))
        grain = grain.point(lambda value: 104 + value * 3 // 16).convert("RGB")
        image = Image.blend(image, ImageChops.overlay(image, grain), 0.5)
        made = BytesIO()
        image.save(made, "JPEG", quality=82)
        return made.getvalue()

    def near(self, value: float, by: float) -> float:
        return value + self.dice.uniform(-by, by)

    @staticmethod
    def _plain(colour: Colour, shift: int) -> Image.Image:
        red, green, blue = (min(255, max(0, part + shift)) for part in colour)
        return Image.new("RGB", (SIZE[0] * _SCALE, SIZE[1] * _SCALE), (red, green, blue))

    @staticmethod
    def _large(values: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        left, top, right, foot = (value * _SCALE for value in values)
        return left, top, right, foot


def scene(kind: str, seed: int = 0) -> bytes:
    """One drawn photo as a JPEG; `kind` is a key of SCENES."""
    return SCENES[kind](seed).jpeg()


def _lamp(seed: int) -> Scene:
    s = Scene(seed, (34, 44, 74), (92, 88, 104))
    for column in range(6):
        top = s.near(380, 90)
        s.box(column * 220 - 20, top, 200, 960 - top, (44, 50, 70))
        for window in range(12):
            lit = s.dice.random() < 0.3
            x, y = column * 220 + 10 + window % 3 * 55, top + 40 + window // 3 * 80
            s.box(x, y, 32, 44, (246, 206, 128) if lit else (58, 64, 86), 3)
    s.box(0, 820, 1280, 140, (56, 58, 66))
    pole = s.near(760, 90)
    s.shade(pole, 838, 150, 26)
    s.box(pole - 9, 230, 18, 610, (112, 118, 126), 8)
    s.line([(pole, 238), (pole - 60, 190), (pole - 190, 182)], (112, 118, 126), 14)
    s.shape([(pole - 270, 178), (pole - 150, 172), (pole - 160, 204), (pole - 258, 208)], (134, 140, 148))
    s.shape(
        [(pole - 250, 207), (pole - 168, 203), (pole - 186, 224), (pole - 214, 214), (pole - 238, 226)], (70, 76, 88)
    )
    other = pole - 560
    s.box(other - 6, 420, 12, 410, (104, 110, 118), 6)
    s.glow(other, 410, 230, (255, 214, 140), 0.4)
    s.round(other, 415, 44, 30, (255, 240, 200))
    return s


def _leak(seed: int) -> Scene:
    s = Scene(seed, (226, 221, 208), (196, 190, 176))
    for row in range(9):
        s.line([(0, row * 92), (1280, row * 92)], (210, 204, 190), 3)
    s.box(0, 800, 1280, 160, (146, 140, 130))
    x = s.near(640, 120)
    s.glow(x + 20, 620, 230, (150, 146, 132), 0.55)
    s.box(x - 34, 0, 68, 800, (128, 134, 138))
    s.box(x - 22, 0, 14, 800, (168, 174, 178))
    for y in (120, 470, 700):
        s.box(x - 50, y, 100, 46, (104, 110, 114), 8)
    s.round(x, 880, 620, 96, (112, 122, 132))
    s.round(x - 20, 874, 500, 66, (138, 154, 168))
    s.round(x - 90, 866, 180, 18, (182, 198, 210))
    for y in (536, 590, 650, 724, 790):
        drop = s.near(x + 52, 8)
        s.shape([(drop, y - 26), (drop + 11, y), (drop - 11, y)], (116, 164, 200))
        s.round(drop, y + 2, 22, 22, (116, 164, 200))
    s.box(x + 210, 760, 150, 130, (64, 120, 168), 16)
    s.round(x + 285, 764, 150, 34, (98, 154, 200))
    return s


def _rubbish(seed: int) -> Scene:
    s = Scene(seed, (190, 214, 226), (214, 222, 214))
    s.box(0, 300, 1280, 380, (202, 160, 132))
    for row in range(8):
        for brick in range(-1, 12):
            s.box(brick * 120 + row % 2 * 60, 306 + row * 47, 112, 40, (188 + s.dice.randint(-9, 9), 142, 116), 3)
    s.box(0, 680, 1280, 280, (150, 152, 150))
    s.shade(640, 800, 1100, 110)
    for number, colour in enumerate(((44, 120, 82), (58, 104, 160), (84, 88, 92))):
        left = 170 + number * 330
        s.shape([(left, 470), (left + 250, 470), (left + 228, 800), (left + 22, 800)], colour)
        lid = s.dice.randint(0, 40) if number != 1 else 80
        s.shape([(left - 14, 474), (left - 4, 440), (left + 258, 440 - lid), (left + 266, 474 - lid)], colour)
        s.box(left + 88, 580, 74, 74, (232, 236, 232), 37)
    for _ in range(9):
        x, y, side = s.near(640, 430), s.near(800, 50), s.near(120, 34)
        tint = s.dice.choice(((40, 42, 46), (58, 60, 64), (222, 224, 222), (176, 60, 52), (206, 172, 118)))
        s.round(x, y, side * 1.25, side, tint)
        s.shape(
            [
                (x - 12, y - side / 2 + 6),
                (x + 12, y - side / 2 + 6),
                (x + 20, y - side / 2 - 24),
                (x - 20, y - side / 2 - 22),
            ],
            tint,
        )
    return s


def _lift(seed: int) -> Scene:
    s = Scene(seed, (216, 212, 204), (188, 182, 172))
    s.box(0, 820, 1280, 140, (124, 116, 108))
    s.box(330, 110, 520, 720, (112, 118, 124), 6)
    s.box(360, 140, 460, 690, (34, 38, 42))
    gap = s.near(66, 26)
    s.box(360, 140, 230 - gap, 690, (176, 182, 186))
    s.box(590 + gap / 3, 140, 230 - gap / 3, 690, (166, 172, 176))
    s.box(376, 140, 16, 690, (196, 202, 206))
    s.box(520, 56, 140, 44, (30, 34, 38), 6)
    s.shape([(560, 66), (574, 90), (546, 90)], (200, 60, 48))
    s.box(596, 66, 40, 6, (200, 60, 48))
    s.box(940, 420, 90, 190, (150, 156, 160), 10)
    for y in (476, 552):
        s.round(985, y, 46, 46, (214, 218, 220))
    s.shape([(430, 900), (560, 620), (690, 900)], (232, 182, 44))
    s.shape([(478, 870), (560, 690), (642, 870)], (250, 232, 180))
    s.box(551, 742, 18, 70, (60, 50, 30), 8)
    s.round(560, 838, 22, 22, (60, 50, 30))
    return s


def _car(seed: int) -> Scene:
    s = Scene(seed, (176, 206, 226), (224, 232, 226))
    s.box(0, 220, 1280, 380, (216, 206, 188))
    for number in range(7):
        s.box(70 + number * 180, 290, 92, 130, (132, 158, 176), 4)
    s.box(0, 600, 1280, 360, (118, 120, 122))
    for number in range(5):
        s.shape(
            [(60 + number * 270, 900), (180 + number * 270, 900), (240 + number * 270, 640), (190 + number * 270, 640)],
            (214, 178, 70),
        )
    s.shape([(440, 600), (840, 600), (880, 660), (400, 660)], (190, 60, 50))
    paint = s.dice.choice(((58, 96, 146), (150, 52, 48), (226, 228, 226), (70, 78, 84)))
    s.shade(640, 806, 860, 90, 0.5)
    s.shape([(400, 560), (500, 430), (770, 426), (890, 556)], tuple(max(0, p - 24) for p in paint))  # type: ignore[arg-type]
    s.shape([(436, 556), (516, 450), (630, 448), (630, 556)], (190, 212, 224))
    s.shape([(652, 556), (652, 448), (756, 446), (846, 552)], (176, 200, 214))
    s.box(250, 550, 800, 190, paint, 60)
    s.box(250, 660, 800, 60, tuple(max(0, p - 34) for p in paint), 30)  # type: ignore[arg-type]
    s.box(990, 590, 56, 40, (250, 236, 190), 16)
    s.box(254, 590, 36, 44, (206, 66, 54), 14)
    for x in (400, 888):
        s.round(x, 740, 160, 160, (36, 38, 40))
        s.round(x, 740, 84, 84, (176, 180, 182))
    return s


def _wall(seed: int) -> Scene:
    s = Scene(seed, (232, 226, 210), (214, 206, 188))
    s.box(0, 840, 1280, 120, (134, 130, 122))
    s.box(0, 700, 1280, 140, (150, 176, 160))
    x, y = s.near(620, 60), s.near(400, 30)
    hole = ((-260, -60), (-150, -190), (20, -210), (190, -150), (270, -10), (200, 150), (40, 200), (-140, 170))
    edge = [(x + s.near(dx, 30), y + s.near(dy, 26)) for dx, dy in hole]
    s.shape([(a + 8, b + 10) for a, b in edge], (176, 166, 146))
    s.shape(edge, (186, 128, 100))
    for row in range(-3, 4):
        for brick in range(-2, 3):
            left, top = x + brick * 96 + row % 2 * 44 - 30, y + row * 44
            if abs(brick) * 96 + abs(row) * 46 < 190:
                s.box(left - 8, top - 12, 84, 34, (170 + s.dice.randint(-10, 12), 108, 84), 3)
    for _ in range(5):
        start = s.dice.choice(edge)
        path = [start]
        for _ in range(6):
            path.append((path[-1][0] + s.near(30, 46) * (1 if start[0] > x else -1), path[-1][1] + s.near(26, 50)))
        s.line(path, (140, 130, 112), 4)
    for _ in range(16):
        s.round(s.near(x, 280), s.near(850, 22), s.near(46, 24), s.near(24, 10), (222, 214, 196))
    return s


def _tree(seed: int) -> Scene:
    s = Scene(seed, (168, 208, 232), (226, 236, 226))
    s.glow(1080, 150, 190, (255, 250, 226), 0.8)
    s.box(0, 640, 1280, 320, (146, 178, 118))
    s.shape([(0, 800), (1280, 720), (1280, 900), (0, 960)], (196, 192, 182))
    lean = s.near(80, 24)
    s.shade(700, 800, 760, 70)
    s.shape([(360, 800), (450, 800), (560 + lean, 520), (500 + lean, 500)], (112, 84, 62))
    s.line([(540 + lean, 540), (760, 640), (980, 742)], (112, 84, 62), 34)
    s.line([(760, 640), (860, 560)], (112, 84, 62), 18)
    greens = ((82, 140, 84), (98, 158, 92), (70, 124, 78), (120, 174, 100))
    for _ in range(34):
        s.round(s.near(540 + lean, 210), s.near(360, 130), s.near(130, 40), s.near(110, 30), s.dice.choice(greens))
    for _ in range(26):
        s.round(s.near(930, 190), s.near(700, 70), s.near(96, 30), s.near(72, 22), s.dice.choice(greens))
    return s


def _noise(seed: int) -> Scene:
    s = Scene(seed, (24, 30, 56), (58, 52, 78))
    s.glow(640, 700, 520, (250, 150, 70), 0.3)
    for _ in range(60):
        s.round(s.near(640, 630), s.near(150, 140), 4, 4, (206, 212, 230))
    s.box(0, 760, 1280, 200, (46, 44, 56))
    s.box(240, 430, 300, 340, (54, 52, 62), 14)
    s.box(740, 430, 300, 340, (54, 52, 62), 14)
    for x in (390, 890):
        s.round(x, 660, 180, 180, (28, 28, 34))
        s.round(x, 660, 96, 96, (80, 80, 92))
        s.round(x, 510, 90, 90, (28, 28, 34))
        for ring in range(3):
            side = 1 if x > 640 else -1
            reach, half = 180 + ring * 46, 90 + ring * 30
            bend = [(x + side * (reach + 24 * (1 - at * at)), 590 + at * half) for at in (-1, -0.6, -0.2, 0.2, 0.6, 1)]
            s.line(bend, (250, 196, 110), 9)
    for number in range(7):
        x = 340 + number * 100
        s.round(x, s.near(820, 12), 62, 66, (36, 34, 44))
        s.box(x - 50, 850, 100, 120, (36, 34, 44), 40)
    return s


SCENES: dict[str, Callable[[int], Scene]] = {
    "lamp": _lamp,
    "leak": _leak,
    "rubbish": _rubbish,
    "lift": _lift,
    "car": _car,
    "wall": _wall,
    "tree": _tree,
    "noise": _noise,
}
