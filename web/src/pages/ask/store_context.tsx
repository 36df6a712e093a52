import { createContext, useContext, useMemo, useSyncExternalStore, type ReactNode } from "react";
import { useApi } from "../../app/session";
import { AskStore, type Conversation } from "./store";

const StoreContext = createContext<AskStore | null>(null);

export function AskStoreProvider({ children }: { children: ReactNode }) {
  const api = useApi();
  const store = useMemo(() => new AskStore(api), [api]);
  return <StoreContext.Provider value={store}>{children}</StoreContext.Provider>;
}

export function useAskStore(): { store: AskStore; conversation: Conversation } {
  const store = useContext(StoreContext);
  if (!store) throw new Error("no ask store");
  return { store, conversation: useSyncExternalStore(store.subscribe, store.snapshot) };
}
