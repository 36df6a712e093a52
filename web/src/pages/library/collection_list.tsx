import { Grid, Select } from "antd";
import type { Collection } from "../../api/library";
import { Link, navigate } from "../../app/router";
import { useFormat, useText } from "../../lang/language";
import { Plain } from "../../parts/plain";
import { oneLine } from "../../text/printable";

export function CollectionList({ items, current }: { items: Collection[]; current: number }) {
  const { common, library } = useText();
  const format = useFormat();
  const { md } = Grid.useBreakpoint();
  if (items.length === 1) return null;
  if (!md) {
    return (
      <Select
        className="wide-input"
        value={current}
        aria-label={common.collections}
        options={items.map((one) => ({ value: one.id, label: oneLine(one.name) }))}
        onChange={(id: number) => navigate(`/library/${id}`)}
      />
    );
  }
  return (
    <nav className="collections" aria-label={common.collections}>
      <ul>
        {items.map((one) => (
          <li key={one.id}>
            <Link
              to={`/library/${one.id}`}
              className={one.id === current ? "collection collection-current" : "collection"}
              aria-current={one.id === current ? "page" : undefined}
            >
              <Plain text={one.name} />
              <span className="faint">
                {library.counts(format.count(one.documents), format.count(one.chunks))}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
