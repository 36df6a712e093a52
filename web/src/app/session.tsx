import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { makeApi, type Api } from "../api";
import { ApiError } from "../api/error";
import { Http } from "../api/http";
import type { Me } from "../api/session";
import { useSpeech } from "../lang/language";

export interface Session {
  api: Api;
  /** null: nobody has signed in; undefined: not known yet. */
  me: Me | null | undefined;
  failure: ApiError | null;
  enter: (me: Me) => void;
  leave: () => void;
  refresh: () => Promise<void>;
}

const SessionContext = createContext<Session | null>(null);

export function SessionProvider({ children }: { children: ReactNode }) {
  const { language, setLanguage } = useSpeech();
  const [http] = useState(() => new Http());
  const api = useMemo(() => makeApi(http), [http]);
  const [me, setMe] = useState<Me | null | undefined>(undefined);
  const [failure, setFailure] = useState<ApiError | null>(null);
  http.language = language;

  const enter = useCallback(
    (entered: Me) => {
      http.csrf = entered.csrf;
      setFailure(null);
      setMe(entered);
      if (entered.user.language) setLanguage(entered.user.language);
    },
    [http, setLanguage],
  );
  const leave = useCallback(() => {
    http.csrf = "";
    setMe(null);
  }, [http]);
  const refresh = useCallback(async () => {
    try {
      enter(await api.session.me());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === "unauthenticated") leave();
      else setFailure(error);
    }
  }, [api, enter, leave]);

  http.onSignedOut = leave;
  useEffect(() => void refresh(), [refresh]);

  const session = useMemo(
    () => ({ api, me, failure, enter, leave, refresh }),
    [api, me, failure, enter, leave, refresh],
  );
  return <SessionContext.Provider value={session}>{children}</SessionContext.Provider>;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("no session");
  return session;
}

export const useApi = (): Api => useSession().api;

/** Whoever has signed in; only below the gate. */
export function useMe(): Me {
  const { me } = useSession();
  if (!me) throw new Error("nobody has signed in");
  return me;
}

export function useRights(): { write: boolean; admin: boolean } {
  const { role } = useMe().user;
  return { write: role !== "reader", admin: role === "admin" };
}
