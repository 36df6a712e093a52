import {
  ApiOutlined,
  AuditOutlined,
  CommentOutlined,
  DashboardOutlined,
  ExperimentOutlined,
  FolderOpenOutlined,
  HddOutlined,
  SearchOutlined,
  SettingOutlined,
  TeamOutlined,
} from "@ant-design/icons";
import { useText } from "../lang/language";
import { Link, useRoute } from "./router";
import { useRights } from "./session";

const kIcons = {
  ask: <CommentOutlined />,
  library: <FolderOpenOutlined />,
  search: <SearchOutlined />,
  planner: <DashboardOutlined />,
  models: <HddOutlined />,
  evaluation: <ExperimentOutlined />,
  people: <TeamOutlined />,
  keys: <ApiOutlined />,
  audit: <AuditOutlined />,
  settings: <SettingOutlined />,
};
type PageName = keyof typeof kIcons;
const kGroups: { key: "work" | "machine" | "admin"; pages: PageName[] }[] = [
  { key: "work", pages: ["ask", "library", "search"] },
  { key: "machine", pages: ["planner", "models", "evaluation"] },
  { key: "admin", pages: ["people", "keys", "audit", "settings"] },
];
const kAdminOnly: PageName[] = ["people", "audit", "settings"];

/** Plain links in lists: the keyboard and screen readers know them better than any menu. */
export function Nav({ onChosen }: { onChosen?: () => void }) {
  const { common } = useText();
  const { admin } = useRights();
  const { page } = useRoute();
  const current = page === "" ? "ask" : page;
  return (
    <nav aria-label={common.mainMenu} className="nav">
      {kGroups.map(({ key, pages }) => (
        <div key={key}>
          <h2 id={`nav-${key}`}>{common.nav.groups[key]}</h2>
          <ul aria-labelledby={`nav-${key}`}>
            {pages
              .filter((name) => admin || !kAdminOnly.includes(name))
              .map((name) => (
                <li key={name}>
                  <Link
                    to={`/${name}`}
                    className={name === current ? "nav-item nav-current" : "nav-item"}
                    aria-current={name === current ? "page" : undefined}
                    onClick={onChosen}
                  >
                    <span aria-hidden="true">{kIcons[name]}</span> {common.nav[name]}
                  </Link>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
