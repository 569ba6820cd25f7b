# table: what the RFCs say beside the usual: odd values, conditions that are not a cache's, ranges at the edges, updates.
"""More dialogues by RFC 9110, 9111, 9213 and 5861; see caching.py for their form."""
from caching import CACHE, ORIGIN, VALIDATED, case, date, get
from caching_store import CDN, CHANGED, FRESH, OLD, not_stored, stored

STALE = [FRESH, "Age: 700"]
TAGGED = STALE + ['ETag: "a"']
PAST = "Wed, 01 Jan 2020 00:00:00 GMT"

# --- values that are none (RFC 9111 section 4.2.1: such a response is stale) -----------------------------

for value in ("600a", "600.0", "600.5", " 600", "+600", "0x258", "600;a=1", "1e3", '"600', "'600'"):
    not_stored(f"max-age={value} is no lifetime", f"Cache-Control: max-age={value}")
    not_stored(f"s-maxage={value} is no lifetime, whatever max-age says", f"Cache-Control: s-maxage={value}, max-age=600")
stored("the same max-age twice is one", "Cache-Control: max-age=600, max-age=600")
not_stored("s-maxage=0 wins against an Expires to come", "Cache-Control: s-maxage=0", f"Expires: {date(600)}")
not_stored("an invalid Expires beside Last-Modified leaves no room for heuristics", "Expires: soon", CHANGED)
not_stored("an Expires in the past beside Last-Modified does not either", f"Expires: {date(-600)}", CHANGED)
not_stored("of two Expires the first counts: past", f"Expires: {date(-600)}", f"Expires: {date(600)}")
not_stored("what Expires says is compared with Age", f"Expires: {date(600)}", OLD)
stored("a no-store within a quoted string is none", 'Cache-Control: a="no-store, private", max-age=600')
stored("a quoted string may hold quotes", 'Cache-Control: a="\\"no-store", max-age=600')
not_stored("no-store after a quoted string that does not end", 'Cache-Control: max-age=600, a="b, no-store', "Cache-Control: no-store")
stored("white space around members", "Cache-Control:   max-age=600  ,\tpublic ")
not_stored("no-store on a line of its own", FRESH, "Cache-Control: no-store")
stored("Surrogate-Control is not ours: Cache-Control counts", "Surrogate-Control: no-store", FRESH)
not_stored("nor does it make fresh", "Surrogate-Control: max-age=600", "Cache-Control: no-store")

# --- Age (sections 4.2.3, 5.1) -------------------------------------------------------------------------

for value in ("0, 0", "5, 5"):
    stored(f"Age {value} is young", FRESH, f"Age: {value}")
not_stored("Age 7200, 7200 is old", FRESH, "Age: 7200, 7200")
case("the time that an answer took is part of its age", get(ORIGIN, answer=[FRESH, "Age: 100"], delay=2),
     get(CACHE, has=["Age: ^10[23]$"]))
case("Age of an answer by Expires grows as well", get(ORIGIN, answer=[f"Expires: {date(600)}"]), get(CACHE, has=["Age: ^[2-4]$"], pause=2))
case("after a validation Age begins anew", get(ORIGIN, answer=TAGGED), get(VALIDATED, answer=[FRESH, 'ETag: "a"']),
     get(CACHE, has=["Age: ^[0-3]$"]))
case("of an update by 304 its own Age counts", get(ORIGIN, answer=TAGGED), get(VALIDATED, answer=[FRESH, 'ETag: "a"', "Age: 50"]),
     get(CACHE, has=["Age: ^5[0-3]$"]))

# --- storing -------------------------------------------------------------------------------------------

stored("Content-Disposition changes nothing", FRESH, "Content-Disposition: attachment; filename=a")
stored("nor for heuristics", CHANGED, "Content-Disposition: attachment; filename=a")
for value in ("public", "must-revalidate"):
    not_stored(f"{value} alone is no lifetime", f"Cache-Control: {value}")
