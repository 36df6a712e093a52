import { Alert } from "antd";
import { useEffect } from "react";
import { useLive } from "../../app/jobs";
import { useApi, useRights, useSession } from "../../app/session";
import { useText } from "../../lang/language";
import { useLoad } from "../../parts/load";
import { Load } from "../../parts/page";
import { ModelCard } from "./model_card";

export function InstalledModels() {
  const { models } = useText();
  const api = useApi();
  const { admin } = useRights();
  const { refresh } = useSession();
  const { jobs, jobsEnded } = useLive();
  const loaded = useLoad("models", (signal) => api.machine.models(signal));
  const { reload } = loaded;
  useEffect(() => {
    if (jobsEnded === 0) return;
    reload();
    // The server uses a first model as soon as it is there.
    void refresh();
  }, [jobsEnded, reload, refresh]);
  // What is in use decides what the other pages say.
  const changed = () => {
    reload();
    void refresh();
  };
  return (
    <div className="stack">
      {!admin && <Alert type="info" showIcon message={models.adminOnly} />}
      <Load of={loaded}>
        {({ items }) => (
          <>
            {(["chat", "embed", "base"] as const)
              .filter((role) => items.some((model) => model.role === role))
              .map((role) => (
                <section key={role}>
                  <h2>{models[role]}</h2>
                  <ul className="model-cards">
                    {items
                      .filter((model) => model.role === role)
                      .map((model) => (
                        <ModelCard
                          key={model.name}
                          model={model}
                          job={jobs.find(
                            (job) =>
                              job.kind === "pull" && job.subject === model.name && job.state !== "done",
                          )}
                          admin={admin}
                          onChanged={changed}
                        />
                      ))}
                  </ul>
                </section>
              ))}
          </>
        )}
      </Load>
    </div>
  );
}
