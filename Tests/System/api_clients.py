"""Clients of the public API: libraries that were written for another one, and a plain one that counts.

    api_clients.py sdk URL TOKEN           cloudflare-python
    api_clients.py libcloud HOST PORT EMAIL KEY
    api_clients.py write URL TOKEN ZONE LABEL FILE   adds records until it is cut off; what was acknowledged is in FILE
    api_clients.py kept URL TOKEN ZONE FILE    all that FILE has are there
    api_clients.py bulk URL TOKEN ZONES RECORDS  so many zones with so many records each, and how long writes took
    api_clients.py flood URL TOKEN TOKEN2 COUNT  the first floods while the second asks so often
"""
import http.client
import json
import ssl
import sys
import threading
import time
import urllib.parse


class Client:
    def __init__(self, url, token):
        parts = urllib.parse.urlsplit(url)
        self.prefix = parts.path
        self.token = token
        if parts.scheme == "https":
            self.connection = http.client.HTTPSConnection(
                parts.hostname, parts.port, timeout=60, context=ssl.create_default_context())
        else:
            self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body)
        self.connection.request(
            method, self.prefix + path, data, {"Authorization": "Bearer " + self.token})
        response = self.connection.getresponse()
        return response.status, json.loads(response.read())


def zone_id(client, name):
    return client.ask("GET", "/zones?name=" + name)[1]["result"][0]["id"]


def sdk(url, token):
    import cloudflare

    client = cloudflare.Cloudflare(api_token=token, base_url=url, max_retries=0)
    account = list(client.accounts.list())[0]
    print("token", client.user.tokens.verify().status)
    zone = client.zones.create(account={"id": account.id}, name="sdk.test", type="full")
    records = client.dns.records
    print("zone", zone.status, len(zone.name_servers))
    for index in range(5):
        records.create(
            zone_id=zone.id, type="A", name=f"a{index}", content=f"192.0.2.{index + 1}", ttl=300)
    # The library reads pages until one is empty.
    print("pages", len(list(records.list(zone_id=zone.id, per_page=2))))
    mail = records.create(
        zone_id=zone.id, type="MX", name="sdk.test", content="mx.sdk.test.", priority=5, ttl=1)
    print("mail", mail.content, int(mail.priority))
    try:
        records.create(
            zone_id=zone.id, type="MX", name="sdk.test", content="mx.sdk.test", priority=5, ttl=1)
    except cloudflare.BadRequestError as error:
        print("again", error.errors[0].code)
    edited = records.edit(
        dns_record_id=mail.id, zone_id=zone.id, type="MX", name="sdk.test",
        content="mx2.sdk.test", ttl=600, priority=5)
    print("same", edited.id == mail.id, edited.content)
    batch = records.batch(
        zone_id=zone.id, deletes=[{"id": mail.id}],
        posts=[{"type": "TXT", "name": "b", "content": '"hello world"', "ttl": 300}])
    print("batch", len(batch.deletes), batch.posts[0].content)
    file = "$ORIGIN sdk.test.\nwww 300 IN A 192.0.2.7\n@ 300 IN MX 10 mx\n"
    print("import", int(records.import_(zone_id=zone.id, file=file).recs_added))
    print("export", "www\t300\tIN\tA\t192.0.2.7" in records.export(zone_id=zone.id))
    print("paused", client.zones.edit(zone_id=zone.id, paused=True).paused)
    print("purged", client.cache.purge(zone_id=zone.id, purge_everything=True).id == zone.id)
    try:
        client.rulesets.list(zone_id=zone.id)
    except cloudflare.NotFoundError as error:
        print("absent", error.errors[0].code)
    groups = {group.name: group.id for group in client.user.tokens.permission_groups.list()}
    resource = f"com.cloudflare.api.account.zone.{zone.id}"
    reader = client.user.tokens.create(name="reader", policies=[{
        "effect": "allow", "resources": {resource: "*"},
        "permission_groups": [{"id": groups["DNS Read"]}]}])
    other = cloudflare.Cloudflare(api_token=reader.value, base_url=url, max_retries=0)
    print("reader", [found.name for found in other.zones.list()],
          len(list(other.dns.records.list(zone_id=zone.id))))
    try:
        other.dns.records.create(zone_id=zone.id, type="A", name="x", content="192.0.2.1", ttl=1)
    except cloudflare.PermissionDeniedError as error:
        print("refused", error.errors[0].code)
    print("deleted", client.zones.delete(zone_id=zone.id).id == zone.id)
    # A zone that is signed stays: the zone above may name its keys.
    signed = client.zones.create(account={"id": account.id}, name="signed.test", type="full")
    client.dns.dnssec.edit(zone_id=signed.id, status="active")
    print("signed", client.dns.dnssec.get(zone_id=signed.id).ds.split()[:4])


