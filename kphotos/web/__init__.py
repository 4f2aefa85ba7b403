"""The rooms that know Flask: one module per context, each view parses, calls one function, renders.

Decisions that bind this package:

- *Deny by default.* Each view is marked `anyone`, `member` or `admin` (see `gate`); a view without a mark is
  refused for everybody, and a test fails for it. Whether somebody may see one asset is not asked here but by
  the scope inside the query: what is not yours is simply not found, byte for byte like what does not exist.
- *A change comes from our own pages.* Every request that is not GET, HEAD or OPTIONS must carry no foreign
  Origin and no cross-site Sec-Fetch-Site, and with a session also the double-submit token bound into its JWT.
- *Bad input is the caller's, never a 5xx*: `errors` is the one place that turns exceptions into HTTP, JSON
  for `/api`, `/media` and whoever asks for it, a page for people.
- The JWT is read by name from the cookies instead of by flask-jwt-extended's decorators, because the cookie's
  name depends on the request: browsers drop `__Host-` cookies over plain HTTP, save from the own machine.
"""
