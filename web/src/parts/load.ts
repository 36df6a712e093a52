import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError, isAbort } from "../api/error";
import { useLanguageKey } from "../lang/language";

export interface Loaded<T> {
  data: T | undefined;
  error: ApiError | null;
  loading: boolean;
  /** Asks again; what is shown stays until the answer comes. */
  reload: () => void;
  setData: (change: (data: T) => T) => void;
}

/** Anything thrown, as something that can be shown. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(0, {
    code: "failed",
    message: error instanceof Error ? error.message : String(error),
    hint: "",
  });
}

/** Fetches when `key` changes. An answer to an older key never replaces a newer one: its request is aborted. */
export function useLoad<T>(key: string | null, fetcher: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string | null; data?: T; error: ApiError | null }>({
    key,
    error: null,
  });
  const [round, setRound] = useState(0);
  const [loading, setLoading] = useState(key !== null);
  const language = useLanguageKey();
  const latest = useRef(fetcher);
  latest.current = fetcher;

  useEffect(() => {
    if (key === null) return setLoading(false);
    const abort = new AbortController();
    setLoading(true);
    latest
      .current(abort.signal)
      .then((data) => {
        if (!abort.signal.aborted) setState({ key, data, error: null });
      })
      .catch((error: unknown) => {
        if (abort.signal.aborted || isAbort(error)) return;
        setState((old) => ({ ...(old.key === key ? old : {}), key, error: asApiError(error) }));
      })
      .finally(() => {
        if (!abort.signal.aborted) setLoading(false);
      });
    return () => abort.abort();
  }, [key, round, language]);

  const current = state.key === key;
  return {
    data: current ? state.data : undefined,
    error: current ? state.error : null,
    loading: loading || (!current && key !== null),
    reload: useCallback(() => setRound((n) => n + 1), []),
    setData: useCallback((change: (data: T) => T) => {
      setState((old) => (old.data === undefined ? old : { ...old, data: change(old.data) }));
    }, []),
  };
}
