import { ExperimentOutlined, PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useEffect, useState } from "react";
import { useLive } from "../../app/jobs";
import { idOf, navigate, useRoute } from "../../app/router";
import { useApi } from "../../app/session";
import { useText } from "../../lang/language";
import { useLoad } from "../../parts/load";
import { EmptyState, Load, Page } from "../../parts/page";
import { CompareView } from "./compare_view";
import { NewRunDialog } from "./new_run";
import { RunTable } from "./run_table";
import { RunView } from "./run_view";
import { SampleButton } from "./sample";

export default function EvaluationPage() {
  const { evaluation } = useText();
  const api = useApi();
  const route = useRoute();
  const { jobsEnded } = useLive();
  const [making, setMaking] = useState(false);
  const runs = useLoad("runs", (signal) => api.evaluation.runs(signal));
  const { reload } = runs;
  useEffect(() => {
    if (jobsEnded > 0) reload();
  }, [jobsEnded, reload]);

  const run = idOf(route.id);
  const second = idOf(route.query.get("with"));
  const start = (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
      {evaluation.start}
    </Button>
  );
  const back = <Button onClick={() => navigate("/evaluation")}>{evaluation.back}</Button>;
  return (
    <Page title={evaluation.title} intro={evaluation.intro} wide actions={run === null ? start : back}>
      {run !== null && second !== null && <CompareView first={run} second={second} />}
      {run !== null && second === null && <RunView id={run} version={jobsEnded} />}
      {run === null && (
        <Load of={runs}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState
                icon={<ExperimentOutlined />}
                title={evaluation.empty}
                actions={
                  <>
                    {start}
                    <SampleButton />
                  </>
                }
              >
                {evaluation.emptyHint}
              </EmptyState>
            ) : (
              <RunTable items={items} />
            )
          }
        </Load>
      )}
      {making && (
        <NewRunDialog
          onClose={() => setMaking(false)}
          onStarted={() => {
            setMaking(false);
            reload();
          }}
        />
      )}
    </Page>
  );
}
