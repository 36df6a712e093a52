import type { Page } from "../api/pages";
import { useAction } from "./action";
import { useLoad, type Loaded } from "./load";

export interface Pages<T> extends Loaded<Page<T>> {
  busy: boolean;
  /** null: there is no more. */
  more: (() => void) | null;
}

/** A list that grows by its cursor. */
export function usePages<T>(
  key: string,
  fetcher: (after: string | null, signal?: AbortSignal) => Promise<Page<T>>,
): Pages<T> {
  const loaded = useLoad(key, (signal) => fetcher(null, signal));
  const { busy, act } = useAction();
  const { data, setData } = loaded;
  const more = (shown: Page<T>) =>
    act(async () => {
      const page = await fetcher(shown.next);
      // Where the list was begun anew meanwhile, this page does not continue it.
      setData((now) => (now === shown ? { items: [...shown.items, ...page.items], next: page.next } : now));
    });
  return { ...loaded, busy, more: data && data.next !== null ? () => void more(data) : null };
}
