# table: which requests a stored response answers, and how (RFC 9111 section 4, RFC 9110 sections 13 and 14, RFC 5861).
"""Dialogues about reuse, validation, Vary, ranges, invalidation and stale responses; see caching.py for their form."""
from caching import CACHE, ORIGIN, VALIDATED, case, date, get

FRESH = "Cache-Control: max-age=600"
STALE = ["Cache-Control: max-age=600", "Age: 700"]
PAST = "Wed, 01 Jan 2020 00:00:00 GMT"
CHANGED = f"Last-Modified: {PAST}"

# --- requests' directives (section 5.2.1) --------------------------------------------------------------

for value in ("no-cache", "max-age=0", "max-age=10", "min-fresh=1200", "no-cache, max-stale"):
    case(f"a request with {value} goes to the origin", get(ORIGIN, answer=[FRESH, "Age: 20"]),
         get(ORIGIN, f"Cache-Control: {value}"))
for value in ("max-age=60", "min-fresh=60", "max-stale", "only-if-cached", "foo", ""):
    case(f"a request with {value!r} is answered from memory", get(ORIGIN, answer=[FRESH, "Age: 20"]),
         get(CACHE, f"Cache-Control: {value}"))
case("Pragma: no-cache alone means no-cache", get(ORIGIN, answer=[FRESH]), get(ORIGIN, "Pragma: no-cache"))
case("beside Cache-Control it means nothing", get(ORIGIN, answer=[FRESH]),
     get(CACHE, "Pragma: no-cache", "Cache-Control: max-age=60"))
for value in ("max-stale", "max-stale=1000"):
    case(f"{value} takes what is stale", get(ORIGIN, answer=STALE + [CHANGED]), get(CACHE, f"Cache-Control: {value}"))
case("max-stale=50 does not take what is staler", get(ORIGIN, answer=STALE), get(ORIGIN, "Cache-Control: max-stale=50"))
case("only-if-cached without a stored response is 504",
     get(None, "Cache-Control: only-if-cached", want=504, asked=0, lacks=["cache-status"]))
case("a request with no-store may be answered from memory", get(ORIGIN, answer=[FRESH]), get(CACHE, "Cache-Control: no-store"))
case("an answer with no-store does not take the place of what is stored", get(ORIGIN, answer=[FRESH]),
     get(ORIGIN, "Cache-Control: no-cache", answer=["Cache-Control: no-store"]), get(CACHE, text="answer 0"))
case("a reload takes the place of what is stored", get(ORIGIN, answer=[FRESH]),
     get(ORIGIN, "Cache-Control: no-cache", answer=[FRESH]), get(CACHE, text="answer 1"))
for query in ("?a=1", "?", "?a=1&b=2"):
    case(f"the query {query} is part of the key", get(ORIGIN, answer=[FRESH]), get(ORIGIN, path=query, answer=[FRESH]),
         get(CACHE, path=query, text="answer 1"))

# --- methods -------------------------------------------------------------------------------------------

case("HEAD is answered from GET", get(ORIGIN, answer=[FRESH, "A: 1"]),
     get(CACHE, method="HEAD", text="", has=["Content-Length: ^8$", "A: 1"]))
case("an answer to HEAD is no answer to GET", get(ORIGIN, method="HEAD", answer=[FRESH]), get(ORIGIN))
case("HEAD with other fields outdates a stale response", get(ORIGIN, answer=STALE + ['ETag: "a"']),
     get(ORIGIN, method="HEAD", answer=[FRESH, 'ETag: "b"']), get(ORIGIN, unsent=["If-None-Match"]))
case("HEAD with the same validator freshens it", get(ORIGIN, answer=STALE + ['ETag: "a"', "A: 1"]),
     get(ORIGIN, method="HEAD", answer=[FRESH, 'ETag: "a"', "A: 2"]), get(CACHE, text="answer 0", has=["A: ^2$"]))
