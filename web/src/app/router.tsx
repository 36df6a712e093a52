import { useSyncExternalStore, type AnchorHTMLAttributes, type MouseEvent } from "react";

const kMoved = "cvp:moved";

/** Goes to a page of this application; refuses any other address. */
export function navigate(to: string, how: "push" | "replace" = "push"): void {
  const url = new URL(to, location.origin);
  if (url.origin !== location.origin) return;
  history[how === "push" ? "pushState" : "replaceState"](null, "", url.pathname + url.search);
  dispatchEvent(new Event(kMoved));
}

function subscribe(listener: () => void): () => void {
  addEventListener("popstate", listener);
  addEventListener(kMoved, listener);
  return () => {
    removeEventListener("popstate", listener);
    removeEventListener(kMoved, listener);
  };
}

export interface Route {
  /** "library" of /library/3 */
  page: string;
  /** "3" of /library/3 */
  id: string | null;
  query: URLSearchParams;
}

export function parseRoute(path: string, search: string): Route {
  const [page = "", id = null] = path.split("/").filter((part) => part !== "");
  return { page, id, query: new URLSearchParams(search) };
}

export function useRoute(): Route {
  const href = useSyncExternalStore(subscribe, () => location.pathname + location.search);
  const url = new URL(href, location.origin);
  return parseRoute(url.pathname, url.search);
}

/** A number out of the address, or null where it is none. */
export function idOf(text: string | null): number | null {
  return text !== null && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null;
}

export function Link({
  to,
  onClick,
  children,
  ...rest
}: { to: string } & AnchorHTMLAttributes<HTMLAnchorElement>) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const newTab = event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0;
    if (event.defaultPrevented || newTab) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a href={to} onClick={follow} {...rest}>
      {children}
    </a>
  );
}
