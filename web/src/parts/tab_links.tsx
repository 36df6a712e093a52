import { Link } from "../app/router";

export interface TabLink {
  key: string;
  label: string;
  to: string;
}

/** Parts of a page that have addresses of their own: plain links, which wrap on a phone. */
export function TabLinks({ label, tabs, current }: { label: string; tabs: TabLink[]; current: string }) {
  return (
    <nav aria-label={label} className="tabs">
      {tabs.map(({ key, label: name, to }) => (
        <Link
          key={key}
          to={to}
          className={key === current ? "tab tab-current" : "tab"}
          aria-current={key === current ? "page" : undefined}
        >
          {name}
        </Link>
      ))}
    </nav>
  );
}