for method in ("POST", "PUT", "DELETE", "PATCH", "M-SEARCH", "PROPPATCH"):
    for status in (200, 204, 302):
        case(f"{method} with {status} invalidates its target", get(ORIGIN, answer=[FRESH]),
             get(ORIGIN, method=method, send="x", status=status), get(ORIGIN))
    for status in (400, 500):
        case(f"{method} with {status} does not", get(ORIGIN, answer=[FRESH]),
             get(ORIGIN, method=method, send="x", status=status), get(CACHE))
    for name in ("Location", "Content-Location"):
        case(f"{method} invalidates what {name} names", get(ORIGIN, path="other", answer=[FRESH]),
             get(ORIGIN, method=method, send="x", answer=[f"{name}: other"]), get(ORIGIN, path="other"))
        case(f"{method} does not invalidate what {name} names elsewhere", get(ORIGIN, path="other", answer=[FRESH]),
             get(ORIGIN, method=method, send="x", answer=[f"{name}: http://elsewhere.test/0/other"]), get(CACHE, path="other"))
case("OPTIONS invalidates nothing", get(ORIGIN, answer=[FRESH]), get(ORIGIN, method="OPTIONS"), get(CACHE))
case("an answer to POST is no answer to POST", get(ORIGIN, method="POST", send="x", answer=[FRESH]),
     get(ORIGIN, method="POST", send="x"))
case("nor to GET, without Content-Location", get(ORIGIN, method="POST", send="x", answer=[FRESH]), get(ORIGIN))
case("an answer to POST that is its target's, by Content-Location and lifetime, answers GET",
     get(ORIGIN, method="POST", send="x", answer=[FRESH, "Content-Location: {target}"]), get(CACHE, text="answer 0"))
case("but not by heuristics", get(ORIGIN, method="POST", send="x", answer=[CHANGED, "Content-Location: {target}"]), get(ORIGIN))
case("a GET with content is not answered from memory", get(ORIGIN, answer=[FRESH]), get(ORIGIN, send="x"))

# --- conditional requests (section 4.3.2) --------------------------------------------------------------

TAGGED = [FRESH, 'ETag: "a"', CHANGED]
for value in ('"a"', 'W/"a"', '"a", "b"', '"b", "a"', '"b" ,W/"a",', "*"):
    case(f"If-None-Match: {value} is 304", get(ORIGIN, answer=TAGGED),
         get(CACHE, f"If-None-Match: {value}", want=304, text="", has=['ETag: ^"a"$', "Cache-Control: 600", "Date: GMT"]))
for value in ('"b"', "a", '"A"', '"a b"', '""'):
    case(f"If-None-Match: {value} is not", get(ORIGIN, answer=TAGGED), get(CACHE, f"If-None-Match: {value}"))
case("a weak tag matches", get(ORIGIN, answer=[FRESH, 'ETag: W/"a"']), get(CACHE, 'If-None-Match: "a"', want=304))
case("If-None-Match goes before If-Modified-Since: other", get(ORIGIN, answer=TAGGED),
     get(CACHE, 'If-None-Match: "b"', f"If-Modified-Since: {PAST}"))
case("If-None-Match goes before If-Modified-Since: same", get(ORIGIN, answer=TAGGED),
     get(CACHE, 'If-None-Match: "a"', "If-Modified-Since: Tue, 01 Jan 2019 00:00:00 GMT", want=304))
for value in (PAST, date(-10), "Wednesday, 01-Jan-20 00:00:00 GMT", "Wed Jan  1 00:00:00 2020"):
    case(f"If-Modified-Since: {value} is 304", get(ORIGIN, answer=[FRESH, CHANGED]),
         get(CACHE, f"If-Modified-Since: {value}", want=304, text=""))
for value in ("Tue, 31 Dec 2019 23:59:59 GMT", "yesterday", "0"):
    case(f"If-Modified-Since: {value} is not", get(ORIGIN, answer=[FRESH, CHANGED]), get(CACHE, f"If-Modified-Since: {value}"))
case("Date stands in for Last-Modified", get(ORIGIN, answer=[FRESH, f"Date: {date(-60)}"]),
     get(CACHE, f"If-Modified-Since: {date(-30)}", want=304))
