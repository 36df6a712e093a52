"""What the checks need of cvp's own API: a collection to work in, and an end to it."""
import json
import urllib.error
import urllib.request

NAME = "greenhouse.md"
TEXT = ("# The Elbrus greenhouse\n\nThe Elbrus greenhouse opens at 7:40 in the morning and closes at 18:15. "
        "Its key hangs in room B-117.\n")
QUESTION = "When does the Elbrus greenhouse open?"
COLLECTION = "client-checks"


class Failed(Exception):
    pass


def check(holds, what):
    if not holds:
        raise Failed(what)


def same(got, expected, what):
    check(got == expected, f"{what}: got {got!r}, expected {expected!r}")


def raises(kind, call, what):
    """The exception, for more to be said of it."""
    try:
        call()
    except kind as error:
        return error
    raise Failed(f"{what}: no {kind.__name__}")


class Native:
    def __init__(self, base_url, key):
        self.base_url, self.key = base_url.rstrip("/"), key

    def request(self, method, path, body=None):
        headers = {"Authorization": f"Bearer {self.key}"}
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        request = urllib.request.Request(self.base_url + path, data=data, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as reply:
            text = reply.read()
        return json.loads(text) if text else None

    def collection(self):
        """A new, empty collection; one that a run before this one left is removed."""
        for one in self.request("GET", "/api/collections")["items"]:
            if one["name"] == COLLECTION:
                self.request("DELETE", f"/api/collections/{one['id']}")
        return self.request("POST", "/api/collections", {"name": COLLECTION})["id"]

    def remove_collection(self, collection):
        try:
            self.request("DELETE", f"/api/collections/{collection}")
        except urllib.error.HTTPError as error:
            raise Failed(f"the collection could not be removed: {error}") from error


def main(arguments, checks):
    """checks(base_url, key, native, collection): 0 when all held."""
    if len(arguments) != 2:
        print("usage: BASE_URL KEY (of an account that may make collections; all scopes)")
        return 2
    native = Native(*arguments)
    collection = native.collection()
    try:
        checks(native.base_url, native.key, native, collection)
    except Failed as problem:
        print(f"failed: {problem}")
        return 1
    finally:
        native.remove_collection(collection)
    print("all held")
    return 0
