import { Skeleton } from "antd";
import { lazy, Suspense } from "react";
import { useRoute } from "../../app/router";
import { useText } from "../../lang/language";
import { Page } from "../../parts/page";
import { TabLinks } from "../../parts/tab_links";
import { MachinePane } from "./machine_pane";
import "./planner.css";

const PlanPane = lazy(() => import("./plan_pane"));
const ComparePane = lazy(() => import("./compare_pane"));
const RecommendPane = lazy(() => import("./recommend_pane"));

export default function PlannerPage() {
  const { planner } = useText();
  const { id } = useRoute();
  const panes = {
    machine: <MachinePane />,
    plan: <PlanPane />,
    compare: <ComparePane />,
    recommend: <RecommendPane />,
  };
  const keys = Object.keys(panes) as (keyof typeof panes)[];
  const current = keys.find((key) => key === id) ?? "machine";
  return (
    <Page title={planner.title} intro={planner.intro} wide>
      <TabLinks
        label={planner.title}
        current={current}
        tabs={keys.map((key) => ({ key, label: planner.tabs[key], to: `/planner/${key}` }))}
      />
      <Suspense fallback={<Skeleton active />}>{panes[current]}</Suspense>
    </Page>
  );
}