not_stored("private of a field and no-store", FRESH, 'Cache-Control: private="a", no-store')
case("no-store does not keep Connection's fields", get(ORIGIN, answer=["Cache-Control: no-store", "Connection: a", "A: 1"], lacks=["a"]))
case("fields that no-cache names are let through after a validation",
     get(ORIGIN, answer=[*TAGGED, 'Cache-Control: no-cache="a"', "A: 1"]),
     get(VALIDATED, answer=[FRESH, 'ETag: "a"', 'Cache-Control: no-cache="a"', "B: 2"], has=["B: 2"], lacks=["a"]))
stored("no-cache of CDN-Cache-Control names no fields as a string: it is there", CDN + 'max-age=600, no-cache="a"', "Cache-Control: no-store")
not_stored("immutable is no lifetime", "Cache-Control: immutable")
for status in (206, 304):
    case(f"a {status} that was not asked for answers nobody else", get(None, answer=[FRESH], status=status),
         get(ORIGIN))

# --- requests' directives (section 5.2.1) --------------------------------------------------------------

case("directives of several lines count", get(ORIGIN, answer=[FRESH]), get(ORIGIN, "Cache-Control: foo", "Cache-Control: no-cache"))
case("and in any case", get(ORIGIN, answer=[FRESH]), get(ORIGIN, "Cache-Control: NO-cache"))
case("max-age=0 is answered by a validation, if there is a validator", get(ORIGIN, answer=[FRESH, 'ETag: "a"']),
     get(VALIDATED, "Cache-Control: max-age=0", answer=[FRESH, 'ETag: "a"']))
case("no-cache as well", get(ORIGIN, answer=[FRESH, 'ETag: "a"']),
     get(VALIDATED, "Cache-Control: no-cache", answer=[FRESH, 'ETag: "a"']))
for value in ("must-revalidate", "proxy-revalidate", "s-maxage=600"):
    case(f"max-stale takes nothing that {value} forbids", get(ORIGIN, answer=[f"Cache-Control: max-age=600, {value}", "Age: 700"]),
         get(ORIGIN, "Cache-Control: max-stale=1000"))
case("max-stale takes nothing with no-cache", get(ORIGIN, answer=["Cache-Control: max-age=600, no-cache", "Age: 700", CHANGED]),
     get(VALIDATED, "Cache-Control: max-stale", answer=["Cache-Control: max-age=600, no-cache", CHANGED]))
case("max-age is an age, not a lifetime", get(ORIGIN, answer=[FRESH, "Age: 100"]), get(ORIGIN, "Cache-Control: max-age=99"))
case("max-stale and max-age: both count", get(ORIGIN, answer=STALE + [CHANGED]),
     get(ORIGIN, "Cache-Control: max-stale=1000, max-age=600", answer=STALE))
case("only-if-cached is not answered by what must be validated", get(ORIGIN, answer=STALE + ['ETag: "a"']),
     get(None, "Cache-Control: only-if-cached", want=504, asked=1))
case("only-if-cached with max-stale takes what is stale", get(ORIGIN, answer=STALE + [CHANGED]),
     get(CACHE, "Cache-Control: only-if-cached, max-stale"))
case("only-if-cached of a POST goes through", get(ORIGIN, "Cache-Control: only-if-cached", method="POST", send="x"))
case("min-fresh of what is stale goes to the origin", get(ORIGIN, answer=STALE), get(ORIGIN, "Cache-Control: min-fresh=0"))

# --- methods and invalidation (section 4.4) ------------------------------------------------------------

for status in (404, 410):
    case(f"HEAD with {status} outdates a response", get(ORIGIN, answer=STALE),
         get(ORIGIN, method="HEAD", status=status, answer=[FRESH]), get(ORIGIN))
case("a HEAD that fails outdates nothing", get(ORIGIN, answer=["Cache-Control: max-age=600, stale-if-error=600", "Age: 700"]),
     get(None, method="HEAD", status=503, want=200), get(None, status=503, want=200, text="answer 0"))
