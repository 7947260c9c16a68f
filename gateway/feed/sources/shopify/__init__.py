"""Shopify as a source: what it says becomes our rows, asked for over the internet.

``records`` reads answers, ``queries`` asks, ``styles`` and ``mapping`` decide, ``client`` talks,
``reading`` gathers, ``applying`` writes, ``service`` keeps going, ``webhooks`` only hurry it.
"""
