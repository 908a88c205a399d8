"""The QR code of a card's link, as an image to forward with the words."""

from io import BytesIO

import qrcode
from qrcode.constants import ERROR_CORRECT_M


def png(link: str) -> bytes:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=12, border=4)
    code.add_data(link)
    out = BytesIO()
    code.make_image().save(out)
    return out.getvalue()