case("TRACE is not answered from memory", get(ORIGIN, answer=[FRESH]), get(None, method="TRACE", want=405), get(CACHE))
for name in ("Location", "Content-Location"):
    case(f"an absolute {name} of the same host is invalidated", get(ORIGIN, path="other", answer=[FRESH]),
         get(ORIGIN, method="POST", send="x", answer=[name + ": http://caching.test{target}other"]), get(ORIGIN, path="other"))
    case(f"not by an error: {name}", get(ORIGIN, path="other", answer=[FRESH]),
         get(ORIGIN, method="POST", send="x", status=500, answer=[f"{name}: other"]), get(CACHE, path="other"))
    case(f"{name} of a GET invalidates nothing", get(ORIGIN, path="other", answer=[FRESH]),
         get(ORIGIN, answer=[f"{name}: other"]), get(CACHE, path="other"))
case("all variants are invalidated", get(ORIGIN, "Foo: 1", answer=[FRESH, "Vary: Foo"]), get(ORIGIN, "Foo: 2", answer=[FRESH, "Vary: Foo"]),
     get(ORIGIN, method="DELETE"), get(ORIGIN, "Foo: 1", answer=[FRESH, "Vary: Foo"]), get(ORIGIN, "Foo: 2", answer=[FRESH, "Vary: Foo"]))
case("another query is another target", get(ORIGIN, path="?a", answer=[FRESH]), get(ORIGIN, path="?b", method="PUT", send="x"),
     get(CACHE, path="?a"))
for method in ("GET", "HEAD", "OPTIONS"):
    case(f"{method} is safe: it invalidates nothing", get(ORIGIN, answer=[FRESH]), get(None, "Cache-Control: no-cache", method=method,
         answer=["Cache-Control: no-store"], want=None), get(CACHE, text="answer 0"))

# --- conditions that are not a cache's (section 4.3.2) -------------------------------------------------

for line in ('If-Match: "b"', f"If-Unmodified-Since: {date(-1000000)}"):
    case(f"{line.split(':')[0]} is the origin's: what is fresh answers", get(ORIGIN, answer=[FRESH, 'ETag: "a"', CHANGED]),
         get(None, line, want=200, text="answer 0"))
case("HEAD with If-None-Match is 304 too", get(ORIGIN, answer=[FRESH, 'ETag: "a"']),
     get(CACHE, 'If-None-Match: "a"', method="HEAD", want=304, text=""))
case("a 304 has what RFC 9110 section 15.4.5 asks for",
     get(ORIGIN, answer=[FRESH, 'ETag: "a"', "Vary: Foo", f"Expires: {date(600)}", "Content-Location: /x", "Content-Type: text/plain"]),
     get(CACHE, 'If-None-Match: "a"', want=304, has=["ETag: a", "Vary: Foo", "Expires: GMT", "Content-Location: /x", "Date: GMT",
                                                      "Cache-Control: 600"], lacks=["content-type"]))
case("If-None-Match of two lines is one list", get(ORIGIN, answer=[FRESH, 'ETag: "a"']),
     get(CACHE, 'If-None-Match: "b"', 'If-None-Match: "a"', want=304))
case("If-None-Match without a stored tag gets the whole", get(ORIGIN, answer=[FRESH, CHANGED]), get(CACHE, 'If-None-Match: "a"'))
case("conditions of a request are not sent to the origin with what is stored",
     get(ORIGIN, 'If-None-Match: "x"', f"If-Modified-Since: {PAST}", answer=[FRESH, 'ETag: "a"'], unsent=["If-None-Match", "If-Modified-Since"]),
     get(CACHE))

# --- updates by 304 (section 3.2) ----------------------------------------------------------------------

for name in ("Test-Header", "X-Test-Header", "Content-Foo", "X-Content-Foo", "Content-Type", "Content-Language", "Content-Location", "Link",
             "Content-Security-Policy", "Set-Cookie", "WWW-Authenticate", "X-Frame-Options", "Warning", "Expires"):
    case(f"a 304 updates {name}", get(ORIGIN, answer=TAGGED + [f"{name}: /a"]),
         get(VALIDATED, answer=[FRESH, 'ETag: "a"', f"{name}: /b"], has=[f"{name}: ^/b$"]), get(CACHE, has=[f"{name}: ^/b$"], text="answer 0"))
