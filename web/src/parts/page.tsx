import { Skeleton } from "antd";
import { useEffect, type ReactNode } from "react";
import { ErrorView } from "./error_view";
import type { Loaded } from "./load";

/** A page's heading, its actions and its content; also names the browser's tab. */
export function Page(props: {
  title: string;
  intro?: string;
  actions?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${props.title} · cvp`;
  }, [props.title]);
  return (
    <div className={props.wide ? "page page-wide" : "page"}>
      <header className="page-head">
        <div>
          <h1>{props.title}</h1>
          {props.intro && <p className="page-intro">{props.intro}</p>}
        </div>
        {props.actions && <div className="page-actions">{props.actions}</div>}
      </header>
      {props.children}
    </div>
  );
}

/** Skeleton, then the content or what went wrong. Content that is already there stays while it is fetched again. */
export function Load<T>({ of, children }: { of: Loaded<T>; children: (data: T) => ReactNode }) {
  if (of.data !== undefined) {
    return (
      <>
        {of.error && <ErrorView error={of.error} onRetry={of.reload} />}
        {children(of.data)}
      </>
    );
  }
  if (of.error) return <ErrorView error={of.error} onRetry={of.reload} />;
  return <Skeleton active paragraph={{ rows: 5 }} aria-busy="true" />;
}

/** Says what belongs here and how to begin. */
export function EmptyState(props: {
  icon: ReactNode;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <section className="empty">
      <div className="empty-icon" aria-hidden="true">
        {props.icon}
      </div>
      <h2>{props.title}</h2>
      {props.children && <p>{props.children}</p>}
      {props.actions && <div className="empty-actions">{props.actions}</div>}
    </section>
  );
}
