"""Identity: who has an account, who is looking, what they may see and change.

Decisions that bind this package:

- Accounts are records (kind `users`), so they survive a deleted index. Sessions and refresh tokens are
  rows of `runtime.db`: losing them costs a sign-in, nothing else.
- A password is hashed with Argon2id, 64 MiB, t=3, p=4 (RFC 9106's second choice with more memory than OWASP's
  floor). Hashing is rationed: as many at once as there are cores, a short queue, and then an honest "busy",
  so that fifty sign-ins cannot take every thread of the server.
- Whatever changes what an account may do (password, role, disabled) changes its *stamp*. A session remembers
  the stamp it was opened under; a token is honoured only while session and account agree, checked on each
  request.
- The most frequent passwords are refused. `common_passwords.txt` holds the first 12 hex digits of SHA-256 of
  the casefolded 5,000 most frequent passwords of 8 characters or more, out of the public frequency list that
  Django ships (BSD licence, made by Royce Williams); digits instead of words keep a list of vile words out of
  the tree.
"""
