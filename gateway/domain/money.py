"""Amounts of money: decimals with an ISO 4217 currency, never floats."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

AMOUNT = re.compile(r"\d{1,9}(\.\d{1,4})?", re.ASCII)

# ISO 4217 active codes with their minor units (list one, without funds, metals and testing codes).
_MINOR_0 = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_MINOR_3 = "BHD IQD JOD KWD LYD OMR TND"
_MINOR_2 = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD "
    "HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA "
    "MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN "
    "QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP "
    "TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG"
)
MINOR_UNITS = {
    code: digits
    for digits, codes in ((0, _MINOR_0), (2, _MINOR_2), (3, _MINOR_3))
    for code in codes.split()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount in one currency, exact; ``rounded`` gives what a shopper pays."""

    amount: Decimal
    currency: str

    def rounded(self) -> Money:
        """The amount in the currency's minor units, half up (the shopper's rounding)."""
        unit = Decimal(1).scaleb(-MINOR_UNITS[self.currency])
        return Money(
            amount=self.amount.quantize(unit, rounding=ROUND_HALF_UP), currency=self.currency
        )
