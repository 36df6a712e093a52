import { Drawer, Grid, Skeleton } from "antd";
import {
  createContext,
  lazy,
  Suspense,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import type { ReactNode } from "react";
import { useText } from "../lang/language";
import { Boundary } from "../app/boundary";
import { useRoute } from "../app/router";
import "./reader.css";

const DocumentPane = lazy(() => import("./document_pane"));

/** A place in a document. Without a span the document opens at its beginning. */
export interface Target {
  document: number;
  revision?: number;
  begin?: number;
  end?: number;
  page?: number;
  quote?: string;
}
interface Reader {
  target: Target | null;
  open: (target: Target) => void;
  close: () => void;
}

const ReaderContext = createContext<Reader>({ target: null, open: () => undefined, close: () => undefined });
export const useReader = (): Reader => useContext(ReaderContext);

export function ReaderProvider({ children }: { children: ReactNode }) {
  const [target, setTarget] = useState<Target | null>(null);
  const opener = useRef<HTMLElement | null>(null);
  const { page } = useRoute();

  const open = useCallback((next: Target) => {
    opener.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    setTarget(next);
  }, []);
  const close = useCallback(() => {
    setTarget(null);
    // The keyboard goes back to the citation that was clicked.
    opener.current?.focus();
  }, []);
  useEffect(() => setTarget(null), [page]);

  const reader = useMemo(() => ({ target, open, close }), [target, open, close]);
  return <ReaderContext.Provider value={reader}>{children}</ReaderContext.Provider>;
}

/** Beside the answer where there is room, over it on a phone. */
export function ReaderAside() {
  const { target, close } = useReader();
  const { reader } = useText();
  const { xl } = Grid.useBreakpoint();
  const pane = target && (
    <Boundary key={target.document}>
      <Suspense fallback={<Skeleton active className="reader-wait" />}>
        <DocumentPane target={target} onClose={close} />
      </Suspense>
    </Boundary>
  );
  if (xl) {
    return (
      target && (
        <aside className="reader-aside" aria-label={reader.title}>
          {pane}
        </aside>
      )
    );
  }
  return (
    <Drawer
      open={target !== null}
      onClose={close}
      width="min(100vw, 760px)"
      closable={false}
      aria-label={reader.title}
      styles={{ body: { padding: 0 } }}
      destroyOnHidden
    >
      {pane}
    </Drawer>
  );
}
