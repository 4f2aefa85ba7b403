"""A planted fault: conflict copies are not looked at."""

from sync.scan import copies

copies.see_copies = lambda *words: ()