def libcloud(host, port, email, key):
    from libcloud.dns.drivers.cloudflare import CloudFlareDNSDriver
    from libcloud.dns.types import RecordType, ZoneDoesNotExistError

    driver = CloudFlareDNSDriver(email, key, secure=True, host=host, port=int(port))
    zone = driver.create_zone("libcloud.test")
    print("zone", zone.domain)
    record = driver.create_record("www", zone, RecordType.A, "192.0.2.5", extra={"ttl": 300})
    print("record", record.name, record.type, record.data)
    record = driver.update_record(record, data="192.0.2.6")
    print("updated", record.data, driver.get_record(zone.id, record.id).data)
    print("listed", [(found.name, found.type) for found in driver.list_records(zone)])
    print("deleted", driver.delete_record(record), driver.delete_zone(zone))
    try:
        driver.get_zone("0" * 32)
    except ZoneDoesNotExistError:
        print("gone")


def write(url, token, zone, label, file):
    client = Client(url, token)
    zone = zone_id(client, zone)
    with open(file, "a", buffering=1) as log:
        for index in range(1_000_000):
            status, body = client.ask("POST", f"/zones/{zone}/dns_records", {
                "type": "TXT", "name": f"w{label}.{index}", "content": f"value {index}"})
            assert status == 200, (status, body)
            log.write(body["result"]["id"] + "\n")


def kept(url, token, zone, file):
    client = Client(url, token)
    zone = zone_id(client, zone)
    status, body = client.ask("GET", f"/zones/{zone}/dns_records?per_page=5000")
    found = {record["id"] for record in body["result"] if record["name"].startswith("w")}
    wanted = set(open(file).read().split())
    # Each time one more may have been written whose answer was cut off.
    print("lost", len(wanted - found), "more", len(found - wanted) <= 3)


def bulk(url, token, zones, records):
    client = Client(url, token)
    times = []
    for number in range(int(zones)):
        start = time.monotonic()
        status, body = client.ask("POST", "/zones", {"name": f"bulk{number}.test"})
        times.append(time.monotonic() - start)
        assert status == 200, body
        zone = body["result"]["id"]
        posts = [{"type": "A", "name": f"h{index}", "content": f"192.0.2.{index % 250 + 1}"}
                 for index in range(int(records))]
        start = time.monotonic()
        status, body = client.ask("POST", f"/zones/{zone}/dns_records/batch", {"posts": posts})
        times.append(time.monotonic() - start)
        assert status == 200, body
    times.sort()
    print(f"zones {zones} p50 {times[len(times) // 2] * 1000:.1f} ms "
          f"p99 {times[int(len(times) * 0.99)] * 1000:.1f} ms max {times[-1] * 1000:.1f} ms")


def flood(url, token, second, count):
    isOver = threading.Event()
    statuses = {}

    def ask():
        client = Client(url, token)
        number = 0
        while not isOver.is_set():
            number += 1
            status, _ = client.ask("POST", "/zones", {"name": "no name"})
            statuses[status] = statuses.get(status, 0) + 1

    threads = [threading.Thread(target=ask) for _ in range(48)]
    for thread in threads:
        thread.start()
    client = Client(url, second)
    times, wrong = [], 0
    for _ in range(int(count)):
        start = time.monotonic()
        status, _ = client.ask("GET", "/zones")
        times.append(time.monotonic() - start)
        wrong += status != 200
    isOver.set()
    for thread in threads:
        thread.join()
    times.sort()
    print("asked", len(times), "wrong", wrong, "flooded", set(statuses) <= {400, 429})
    print(f"p50 {times[len(times) // 2] * 1000:.1f} ms p99 {times[int(len(times) * 0.99)] * 1000:.1f} "
          f"ms of {sum(statuses.values())} {statuses}", file=sys.stderr)


if __name__ == "__main__":
    {"sdk": sdk, "libcloud": libcloud, "write": write, "kept": kept, "bulk": bulk,
     "flood": flood}[sys.argv[1]](*sys.argv[2:])
