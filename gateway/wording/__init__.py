"""How the shop writes money, times and languages; the only home of Babel.

A *language* (``es``) picks the words, a *locale* (``es_MX``) writes numbers and money.
"""