case("conditions are for 200 alone", get(ORIGIN, answer=TAGGED, status=404), get(CACHE, 'If-None-Match: "a"', want=404))
case("a miss with a condition fetches the whole and stores it",
     get(ORIGIN, 'If-None-Match: "b"', answer=TAGGED), get(CACHE, text="answer 0"))

# --- validation (sections 4.3.1, 4.3.4, 3.2) -----------------------------------------------------------

case("ETag and Last-Modified are sent to validate", get(ORIGIN, answer=STALE + ['ETag: "a"', CHANGED]),
     get(VALIDATED, answer=[FRESH, 'ETag: "a"', CHANGED], sent=['If-None-Match: ^"a"$', f"If-Modified-Since: ^{PAST}$"]),
     get(CACHE, text="answer 0"))
case("a weak tag validates", get(ORIGIN, answer=STALE + ['ETag: W/"a"']),
     get(VALIDATED, answer=[FRESH, 'ETag: W/"a"'], sent=['If-None-Match: ^W/"a"$']))
case("Last-Modified alone validates", get(ORIGIN, answer=STALE + [CHANGED]),
     get(VALIDATED, answer=[FRESH, CHANGED], sent=["If-Modified-Since: 2020"], unsent=["If-None-Match"]))
case("the client's own condition is answered after a validation", get(ORIGIN, answer=STALE + ['ETag: "a"']),
     get(None, 'If-None-Match: "a"', answer=[FRESH, 'ETag: "a"'], status=304, want=304, sent=['If-None-Match: ^"a"$']))
case("a 304 updates fields and keeps the others", get(ORIGIN, answer=STALE + ['ETag: "a"', "A: 1", "B: 1", "Content-Foo: 1"]),
     get(VALIDATED, answer=[FRESH, 'ETag: "a"', "A: 2", "Content-Foo: 2"], has=["A: ^2$", "B: ^1$", "Content-Foo: ^2$"]),
     get(CACHE, has=["A: ^2$", "B: ^1$", "Cache-Control: 600"], text="answer 0"))
for name in ("Content-Encoding", "Content-Range"):
    case(f"a 304 does not update {name}", get(ORIGIN, answer=STALE + ['ETag: "a"', f"{name}: x"]),
         get(VALIDATED, answer=[FRESH, 'ETag: "a"', f"{name}: y"], has=[f"{name}: ^x$"]))
case("the validation has the request's fields that Vary names", get(ORIGIN, "Abc: 1", answer=STALE + ['ETag: "a"', "Vary: Abc"]),
     get(VALIDATED, "Abc: 1", answer=[FRESH, 'ETag: "a"', "Vary: Abc"], sent=["Abc: ^1$"]))
case("a stale response without validators is fetched anew", get(ORIGIN, answer=STALE),
     get(ORIGIN, unsent=["If-None-Match", "If-Modified-Since"]))
case("an error to a validation is passed on", get(ORIGIN, answer=STALE + ['ETag: "a"']), get(ORIGIN, status=503))

# --- Vary (section 4.1) --------------------------------------------------------------------------------


def vary(sentence, expect, first, second, name="Foo"):
    case(sentence, get(ORIGIN, *first, answer=[FRESH, f"Vary: {name}"]), get(expect, *second))


for value in ("*", "*, *", ", *", "*, Foo", "Foo, *"):
    vary(f"Vary: {value} is never reused", ORIGIN, ["Foo: 1"], ["Foo: 1"], value)
case("Vary: * on a second line is never reused", get(ORIGIN, answer=[FRESH, "Vary: Foo", "Vary: *"]), get(ORIGIN))
vary("the same value", CACHE, ["Foo: 1"], ["Foo: 1"])
vary("another value", ORIGIN, ["Foo: 1"], ["Foo: 2"])
vary("a value, then none", ORIGIN, ["Foo: 1"], [])
vary("none, then a value", ORIGIN, [], ["Foo: 1"])
vary("none twice", CACHE, [], [])
vary("an empty value is not none", ORIGIN, [], ["Foo:"])
case("a field that Connection names selects nothing, as the origin does not see it",
     get(ORIGIN, "Foo: 1", "Connection: Foo", answer=[FRESH, "Vary: Foo"], unsent=["Foo"]),
     get(ORIGIN, "Foo: 1", answer=[FRESH, "Vary: Foo"], sent=["Foo: ^1$"]), get(CACHE, text="answer 0"),
     get(CACHE, "connection: x, foo", "Foo: 2", text="answer 0"), get(CACHE, "Foo: 1", text="answer 1"))
