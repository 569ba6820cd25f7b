# table: what may be stored, and for how long it is fresh (RFC 9111 sections 3 and 4.2, RFC 9213).
"""Dialogues about storing and freshness; see caching.py for their form."""
from caching import CACHE, ORIGIN, VALIDATED, case, date, get

FRESH = "Cache-Control: max-age=600"
CHANGED = f"Last-Modified: {date(-100000)}"
OLD = "Age: 7200"


def stored(sentence, *answer, **more):
    case(sentence, get(ORIGIN, answer=answer, **more), get(CACHE, **more))


def not_stored(sentence, *answer, request=(), **more):
    case(sentence, get(ORIGIN, *request, answer=answer, **more), get(ORIGIN, **more))


# --- freshness by Cache-Control (section 5.2.2, 4.2.1) -------------------------------------------------

not_stored("nothing said on freshness: not reused")
stored("max-age makes a response fresh", "Cache-Control: max-age=600")
stored("s-maxage makes a response fresh", "Cache-Control: s-maxage=600")
for number in ("2147483647", "2147483648", "2147483649", "99999999999", "9" * 40):
    stored(f"max-age={number} is very long, not a fault", f"Cache-Control: max-age={number}")
stored("leading zeros of max-age mean nothing", "Cache-Control: max-age=000600")
stored("max-age in quotes is read", 'Cache-Control: max-age="600"')
stored("names of directives in any case", "Cache-Control: MaX-aGE=600")
stored("an unknown directive changes nothing", "Cache-Control: foo, bar=\"1, max-age=0\", max-age=600")
stored("empty members of the list mean nothing", "Cache-Control: , ,max-age=600,")
stored("max-age wins against an Expires in the past", FRESH, f"Expires: {date(-7200)}")
stored("max-age wins against an invalid Expires", FRESH, "Expires: 0")
stored("a longer s-maxage wins against max-age and Expires", "Cache-Control: max-age=0, s-maxage=600",
       f"Expires: {date(-10)}")
stored("s-maxage on a line of its own counts", "Cache-Control: max-age=0", "Cache-Control: s-maxage=600")
for value in ("max-age=0", "max-age=-600", "max-age='600'", "max-age=", "max-age", "max-age=a600", "max-age=6 00"):
    not_stored(f"{value} is stale", f"Cache-Control: {value}")
not_stored("white space around = makes no max-age", "Cache-Control: max-age =600")
not_stored("max-age=0 wins against an Expires to come", "Cache-Control: max-age=0", f"Expires: {date(600)}")
not_stored("a shorter s-maxage wins against max-age", "Cache-Control: max-age=600, s-maxage=0")
not_stored("a shorter s-maxage before max-age wins", "Cache-Control: s-maxage=0, max-age=600")
not_stored("max-age within a quoted string is none", 'Cache-Control: extension="max-age=600", max-age=0')
not_stored("of two max-age the first counts", "Cache-Control: max-age=0, max-age=600")
case("what was fresh becomes stale", get(ORIGIN, answer=["Cache-Control: max-age=1"]), get(ORIGIN, pause=2.1))

# --- Age (section 5.1) and Date (section 4.2.3) --------------------------------------------------------

not_stored("an Age above the lifetime is stale", FRESH, OLD)
stored("an Age below the lifetime leaves the rest", "Cache-Control: max-age=7300", OLD)
for value in ("2147483647", "2147483648", "2147483649", "9" * 40):
    not_stored(f"Age {value} is old", FRESH, f"Age: {value}")
for value in ("abc", "-7200", "7200.0", "7200;a=1", "1e9", ""):
    stored(f"Age {value!r} is no age", FRESH, f"Age: {value}")
not_stored("of a list of ages the first counts: old", FRESH, "Age: 7200, 0")
stored("of a list of ages the first counts: young", FRESH, "Age: 0, 7200")
not_stored("of several Age lines the first counts: old", FRESH, OLD, "Age: 0")
stored("of several Age lines the first counts: young", FRESH, "Age: 0", OLD)
not_stored("a Date long ago makes the response old", FRESH, f"Date: {date(-7200)}")
stored("a Date to come does not make it young for ever", FRESH, f"Date: {date(7200)}")
case("Age is told and grows", get(ORIGIN, answer=[FRESH, "Age: 30"]), get(CACHE, has=["Age: ^3[2-5]$"], pause=2))
case("a stored response keeps its Date", get(ORIGIN, answer=[FRESH, f"Date: {date(-10)}"]),
     get(CACHE, has=[f"Date: {date(-10)[:-6]}"], pause=1))
case("a response without Date gets one", get(ORIGIN, answer=[FRESH, "no-date"]), get(CACHE, has=["Date: GMT"]))

