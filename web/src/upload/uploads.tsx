import {
  createContext,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useSyncExternalStore,
  type ReactNode,
} from "react";
import { useApi, useMe } from "../app/session";
import { useSpeech } from "../lang/language";
import { UploadQueue, waitSeconds, type UploadItem } from "./queue";

const QueueContext = createContext<UploadQueue | null>(null);

export const isOpen = (item: UploadItem) => ["waiting", "sending", "reading"].includes(item.state);

export function UploadsProvider({ children }: { children: ReactNode }) {
  const api = useApi();
  const me = useMe();
  const speech = useSpeech();
  const latest = useRef({ me, speech });
  latest.current = { me, speech };

  const queue = useMemo(
    () =>
      new UploadQueue({
        send: (collection, entry, options) => api.library.upload(collection, entry.name, entry.file, options),
        wait: waitSeconds,
        maxBytes: () => latest.current.me.features.max_upload_bytes,
        tooLarge: (bytes, limit) => {
          const { text, format } = latest.current.speech;
          return {
            code: "too_large",
            message: text.upload.tooLarge(format.bytes(bytes), format.bytes(limit)),
            hint: text.upload.tooLargeHint,
          };
        },
      }),
    [api],
  );
  // The browser asks before a tab with unfinished uploads is closed.
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (queue.snapshot().some(isOpen)) event.preventDefault();
    };
    addEventListener("beforeunload", warn);
    return () => {
      removeEventListener("beforeunload", warn);
      queue.cancelAll();
    };
  }, [queue]);
  return <QueueContext.Provider value={queue}>{children}</QueueContext.Provider>;
}

export function useUploads(): { queue: UploadQueue; items: UploadItem[] } {
  const queue = useContext(QueueContext);
  if (!queue) throw new Error("no upload queue");
  return { queue, items: useSyncExternalStore(queue.subscribe, queue.snapshot) };
}