vary("fields that Vary does not name", CACHE, ["Foo: 1", "Bar: 1"], ["Bar: 2", "Foo: 1"])
vary("names in any case", CACHE, ["foo: 1"], ["FOO: 1"], "fOO")
vary("two fields, one of them other", ORIGIN, ["Foo: 1", "Bar: 1"], ["Foo: 1", "Bar: 2"], "Foo, Bar")
vary("three fields, one missing twice", CACHE, ["Foo: 1", "Baz: 1"], ["Baz: 1", "Foo: 1"], "Foo, Bar, Baz")
vary("white space around commas", CACHE, ["Foo: 1,2"], ["Foo:  1, 2 "])
vary("one line or two", CACHE, ["Foo: 1, 2"], ["Foo: 1", "Foo: 2"])
vary("another order of members", ORIGIN, ["Foo: 1, 2"], ["Foo: 2, 1"])
for name in ("Accept-Language", "Accept-Encoding", "Accept"):
    vary(f"{name}: case", CACHE, [f"{name}: en, de"], [f"{name}: eN, De"], name)
    vary(f"{name}: white space", CACHE, [f"{name}: en, de;q=0.5"], [f"{name}: en ,   de ; q=0.5"], name)
    # Among languages of the same weight the order may mean something (RFC 9110 section 12.5.4).
    vary(f"{name}: order of what is liked alike", CACHE if name == "Accept-Encoding" else ORIGIN, [f"{name}: en, de"],
         [f"{name}: de, en"], name)
    if name != "Accept-Encoding":  # the edge asks the origin for what it codes itself
        vary(f"{name}: another preference", ORIGIN, [f"{name}: en, de;q=0.5"], [f"{name}: en;q=0.5, de"], name)
    vary(f"{name}: forms of the same weight", CACHE, [f"{name}: en;q=1.0, de;q=0.50"], [f"{name}: en,de;q=0.5"], name)
case("two variants lie beside each other", get(ORIGIN, "Foo: 1", answer=[FRESH, "Vary: Foo"]),
     get(ORIGIN, "Foo: 2", answer=[FRESH, "Vary: Foo"]), get(CACHE, "Foo: 1", text="answer 0"), get(CACHE, "Foo: 2", text="answer 1"))

# --- ranges (RFC 9110 section 14, RFC 9111 section 3.4) ------------------------------------------------

DIGITS = dict(answer=[FRESH, 'ETag: "a"', CHANGED, "Content-Type: text/plain"], body="0123456789")
for value, text, part in (("0-1", "01", "0-1"), ("1-", "123456789", "1-9"), ("-1", "9", "9-9"), ("-20", "0123456789", "0-9"),
                          ("8-99", "89", "8-9")):
    case(f"Range {value} of a stored response", get(ORIGIN, **DIGITS),
         get(CACHE, f"Range: bytes={value}", want=206, text=text, has=[f"Content-Range: ^bytes {part}/10$"]))
case("a range behind the end is 416", get(ORIGIN, **DIGITS), get(CACHE, "Range: bytes=10-", want=416, has=["Content-Range: ^bytes \\*/10$"]))
for value in ("bytes=5-1", "lines=1-2", "bytes=a-b", "bytes=", "1-2"):
    case(f"Range {value} is ignored", get(ORIGIN, **DIGITS), get(CACHE, f"Range: {value}", text="0123456789"))
case("several ranges are multipart/byteranges", get(ORIGIN, answer=[FRESH, "Content-Type: text/plain"], body="0123456789" * 100),
     get(CACHE, "Range: bytes=0-1,500-501", want=206, has=["Content-Type: ^multipart/byteranges; boundary="], lacks=["content-range"]))
for value in ('"a"', PAST):
    case(f"If-Range {value} that is the same", get(ORIGIN, **DIGITS), get(CACHE, "Range: bytes=0-1", f"If-Range: {value}", want=206))