case("a 304 updates Vary", get(ORIGIN, "Foo: 1", answer=TAGGED), get(VALIDATED, "Foo: 1", answer=[FRESH, 'ETag: "a"', "Vary: Foo"]),
     get(CACHE, "Foo: 1"), get(ORIGIN, "Foo: 2"))
case("a 304 does not update Content-Length", get(ORIGIN, answer=TAGGED),
     get(None, answer=[FRESH, 'ETag: "a"', "Content-Length: 999"], status=304, want=200, text="answer 0", has=["Content-Length: ^8$"]))
case("a 304 with no-store ends the storing", get(ORIGIN, answer=TAGGED), get(VALIDATED, answer=["Cache-Control: no-store", 'ETag: "a"']),
     get(ORIGIN, unsent=["If-None-Match"]))
case("a 304 takes away what its Connection names", get(ORIGIN, answer=TAGGED),
     get(VALIDATED, answer=[FRESH, 'ETag: "a"', "Connection: a", "A: 1"], lacks=["a"]), get(CACHE, lacks=["a"]))
case("several lines of a field are updated together", get(ORIGIN, answer=TAGGED + ["A: 1", "A: 2"]),
     get(VALIDATED, answer=[FRESH, 'ETag: "a"', "A: 3"], has=["A: ^3$"]), get(CACHE, has=["A: ^3$"]))

# --- Vary (section 4.1) --------------------------------------------------------------------------------

case("a stale variant does not answer for another", get(ORIGIN, "Foo: 1", answer=[*TAGGED, "Vary: Foo"]),
     get(ORIGIN, "Foo: 2", answer=[FRESH, 'ETag: "b"', "Vary: Foo"]), get(CACHE, "Foo: 2", text="answer 1"))
case("of two that match the newest answers", get(ORIGIN, "Foo: 1", "Bar: 1", answer=[FRESH, "Vary: Foo"]),
     # Each may be stored a moment after its client has it, and the older one last; by Date it is older.
     get(ORIGIN, "Foo: 2", "Bar: 1", answer=[FRESH, "Vary: Bar"], pause=1.1),
     get(CACHE, "Foo: 1", "Bar: 1", text="answer 1", pause=1))
case("Vary of several lines is one list", get(ORIGIN, "Foo: 1", "Bar: 1", answer=[FRESH, "Vary: Foo", "Vary: Bar"]),
     get(ORIGIN, "Foo: 1", "Bar: 2", answer=[FRESH, "Vary: Foo", "Vary: Bar"]))
for value in (",Foo,", "Foo,,Bar", " Foo , Bar "):
    case(f"Vary {value!r} is a list", get(ORIGIN, "Foo: 1", answer=[FRESH, f"Vary: {value}"]), get(CACHE, "Foo: 1"), get(ORIGIN, "Foo: 2"))

# --- ranges (RFC 9110 section 14) ----------------------------------------------------------------------

DIGITS = dict(answer=[FRESH, 'ETag: "a"', CHANGED, "Content-Type: text/plain"], body="0123456789")
for value, text, part in (("0-0", "0", "0-0"), ("9-", "9", "9-9"), ("-10", "0123456789", "0-9"), ("0-", "0123456789", "0-9"),
                          ("0-1,20-30", "01", "0-1"), (" 3-4 ", "34", "3-4"), ("0-99999999999999999999", "0123456789", "0-9")):
    case(f"Range {value!r} at the edge", get(ORIGIN, **DIGITS),
         get(CACHE, f"Range: bytes={value}", want=206, text=text, has=[f"Content-Range: ^bytes {part}/10$"]))
