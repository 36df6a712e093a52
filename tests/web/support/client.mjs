// A signed-in client of the server without a browser, to prepare what a scenario starts from and to look behind the page.

export class Client {
  constructor(url, language = "en") {
    this.url = url.replace(/\/$/, "");
    this.language = language;
    this.cookie = "";
    this.csrf = "";
  }

  /** A Buffer is sent as a file, anything else as JSON. {status, text, json()}; never throws for a status. */
  async send(method, path, body) {
    const file = body instanceof Uint8Array;
    const headers = { "Accept-Language": this.language };
    if (this.cookie !== "") headers["Cookie"] = this.cookie;
    if (this.csrf !== "") headers["X-CVP-CSRF"] = this.csrf;
    if (body !== undefined) headers["Content-Type"] = file ? "application/octet-stream" : "application/json";
    const sent = body === undefined || file ? body : JSON.stringify(body);
    const response = await fetch(this.url + path, { method, headers, body: sent, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) this.cookie = line.split(";")[0];
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
  }

  /** The answer as JSON; any refusal is an error that shows it. */
  async must(method, path, body) {
    const answer = await this.send(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.text === "" ? undefined : answer.json();
  }

  async setUp(token, name, password) {
    this.me = await this.must("POST", "/api/setup", { token, name, password });
    this.csrf = this.me.csrf;
    return this;
  }

  async signIn(name, password) {
    this.me = await this.must("POST", "/api/login", { name, password });
    this.csrf = this.me.csrf;
    return this;
  }

  upload(collection, name, bytes) {
    const path = `/api/collections/${collection}/documents?${new URLSearchParams({ name })}`;
    return this.must("POST", path, bytes);
  }

  /** The data of the stream's last event. */
  async ask(question, more = {}) {
    const answer = await this.send("POST", "/api/ask", { question, ...more });
    const found = /^event: answer\r?\ndata: (.*)$/m.exec(answer.text);
    if (!found) throw new Error(`no answer to “${question}”: ${answer.status} ${answer.text.slice(-2000)}`);
    return JSON.parse(found[1]);
  }

  /** For a browser context, so that a scenario need not sign in first. */
  cookies() {
    const [, name, value] = /^([^=]*)=(.*)$/.exec(this.cookie) ?? [];
    return name ? [{ name, value, url: this.url, httpOnly: true, sameSite: "Strict" }] : [];
  }
}