for value in ('"b"', 'W/"a"', "Tue, 31 Dec 2019 23:59:59 GMT", "x"):
    case(f"If-Range {value} that is not", get(ORIGIN, **DIGITS), get(CACHE, "Range: bytes=0-1", f"If-Range: {value}", text="0123456789"))
case("If-None-Match goes before Range", get(ORIGIN, **DIGITS), get(CACHE, 'If-None-Match: "a"', "Range: bytes=0-1", want=304))
case("the range of a HEAD is ignored", get(ORIGIN, **DIGITS), get(CACHE, "Range: bytes=0-1", method="HEAD", has=["Content-Length: ^10$"]))
case("a miss with Range is fetched with what lies around it; if that is all, it answers a whole request",
     get(ORIGIN, "Range: bytes=0-4", answer=[FRESH, "Content-Range: bytes 0-9/10"], body="0123456789", status=206, want=206, text="01234",
         sent=["Range: ^bytes=0-1048575$"]),
     get(CACHE, text="0123456789"))
case("a 206 whose length is not what it says is not stored",
     get(ORIGIN, "Range: bytes=0-5", answer=[FRESH, "Content-Range: bytes 0-5/10"], body="01234", status=206),
     get(ORIGIN, "Range: bytes=0-5", answer=[FRESH, "Content-Range: bytes 0-5/10"], body="012345", status=206))

# --- interim answers -----------------------------------------------------------------------------------

EARLY = ["103 Early Hints\r\nLink: </a.css>; rel=preload\r\nCache-Control: no-store"]
case("103 is passed on, and the final answer stored without its fields",
     get(ORIGIN, answer=[FRESH], interim=EARLY, early=["Link: preload"], lacks=["link"]), get(CACHE, lacks=["link"], early=[]))
case("102 is passed on", get(ORIGIN, answer=[FRESH], interim=["102 Processing"], early=[]), get(CACHE))
case("several are passed on", get(ORIGIN, answer=[FRESH], interim=["102 Processing", *EARLY], early=[]), get(CACHE))

# --- stale responses (section 4.2.4, RFC 5861) ---------------------------------------------------------

case("a stale response is served when the origin can't be reached", get(ORIGIN, answer=STALE),
     get(None, drops=True, text="answer 0", has=["Cache-Status: ^skerry; fwd=stale; ttl=-\\d+", "Age: ^70"]))
case("and while it is known not to be reached, without asking", get(ORIGIN, answer=STALE), get(None, drops=True, text="answer 0"),
     get(CACHE, text="answer 0", has=["Cache-Status: ^skerry; hit; ttl=-"]))
case("unless s-maxage forbids it: closed", get(ORIGIN, answer=["Cache-Control: s-maxage=600", "Age: 700"]), get(None, drops=True, want=502))
case("s-maxage with stale-while-revalidate allows that",
     get(ORIGIN, answer=["Cache-Control: s-maxage=600, stale-while-revalidate=600", "Age: 700"]), get(None, text="answer 0"))
for value in ("must-revalidate", "proxy-revalidate", "no-cache"):
    case(f"unless {value} forbids it: closed", get(ORIGIN, answer=[f"Cache-Control: max-age=600, {value}", "Age: 700", 'ETag: "a"']),
         get(None, drops=True, want=502))
    case(f"unless {value} forbids it: 503",
         get(ORIGIN, answer=[f"Cache-Control: max-age=600, stale-if-error=600, {value}", "Age: 700", 'ETag: "a"']), get(ORIGIN, status=503))
    case(f"unless {value} forbids it: stale-while-revalidate",
         get(ORIGIN, answer=[f"Cache-Control: max-age=600, stale-while-revalidate=600, {value}", "Age: 700", 'ETag: "a"']), get(ORIGIN))
for status in (500, 502, 503, 504):
    case(f"stale-if-error serves it for {status}", get(ORIGIN, answer=["Cache-Control: max-age=600, stale-if-error=600", "Age: 700"]),
         get(None, status=status, want=200, text="answer 0", has=[f"Cache-Status: ^skerry; fwd=stale; fwd-status={status}; ttl=-"]))
