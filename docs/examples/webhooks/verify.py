"""Verifies a webhook of imeigate, with nothing but Python's standard library.

In a receiver: verify(headers, raw_body, webhook_secret, api_secret), with the body's bytes as they came, before anything
parsed them.

To try it, with the headers as lines of "name: value":
    WEBHOOK_SECRET=whsec_... API_SECRET=... python3 verify.py headers.txt body.json
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time

# Older than this, a delivery is one that somebody kept and sends again.
TOLERANCE_SECONDS = 300


def verify(headers: dict, body: bytes, webhook_secret: str, api_secret: str) -> dict:
    """Gives the order; raises ValueError when it is not from imeigate. Header names are in lower case.

    webhook_secret ("whsec_...") signs the whole body; api_secret is the API key's own, after its first dot.
    """
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        raise ValueError("the timestamp is missing or too old")
    key = base64.b64decode(webhook_secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    # While a secret is changed there are two, separated by a space.
    signatures = headers.get("webhook-signature", "").split(" ")
    if not any(hmac.compare_digest(one.encode(), expected.encode()) for one in signatures):
        raise ValueError("webhook-signature is wrong")

    # Not needed where webhook-signature is verified; what integrations of the older kind look at.
    # Numbers are kept as they are written: a float would not say "0.1" of every 0.1.
    order = json.loads(body, parse_int=str, parse_float=str)
    if order["status"] == "pending":
        amount = order["total_price"]
    elif order["status"] in ("failed", "cancelled"):
        amount = "0"
    else:
        amount = order["charged_amount"]
    message = '{"orderId":%s,"amount":"%s"}' % (order["order_id"], amount)
    expected = hmac.new(api_secret.encode(), message.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(headers.get("x-signature", "").encode(), expected.encode()):
        raise ValueError("x-signature is wrong")
    return json.loads(body)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as lines:
        pairs = (line.partition(":") for line in lines if ":" in line)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    with open(sys.argv[2], "rb") as file:
        raw_body = file.read()
    try:
        order = verify(headers, raw_body, os.environ["WEBHOOK_SECRET"], os.environ["API_SECRET"])
    except ValueError as error:
        sys.exit(f"refused: {error}")
    print(f"order {order['order_id']} is {order['status']}")
