import { DashboardOutlined } from "@ant-design/icons";
import { useDeferredValue, useMemo, useState } from "react";
import type { PlanRequest } from "../../api/machine";
import { useRoute } from "../../app/router";
import { useApi } from "../../app/session";
import { useText } from "../../lang/language";
import { useLoad } from "../../parts/load";
import { EmptyState, Load } from "../../parts/page";
import { BuyList } from "./buy_list";
import { PlanForm } from "./plan_form";
import { PlanResult } from "./plan_result";
import { TrainResult } from "./train_result";

export default function PlanPane() {
  const { planner } = useText();
  const api = useApi();
  const { query } = useRoute();
  const [request, setRequest] = useState<PlanRequest>({
    model: query.get("model") ?? "",
    precision: null,
    context: 4096,
    users: 1,
    hardware: "here",
    count: 1,
    job: "infer",
  });
  // All precisions come with every answer: choosing another one asks nothing.
  const asked = useDeferredValue(useMemo(() => ({ ...request, precision: null }), [request]));
  const key = asked.model === "" ? null : JSON.stringify(asked);
  const infer = useLoad(asked.job === "infer" ? key : null, (signal) => api.machine.plan(asked, signal));
  const train = useLoad(asked.job === "infer" ? null : key, (signal) =>
    api.machine.planTraining(asked, signal),
  );
  const gpus = useLoad("gpus", (signal) => api.machine.gpus(signal));
  const catalogue = useLoad("catalogue", (signal) => api.machine.catalogue(signal));
  const gpu = gpus.data?.items.find((one) => one.name === request.hardware);
  const last = useKept(infer.data);
  return (
    <div className="planner">
      <PlanForm
        request={request}
        onChange={setRequest}
        gpus={gpus.data?.items ?? []}
        models={catalogue.data?.items ?? []}
      />
      <div className="planner-result">
        {request.model === "" && (
          <EmptyState icon={<DashboardOutlined />} title={planner.startTitle}>
            {planner.startHint}
          </EmptyState>
        )}
        {key !== null && asked.job === "infer" && (
          <Load
            of={infer.data === undefined && infer.error === null && last ? { ...infer, data: last } : infer}
          >
            {(plan) => (
              <div className={infer.loading ? "stack planner-busy" : "stack"}>
                <PlanResult
                  plan={plan}
                  wanted={request.precision}
                  gpu={gpu}
                  count={request.count}
                  onPrecision={(precision) => setRequest({ ...request, precision })}
                />
                <BuyList model={asked.model} context={asked.context} users={asked.users} />
              </div>
            )}
          </Load>
        )}
        {key !== null && asked.job !== "infer" && (
          <Load of={train}>{(plan) => <TrainResult plan={plan} />}</Load>
        )}
      </div>
    </div>
  );
}

/** The last answer, so that the bars stay while the next one is worked out. */
function useKept<T>(value: T | undefined): T | undefined {
  const [kept, setKept] = useState(value);
  if (value !== undefined && value !== kept) setKept(value);
  return value ?? kept;
}
