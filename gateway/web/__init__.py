"""What the sites share: app factory, serving, page cache, event streams, static files, look.

``templates/base.html`` lists the blocks of a page, ``static/anaquel.css`` the components.
"""