case("not for 404", get(ORIGIN, answer=["Cache-Control: max-age=600, stale-if-error=600", "Age: 700"]), get(ORIGIN, status=404))
case("not beyond its time", get(ORIGIN, answer=["Cache-Control: max-age=600, stale-if-error=50", "Age: 700"]), get(ORIGIN, status=503))
case("a reload asks the origin, and gets what there is if that fails",
     get(ORIGIN, answer=["Cache-Control: max-age=600, stale-if-error=600", "Age: 20"]),
     get(None, "Cache-Control: no-cache", status=503, want=200, text="answer 0", has=["Cache-Status: ^skerry; fwd=request; fwd-status=503; ttl="]),
     get(ORIGIN, "Cache-Control: no-cache", answer=[FRESH]))
case("stale-if-error of a request counts as well", get(ORIGIN, answer=STALE),
     get(None, "Cache-Control: stale-if-error=600", status=503, want=200, text="answer 0"))
case("HEAD gets it too", get(ORIGIN, answer=STALE), get(None, method="HEAD", drops=True, text="", has=["X-Step: ^0$"]))
case("stale-while-revalidate serves it at once and validates behind",
     get(ORIGIN, answer=["Cache-Control: max-age=600, stale-while-revalidate=600", "Age: 700"]),
     get(None, answer=[FRESH], delay=3, text="answer 0", has=["Cache-Status: ^skerry; hit; ttl=-", "Age: ^70"]),
     get(None, text="answer 0", asked=2), get(CACHE, pause=5, text="answer 1", asked=2))
case("not beyond its time: stale-while-revalidate",
     get(ORIGIN, answer=["Cache-Control: max-age=600, stale-while-revalidate=50", "Age: 700"]), get(ORIGIN))
case("not to a reload: stale-while-revalidate",
     get(ORIGIN, answer=["Cache-Control: max-age=600, stale-while-revalidate=600", "Age: 700"]), get(ORIGIN, "Cache-Control: no-cache"))

# --- Cache-Status (RFC 9211) ---------------------------------------------------------------------------

case("Cache-Status of a miss and a hit", get(ORIGIN, answer=[FRESH], has=["Cache-Status: ^skerry; fwd=uri-miss; stored; ttl=(600|599)$"]),
     get(CACHE, has=["Cache-Status: ^skerry; hit; ttl=(600|59[0-9])$"]))
case("it comes behind those of other caches", get(ORIGIN, answer=[FRESH, "Cache-Status: Inner; hit"], has=["Cache-Status: ^Inner; hit, skerry; fwd="]),
     get(CACHE, has=["Cache-Status: ^Inner; hit, skerry; hit"]))
case("Cache-Status of what is not stored", get(ORIGIN, answer=["Cache-Control: no-store"], has=["Cache-Status: ^skerry; fwd=uri-miss$"]))
case("Cache-Status of other methods", get(ORIGIN, method="POST", send="x", has=["Cache-Status: ^skerry; fwd=method$"]))
case("Cache-Status of another variant", get(ORIGIN, "Foo: 1", answer=[FRESH, "Vary: Foo"]),
     get(ORIGIN, "Foo: 2", answer=[FRESH, "Vary: Foo"], has=["Cache-Status: ^skerry; fwd=vary-miss; stored"]))
case("Cache-Status of a reload", get(ORIGIN, answer=[FRESH]),
     get(ORIGIN, "Cache-Control: no-cache", answer=[FRESH], has=["Cache-Status: ^skerry; fwd=request; stored"]))
case("Cache-Status of a validation", get(ORIGIN, answer=STALE + ['ETag: "a"']),
     get(VALIDATED, answer=[FRESH, 'ETag: "a"'], has=["Cache-Status: ^skerry; fwd=stale; fwd-status=304; (stored; )?ttl="]))
case("Cache-Status of a 304 to the client", get(ORIGIN, answer=[FRESH, 'ETag: "a"']),
     get(CACHE, 'If-None-Match: "a"', want=304, has=["Cache-Status: ^skerry; hit; ttl="]))
