import { Button, Result, Skeleton } from "antd";
import { lazy, Suspense, type ComponentType } from "react";
import { useText } from "../lang/language";
import { Boundary } from "./boundary";
import { navigate, useRoute } from "./router";
import { useRights } from "./session";

/** One chunk a page: only what is looked at is transferred. */
const kPages: Record<string, { show: ComponentType; admin?: boolean }> = {
  ask: { show: lazy(() => import("../pages/ask/ask_page")) },
  library: { show: lazy(() => import("../pages/library/library_page")) },
  search: { show: lazy(() => import("../pages/search/search_page")) },
  planner: { show: lazy(() => import("../pages/planner/planner_page")) },
  models: { show: lazy(() => import("../pages/models/models_page")) },
  evaluation: { show: lazy(() => import("../pages/evaluation/evaluation_page")) },
  account: { show: lazy(() => import("../pages/account/account_page")) },
  keys: { show: lazy(() => import("../pages/keys/keys_page")) },
  people: { show: lazy(() => import("../pages/people/people_page")), admin: true },
  audit: { show: lazy(() => import("../pages/audit/audit_page")), admin: true },
  settings: { show: lazy(() => import("../pages/settings/settings_page")), admin: true },
  welcome: { show: lazy(() => import("../pages/welcome/welcome_page")), admin: true },
};

function NoSuchPage() {
  const { common } = useText();
  return (
    <Result
      status="404"
      title={<h1>{common.notFoundTitle}</h1>}
      subTitle={common.notFoundHint}
      extra={<Button onClick={() => navigate("/ask")}>{common.toAsk}</Button>}
    />
  );
}

export function CurrentPage() {
  const { page } = useRoute();
  const { admin } = useRights();
  const name = page === "" ? "ask" : page;
  const found = Object.hasOwn(kPages, name) ? kPages[name] : undefined;
  if (!found || (found.admin && !admin)) return <NoSuchPage />;
  const Show = found.show;
  return (
    <Boundary key={name}>
      <Suspense fallback={<Skeleton active className="page" paragraph={{ rows: 6 }} />}>
        <Show />
      </Suspense>
    </Boundary>
  );
}
