import { useRoute } from "../../app/router";
import { useApi } from "../../app/session";
import { useText } from "../../lang/language";
import { useLoad } from "../../parts/load";
import { Page } from "../../parts/page";
import { TabLinks } from "../../parts/tab_links";
import { SearchPane } from "./search_pane";
import { WhyPane } from "./why_pane";
import "./search.css";

export default function SearchPage() {
  const { search } = useText();
  const api = useApi();
  const { query } = useRoute();
  const collections = useLoad("collections", (signal) => api.library.collections(signal)).data?.items ?? [];
  const why = query.get("why");
  return (
    <Page title={search.title} intro={search.intro}>
      <TabLinks
        label={search.title}
        current={why === null ? "search" : "why"}
        tabs={[
          { key: "search", label: search.tabs.search, to: "/search" },
          { key: "why", label: search.tabs.why, to: "/search?why=" },
        ]}
      />
      {why === null ? (
        <SearchPane collections={collections} />
      ) : (
        <WhyPane key={why} collections={collections} question={why} />
      )}
    </Page>
  );
}