for value in ("-0", "10-20", "99-"):
    case(f"Range {value} can't be satisfied", get(ORIGIN, **DIGITS), get(CACHE, f"Range: bytes={value}", want=416))
case("a unit in another case is the same", get(ORIGIN, **DIGITS), get(CACHE, "Range: BYTES=0-1", want=206, text="01"))
case("a range of a stored 404 is ignored", get(ORIGIN, status=404, **DIGITS), get(CACHE, "Range: bytes=0-1", want=404, text="0123456789"))
case("a part has the fields of the whole", get(ORIGIN, answer=[FRESH, 'ETag: "a"', "A: 1", "Content-Type: text/x"], body="0123456789"),
     get(CACHE, "Range: bytes=0-1", want=206, has=["A: 1", 'ETag: "a"', "Content-Type: text/x", "Cache-Control: 600", "Age: \\d", "Date: GMT"]))
case("a range of what is stale is validated first", get(ORIGIN, answer=[*TAGGED], body="0123456789"),
     get(None, "Range: bytes=0-1", answer=[FRESH, 'ETag: "a"'], status=304, want=206, text="01", sent=['If-None-Match: "a"']))
case("If-Range of a date that is no Last-Modified gets the whole", get(ORIGIN, **DIGITS),
     get(CACHE, "Range: bytes=0-1", f"If-Range: {date()}", text="0123456789"))
case("If-Modified-Since goes before Range", get(ORIGIN, **DIGITS), get(CACHE, "Range: bytes=0-1", f"If-Modified-Since: {date()}", want=304))
case("If-Range without Range means nothing", get(ORIGIN, **DIGITS), get(CACHE, 'If-Range: "b"', text="0123456789"))
case("a part that was asked for again is not asked for again",
     get(ORIGIN, "Range: bytes=2-4", answer=[FRESH, 'ETag: "a"', "Content-Range: bytes 0-9/10"], body="0123456789", status=206, text="234"),
     get(CACHE, "Range: bytes=2-4", want=206, text="234"), get(CACHE, "Range: bytes=-3", want=206, text="789"))
case("a part whose place is not known before is passed on as it comes",
     get(ORIGIN, "Range: bytes=-5", answer=[FRESH, "Content-Range: bytes 5-9/10"], body="56789", status=206, text="56789"),
     get(ORIGIN, "Range: bytes=-5", answer=[FRESH, "Content-Range: bytes 5-9/10"], body="56789", status=206, text="56789"))

# --- stale responses (section 4.2.4, RFC 5861) ---------------------------------------------------------

case("a stale answer says so in Warning, as old caches did", get(ORIGIN, answer=STALE), get(None, drops=True, text="answer 0", has=["Warning: ^111 "]))
case("stale-if-error of zero allows nothing", get(ORIGIN, answer=["Cache-Control: max-age=600, stale-if-error=0", "Age: 700"]), get(ORIGIN, status=503))
case("a stale response is replaced by a new one that is not an error", get(ORIGIN, answer=[*STALE, 'ETag: "a"']),
     get(ORIGIN, answer=[FRESH, 'ETag: "b"']), get(CACHE, text="answer 1"))

# --- CDN-Cache-Control (RFC 9213) ----------------------------------------------------------------------

case("clients get both fields as they came", get(ORIGIN, answer=[CDN + "max-age=600", "Cache-Control: no-store"], has=["Cache-Control: ^no-store$"]),
     get(CACHE, has=["Cache-Control: ^no-store$", "CDN-Cache-Control: ^max-age=600$"]))
case("must-revalidate of it forbids stale use", get(ORIGIN, answer=[CDN + "max-age=600, must-revalidate", FRESH, "Age: 700"]),
     get(None, drops=True, want=502))
case("stale-while-revalidate of it allows stale use", get(ORIGIN, answer=[CDN + "max-age=600, stale-while-revalidate=600", "Age: 700"]),
     get(None, text="answer 0", answer=[FRESH]))
not_stored("a response to Authorization is not shared by its max-age", CDN + "max-age=600", request=["Authorization: Basic YTpi"])
