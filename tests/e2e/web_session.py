"""A signed-in client of `cvp serve`, over the standard library: the page's own requests without the page."""
import json
import urllib.error
import urllib.request

ANSWER_SECONDS = 300


class WebSession:
    def __init__(self, url, setup_token):
        self.url = url
        self.setup_token = setup_token
        self.cookie = self.csrf = ""

    def send(self, method, target, body=""):
        """(status, bytes). A text is sent as JSON, bytes as a file."""
        data = body.encode() if isinstance(body, str) else body
        request = urllib.request.Request(self.url.rstrip("/") + target, method=method, data=data or None)
        request.add_header("Content-Type", "application/json" if isinstance(body, str) else "application/octet-stream")
        if self.cookie:
            request.add_header("Cookie", self.cookie)
            request.add_header("X-CVP-CSRF", self.csrf)
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
                self.keep(answer.headers)
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def keep(self, headers):
        for line in headers.get_all("Set-Cookie") or []:
            self.cookie = line.partition(";")[0]

    def enter(self, target, fields):
        status, body = self.send("POST", target, json.dumps(fields))
        if status != 200:
            raise ValueError(f"{target}: {status} {body.decode('utf-8', 'replace')}")
        self.csrf = json.loads(body)["csrf"]

    def set_up(self, user, password):
        self.enter("/api/setup", {"token": self.setup_token, "name": user, "password": password})

    def sign_in(self, user, password):
        self.forget()
        self.enter("/api/login", {"name": user, "password": password})

    def forget(self):
        self.cookie = self.csrf = ""