# --- Expires (section 5.3) -----------------------------------------------------------------------------

stored("Expires to come", f"Expires: {date(600)}")
stored("Expires far beyond 32 bits", "Expires: Sun, 21 Nov 2286 04:46:39 GMT")
stored("Expires in the form of RFC 850", "Expires: Thursday, 18-Aug-50 02:01:18 GMT")
stored("Expires in the form of asctime", "Expires: Thu Aug  8 02:01:18 2050")
for text in ("THU, 18 Aug 2050 02:01:18 GMT", "Thu, 18 AUG 2050 02:01:18 GMT", "Thu, 18 Aug 2050 02:01:18 gMT"):
    stored(f"Expires in any case: {text}", f"Expires: {text}")
for text in ("Thu, 18 Aug 2050 02:01:18 UTC", "Thu, 18 Aug 2050 02:01:18 AEST", "Thu, 18 Aug 50 02:01:18 GMT",
             "Thu 18 Aug 2050 02:01:18 GMT", "Thu, 18  Aug  2050 02:01:18 GMT", "Thu, 18-Aug-2050 02:01:18 GMT",
             "Thu, 18 Aug 2050 02.01.18 GMT", "Thu, 18 Aug 2050 2:01:18 GMT", "Thu, 32 Aug 2050 02:01:18 GMT", "0", "-1",
             "tomorrow"):
    not_stored(f"Expires that is no date is past: {text}", f"Expires: {text}")
not_stored("Expires that is Date is past", f"Expires: {date()}", f"Date: {date()}")
not_stored("Expires in the past", f"Expires: {date(-600)}")
not_stored("Expires counts from Date, not from now", f"Expires: {date(300)}", f"Date: {date(300)}")

# --- heuristic freshness (section 4.2.2) ---------------------------------------------------------------

for status in (200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501):
    stored(f"{status} with Last-Modified is fresh by heuristics", CHANGED, status=status)
for status in (201, 202, 302, 303, 307, 400, 403, 429, 500, 502, 503, 504, 599):
    not_stored(f"{status} with Last-Modified is not", CHANGED, status=status)
stored("but with public it is: 599", CHANGED, "Cache-Control: public", status=599)
not_stored("heuristics need a Last-Modified in the past", f"Last-Modified: {date(1000)}")
not_stored("heuristics are not used for what has a word on it", CHANGED, "Cache-Control: max-age=0")
case("Pragma in a response means nothing", get(ORIGIN, answer=["Pragma: no-cache", FRESH]), get(CACHE))

# --- statuses ------------------------------------------------------------------------------------------

for status in (200, 201, 202, 203, 204, 299, 300, 301, 302, 303, 307, 308, 400, 403, 404, 405, 410, 418, 429, 451, 499,
               500, 502, 503, 504, 599):
    stored(f"{status} with max-age is stored", FRESH, status=status)
    not_stored(f"{status} that is stale is not reused", FRESH, OLD, status=status)
stored("must-understand of a known status is stored", "Cache-Control: max-age=600, must-understand, no-store")
not_stored("must-understand of an unknown status is not", "Cache-Control: max-age=600, must-understand", status=299)
not_stored("206 to a request without Range is not stored", FRESH, "Content-Range: bytes 0-3/10", status=206)

# --- directives that forbid (sections 5.2.2.4 to 5.2.2.7, 3.5) -----------------------------------------

for value in ("no-store", "No-StoRe", "max-age=600, no-store", "private, max-age=600", "PRIVATE, s-maxage=600",
              "no-store=\"x\", max-age=600", "private=\"\", max-age=600", "private=, max-age=600"):
    not_stored(f"Cache-Control: {value} is not stored", f"Cache-Control: {value}", f"Expires: {date(600)}")
for value in ("no-cache", "max-age=600, no-cache", "No-CaChE, max-age=600"):
    not_stored(f"Cache-Control: {value} is not reused unvalidated", f"Cache-Control: {value}", f"Expires: {date(600)}")
    case(f"{value} with a validator is validated on every use",
         get(ORIGIN, answer=[f"Cache-Control: {value}", 'ETag: "a"']),
         get(VALIDATED, answer=[f"Cache-Control: {value}", 'ETag: "a"'], sent=['If-None-Match: ^"a"$']))
for directive in ("no-cache", "private"):
    case(f"fields that {directive} names are not stored",
         get(ORIGIN, answer=[FRESH, f'Cache-Control: {directive}="a, B"', "A: 1", "B: 2", "C: 3"], has=["A: 1", "B: 2"]),
         get(CACHE, lacks=["a", "b"], has=["C: 3"]))
