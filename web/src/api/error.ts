export interface ErrorBody {
  code: string;
  message: string;
  hint: string;
}

/** What the server said, or that it could not be reached (code "offline", status 0). */
export class ApiError extends Error {
  readonly code: string;
  readonly hint: string;
  readonly status: number;
  readonly retryAfterSeconds: number | null;

  constructor(status: number, body: ErrorBody, retryAfterSeconds: number | null = null) {
    super(body.message);
    this.name = "ApiError";
    this.status = status;
    this.code = body.code;
    this.hint = body.hint;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** Reads the body of an answer that is not 2xx; one that is not ours (a proxy's page) becomes its status. */
export function errorOf(status: number, text: string, retryAfter: string | null): ApiError {
  const seconds = retryAfter !== null && /^\d+$/.test(retryAfter) ? Number(retryAfter) : null;
  let body: ErrorBody = { code: status === 0 ? "offline" : "failed", message: "", hint: "" };
  try {
    const parsed = JSON.parse(text) as { error?: Partial<ErrorBody> };
    if (parsed.error) {
      body = {
        code: String(parsed.error.code ?? "failed"),
        message: String(parsed.error.message ?? ""),
        hint: String(parsed.error.hint ?? ""),
      };
    }
  } catch {
    // Not JSON: the status is all that is known.
  }
  return new ApiError(status, body, seconds);
}
