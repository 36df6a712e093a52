import { Spin } from "antd";
import { lazy, Suspense } from "react";
import { useText } from "../lang/language";
import { ErrorView } from "../parts/error_view";
import { Boundary } from "./boundary";
import { useSession } from "./session";

const Shell = lazy(() => import("./shell").then((m) => ({ default: m.Shell })));
const SignIn = lazy(() => import("../pages/signin/signin_page"));

/** Nothing of the application is fetched before somebody has signed in. */
export function Gate() {
  const { me, failure, refresh } = useSession();
  const { common } = useText();
  if (failure && me === undefined) {
    return (
      <div className="gate">
        <ErrorView error={failure} onRetry={() => void refresh()} />
      </div>
    );
  }
  const waiting = (
    <div className="gate">
      <Spin size="large" aria-label={common.loading} />
    </div>
  );
  if (me === undefined) return waiting;
  return (
    <Boundary>
      <Suspense fallback={waiting}>{me === null ? <SignIn /> : <Shell />}</Suspense>
    </Boundary>
  );
}
