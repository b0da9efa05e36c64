"""How a figure is written: scaled to reading size, never further from its value than half a percent."""

from decimal import ROUND_HALF_UP, Decimal, localcontext

TOLERANCE = Decimal("0.005")
"""A figure as shown differs from its value by at most this share of the value."""

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "ILS": "₪"}
_SCALES = ((Decimal(10) ** 12, "trillion"), (Decimal(10) ** 9, "billion"), (Decimal(10) ** 6, "million"))
_ROUNDS_UP = Decimal("0.999995")
"""From here on, 1.00 of the larger scale reads better than 1,000.00 of the smaller."""
_DIGITS = 120
"""Precision for rounding; a fact of a filing has some fifteen digits, a computed ratio 28."""


def show(value: Decimal, unit: str) -> str:
    """`$391.04 billion`, `-€12.30 million`, `$6.08`, `15.41 billion shares`, `23.97 %`, `0.87`, `62 days`."""
    if is_currency(unit):
        return _money(value, unit)
    currency, _, per = unit.partition("/")
    if per and is_currency(currency):
        return _signed(value, prefix(currency) + rounded(abs(value), 2))
    if unit == "%":
        return f"{_signed(value, rounded(abs(value), 2))} %"
    if unit in ("x", "pure", ""):
        return _signed(value, rounded(abs(value), 2))
    return f"{_signed(value, _scaled(abs(value)))} {unit}"


def exact(value: Decimal, unit: str) -> str:
    """Every digit there is: `391,035,000,000 USD`; a computed endless one to six decimals."""
    with localcontext(prec=_DIGITS):
        shortened = value if value == value.quantize(Decimal("1e-6")) else value.quantize(Decimal("1e-6"))
        text = f"{shortened:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text} {unit}".rstrip()


def is_currency(unit: str) -> bool:
    """ISO 4217: three capital letters."""
    return len(unit) == 3 and unit.isascii() and unit.isalpha() and unit.isupper()


def prefix(currency: str) -> str:
    """`$`, `€`, `CHF ` with its space."""
    return _SYMBOLS.get(currency, f"{currency} ")


def rounded(value: Decimal, least_places: int) -> str:
    """With at least these decimals, and as many more as the tolerance asks for: 0.5431 becomes 0.543."""
    with localcontext(prec=_DIGITS):
        places = least_places
        while True:
            near = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
            if abs(near - value) <= TOLERANCE * abs(value):
                return f"{near:,f}"
            places += 1


def _money(value: Decimal, currency: str) -> str:
    return _signed(value, prefix(currency) + _scaled(abs(value)))


def _scaled(value: Decimal) -> str:
    for scale, word in _SCALES:
        if value >= scale * _ROUNDS_UP:
            return f"{rounded(value / scale, 2)} {word}"
    return f"{value:,.0f}" if value == value.to_integral_value() else rounded(value, 2)


def _signed(value: Decimal, text: str) -> str:
    return f"-{text}" if value < 0 else text