not_stored("a response to Authorization is not shared", FRESH, request=["Authorization: Basic YTpi"])
not_stored("nor with Expires alone", f"Expires: {date(600)}", request=["Authorization: Basic YTpi"])
for value in ("max-age=600, public", "max-age=600, must-revalidate", "s-maxage=600"):
    case(f"but {value} shares it",
         get(ORIGIN, "Authorization: Basic YTpi", answer=[f"Cache-Control: {value}"], sent=["Authorization: Basic"]),
         get(CACHE))
case("a stored response may answer a request with Authorization", get(ORIGIN, answer=[FRESH]),
     get(CACHE, "Authorization: Basic YTpi"))
stored("Set-Cookie with a lifetime is stored", FRESH, "Set-Cookie: a=b")
not_stored("Set-Cookie without one is not", CHANGED, "Set-Cookie: a=b")
case("a Cookie of the request changes nothing", get(ORIGIN, answer=[FRESH]), get(CACHE, "Cookie: a=b"))
not_stored("no-store of a request forbids storing", FRESH, request=["Cache-Control: no-store"])

# --- fields that are stored (section 3.1) --------------------------------------------------------------

for name in ("Test-Header", "X-Test-Header", "Content-Foo", "X-Content-Foo", "Content-Location", "Content-MD5",
             "Content-Security-Policy", "Content-Type", "Content-Language", "Clear-Site-Data", "ETag", "Public-Key-Pins",
             "Set-Cookie", "Set-Cookie2", "X-Frame-Options", "X-XSS-Protection", "WWW-Authenticate", "Link", "Warning"):
    case(f"{name} is stored", get(ORIGIN, answer=[FRESH, f"{name}: /a,b=c"]), get(CACHE, has=[f"{name}: ^/a,b=c$"]))
for name in ("Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authentication-Info", "Proxy-Authorization",
             "Proxy-Connection", "TE", "Upgrade"):
    case(f"{name} is not stored", get(ORIGIN, answer=[FRESH, f"{name}: x-y"]), get(CACHE, lacks=[name] * (name != "Connection")))
case("fields that Connection names are not stored",
     get(ORIGIN, answer=[FRESH, "Connection: a, b", "A: 1", "B: 2", "C: 3"], lacks=["a", "b"]),
     get(CACHE, lacks=["a", "b"], has=["C: 3"]))
case("several lines of a field stay several", get(ORIGIN, answer=[FRESH, "Set-Cookie: a=1", "Set-Cookie: b=2"]),
     get(CACHE, has=["Set-Cookie: ^a=1, b=2$"]))
for framing in ("chunked", "close"):
    for size in (0, 5, 30_000):
        for go in range(3):
            case(f"{size} bytes that come at once, whose end is told by {framing}, arrive as they are ({go + 1})",
                 get(ORIGIN, answer=[FRESH], framing=framing, body="x" * size, text="x" * size),
                 get(CACHE, text="x" * size, has=[f"Content-Length: {size}"]))
case("trailers are not taken for fields of the head",
     get(ORIGIN, answer=[FRESH], trailers=["A: 1", "Cache-Control: no-store"]), get(CACHE, lacks=["a"], text="answer 0"))

# --- targeted fields (RFC 9213) ------------------------------------------------------------------------

CDN = "CDN-Cache-Control: "
for value in ("max-age=600", "max-age=2147483648", "max-age=99999999999", "foobar, max-age=600", "s-maxage=600, max-age=0",
              "max-age=600;a=1", "public, max-age=600"):
    stored(f"{CDN}{value} makes it fresh", CDN + value)
    stored(f"{CDN}{value} wins against no-store and an Expires in the past", CDN + value, "Cache-Control: no-store",
           f"Expires: {date(-600)}")
for value in ("max-age=0", "no-store", "private", "no-cache", "max-age=600, no-store", "max-age=600, private=?1",
              "max-age=-1", "foo"):
    not_stored(f"{CDN}{value} wins against max-age and Expires", CDN + value, FRESH, f"Expires: {date(600)}")
for value in ("max-age=600, &&&&&", "max-age=600,", "max-age = 600", "max-age=6oo, =", "MaX-aGe=600", '"max-age"', ""):
    not_stored(f"{CDN}{value!r} can't be parsed: no-store of Cache-Control counts", CDN + value, "Cache-Control: no-store")
    stored(f"{CDN}{value!r} can't be parsed: max-age of Cache-Control counts", CDN + value, FRESH)
not_stored(f"{CDN}max-age of another type is no lifetime", CDN + 'max-age="600"', "Cache-Control: no-store")
not_stored(f"{CDN}max-age is compared with Age", CDN + "max-age=600", OLD)
stored(f"{CDN}of several lines is one dictionary", CDN + "foo", CDN + "max-age=600", "Cache-Control: no-store")
stored(f"{CDN}of a key given twice the last counts", CDN + "max-age=0, max-age=600")
