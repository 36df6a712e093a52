import { ApiError, errorOf } from "./error";
import { readEvents, type SseEvent } from "./sse";

export type Query = Record<string, string | number | boolean | null | undefined>;

export function withQuery(path: string, query?: Query): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined && value !== "") search.set(key, String(value));
  }
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}

export interface UploadOptions {
  signal?: AbortSignal;
  onProgress?: (sentBytes: number) => void;
}

/** The one place that talks to the server: language, CSRF header, errors. */
export class Http {
  language = "en";
  csrf = "";
  /** Called when the session has ended on the server. */
  onSignedOut: () => void = () => undefined;

  get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
    return this.json<T>("GET", withQuery(path, query), undefined, signal);
  }
  post<T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    return this.json<T>("POST", path, body ?? {}, signal);
  }
  patch<T>(path: string, body: unknown): Promise<T> {
    return this.json<T>("PATCH", path, body);
  }
  put<T>(path: string, body: unknown): Promise<T> {
    return this.json<T>("PUT", path, body);
  }
  delete<T>(path: string): Promise<T> {
    return this.json<T>("DELETE", path);
  }

  /** Events until the server ends the stream; leaving the loop or aborting closes the connection. */
  async *stream(
    method: "GET" | "POST",
    path: string,
    body: unknown,
    signal: AbortSignal,
  ): AsyncGenerator<SseEvent> {
    const response = await this.send(method, path, body, signal, "text/event-stream");
    if (response.body === null) return;
    yield* readEvents(response.body);
  }

  /** fetch cannot report how much was sent, so uploads go the older way. */
  upload<T>(path: string, file: Blob, options: UploadOptions): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", path);
      for (const [name, value] of Object.entries(this.headers("POST"))) request.setRequestHeader(name, value);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.upload.onprogress = (event) => options.onProgress?.(event.loaded);
      request.onload = () => {
        if (request.status >= 200 && request.status < 300)
          return resolve(JSON.parse(request.responseText) as T);
        reject(this.refused(request.status, request.responseText, request.getResponseHeader("Retry-After")));
      };
      request.onerror = () => reject(errorOf(0, "", null));
      request.onabort = () => reject(new DOMException("cancelled", "AbortError"));
      options.signal?.addEventListener("abort", () => request.abort());
      if (options.signal?.aborted) return request.onabort(new ProgressEvent("abort"));
      request.send(file);
    });
  }

  private headers(method: string): Record<string, string> {
    const headers: Record<string, string> = { "Accept-Language": this.language };
    if (method !== "GET" && this.csrf !== "") headers["X-CVP-CSRF"] = this.csrf;
    return headers;
  }

  private refused(status: number, text: string, retryAfter: string | null): ApiError {
    const error = errorOf(status, text, retryAfter);
    if (error.code === "unauthenticated") this.onSignedOut();
    return error;
  }

  private async send(
    method: string,
    path: string,
    body: unknown,
    signal?: AbortSignal,
    accept = "application/json",
  ) {
    const headers = { ...this.headers(method), Accept: accept };
    let response: Response;
    try {
      response = await fetch(path, {
        method,
        credentials: "same-origin",
        headers: body === undefined ? headers : { ...headers, "Content-Type": "application/json" },
        body: body === undefined ? null : JSON.stringify(body),
        signal: signal ?? null,
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw errorOf(0, "", null);
    }
    if (!response.ok)
      throw this.refused(response.status, await response.text(), response.headers.get("Retry-After"));
    return response;
  }

  private async json<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    const response = await this.send(method, path, body, signal);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }
}
